/**
 * Where events go: Kafka, in transactions that carry whole source transactions and our position with them, so that after a crash
 * nobody sees a repeat that was already there. Events leave as CloudEvents 1.0 in binary mode.
 * Start at {@link dev.banyan.bridge.hub.Hub}.
 */
@NullMarked
package dev.banyan.bridge.hub;

import org.jspecify.annotations.NullMarked;
