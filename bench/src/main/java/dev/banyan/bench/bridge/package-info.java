/**
 * The bridge measured side by side with Debezium Server: one database, one broker and one load for both, counted where events arrive.
 * Both are known by the commands people start them with.
 * Start at {@link dev.banyan.bench.bridge.BridgeBench}.
 */
@NullMarked
package dev.banyan.bench.bridge;

import org.jspecify.annotations.NullMarked;
