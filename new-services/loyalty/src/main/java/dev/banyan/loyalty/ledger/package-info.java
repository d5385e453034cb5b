/**
 * What an event does to the points: plain Java and SQL, no Spring and no Kafka. An event states the whole of one order at
 * one {@link dev.banyan.loyalty.ledger.Sequence}; the highest sequence of an order wins, however often and in whatever
 * order events come, and its points follow from that state alone. Start at {@link dev.banyan.loyalty.ledger.Order}, then
 * {@link dev.banyan.loyalty.ledger.BatchPlan} and {@link dev.banyan.loyalty.ledger.Ledger}.
 */
@NullMarked
package dev.banyan.loyalty.ledger;

import org.jspecify.annotations.NullMarked;
