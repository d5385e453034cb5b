/**
 * The change-data-capture bridge: reads the log of a legacy database and tells Kafka, as domain events, what happened in it.
 * Start at {@link dev.banyan.bridge.run.BridgeRun}, the loop, then {@code engine} for what keeps it from losing anything.
 */
@NullMarked
package dev.banyan.bridge;

import org.jspecify.annotations.NullMarked;
