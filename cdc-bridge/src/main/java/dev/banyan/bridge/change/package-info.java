/**
 * The words the whole bridge speaks: what changed in a legacy row, the transaction that changed it, the event it becomes, and the
 * remembered rows an event is built from. Plain values and two seams, no database, no broker, nothing of Debezium.
 * Start at {@link dev.banyan.bridge.change.Change} and {@link dev.banyan.bridge.change.Transaction}.
 */
@NullMarked
package dev.banyan.bridge.change;

import org.jspecify.annotations.NullMarked;
