package dev.banyan.loyalty;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/** Where the events come from; {@code batchMax} is the most events one transaction applies. */
@ConfigurationProperties("kafka")
record LoyaltySettings(
        @DefaultValue("127.0.0.1:9092") String bootstrapServers,
        @DefaultValue("shop.orders") String topic,
        @DefaultValue("500") int batchMax) {

    LoyaltySettings {
        if (batchMax < 1 || batchMax > 10_000) {
            throw new IllegalArgumentException("kafka.batch-max: " + batchMax + " (expected: 1..10000)");
        }
    }
}
