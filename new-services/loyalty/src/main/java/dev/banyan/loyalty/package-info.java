/**
 * The loyalty service: points that customers earn with their orders, a feature the shop never had. It is filled by order
 * events alone and asks nobody anything. {@code ledger} turns events into rows, {@code feed} brings the events from Kafka,
 * {@code account} answers questions, {@code web} gives the answers as HTML and JSON. Start at
 * {@link dev.banyan.loyalty.LoyaltyWiring}.
 */
@NullMarked
package dev.banyan.loyalty;

import org.jspecify.annotations.NullMarked;
