/**
 * Hubs of Amazon Web Services: SQS and SNS (standard and FIFO), Kinesis, EventBridge. All of them take several events in one call and may
 * refuse some of them; {@link dev.banyan.bridge.aws.KeyedQueue} decides what may be sent next so that the order within a key stands, and
 * a {@link dev.banyan.bridge.aws.Target} speaks to one service. None of them has transactions: events arrive at least once, with ids that do not
 * change. Start at {@link dev.banyan.bridge.aws.AwsHub}.
 */
@NullMarked
package dev.banyan.bridge.aws;

import org.jspecify.annotations.NullMarked;
