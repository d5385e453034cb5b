/**
 * Brings events from Kafka to the read model, at the pace the read model takes them, and keeps count of what happened to
 * them. Knows nothing of Spring. Start at {@link dev.banyan.catalog.feed.CatalogFeed}.
 */
@NullMarked
package dev.banyan.catalog.feed;

import org.jspecify.annotations.NullMarked;
