/**
 * Records as Kafka Connect and Kafka have them: rows as Debezium writes them, and an event's attributes as headers. It knows no engine and no
 * connection, so that the bridge and the transformation for Kafka Connect read and write alike.
 * Start at {@link dev.banyan.bridge.record.RowReader} and {@link dev.banyan.bridge.record.CloudEventHeaders}.
 */
@NullMarked
package dev.banyan.bridge.record;

import org.jspecify.annotations.NullMarked;
