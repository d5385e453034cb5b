/**
 * What the bridge remembers between runs: its position in the log, the lease that says who may move it, the last known rows and the
 * backfills that were asked for. All of it moves in one JDBC transaction, after the hub has acknowledged the events.
 * Start at {@link dev.banyan.bridge.store.BridgeStore}, then {@link dev.banyan.bridge.store.StoreSession}.
 */
@NullMarked
package dev.banyan.bridge.store;

import org.jspecify.annotations.NullMarked;
