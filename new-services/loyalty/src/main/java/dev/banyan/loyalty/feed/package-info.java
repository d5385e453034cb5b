/**
 * Brings events from Kafka to the ledger, at the pace the ledger takes them, and keeps count of what happened to
 * them. Knows nothing of Spring. Start at {@link dev.banyan.loyalty.feed.LoyaltyFeed}.
 */
@NullMarked
package dev.banyan.loyalty.feed;

import org.jspecify.annotations.NullMarked;
