/**
 * The bridge at work: batches from Debezium become events in the hub and a position in the store, backfills are asked for until they
 * are done, and whatever stops is started again unless that would lose something.
 * Start at {@link dev.banyan.bridge.run.Delivery}, then {@link dev.banyan.bridge.run.BridgeRun}.
 */
@NullMarked
package dev.banyan.bridge.run;

import org.jspecify.annotations.NullMarked;
