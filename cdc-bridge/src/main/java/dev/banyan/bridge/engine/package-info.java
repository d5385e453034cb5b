/**
 * What of Debezium we use, and the rules that make it lose nothing: whole transactions are assembled from its records, and only their
 * ends move the position, in a form that makes the database itself send whole transactions again after a restart. Nothing outside this
 * package sees a Debezium or Connect type but the batch loop in {@code run}.
 * Start at {@link dev.banyan.bridge.engine.TransactionAssembler}, then {@link dev.banyan.bridge.engine.OffsetRule} and, for MariaDB, {@link dev.banyan.bridge.engine.GtidRule}.
 */
@NullMarked
package dev.banyan.bridge.engine;

import org.jspecify.annotations.NullMarked;
