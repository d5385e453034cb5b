package dev.banyan.catalog;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/** Where the events come from; {@code batchMax} is the most events one transaction applies. */
@ConfigurationProperties("kafka")
record CatalogSettings(
        @DefaultValue("127.0.0.1:9092") String bootstrapServers,
        @DefaultValue("shop.catalog") String topic,
        @DefaultValue("500") int batchMax) {

    CatalogSettings {
        if (batchMax < 1 || batchMax > 10_000) {
            throw new IllegalArgumentException("kafka.batch-max: " + batchMax + " (expected: 1..10000)");
        }
    }
}
