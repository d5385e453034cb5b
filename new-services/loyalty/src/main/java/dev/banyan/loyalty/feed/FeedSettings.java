package dev.banyan.loyalty.feed;

/** Where the events come from; {@code batchMax} is the most events one transaction applies. */
public record FeedSettings(String bootstrapServers, String topic, int batchMax) {}
