package dev.banyan.bridge.hub;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.producer.ProducerConfig;

/** How the bridge's producer is set: what a person may say, and what is the bridge's to decide. */
final class ProducerProperties {

    private static final String TRANSACTION_TIMEOUT_MS = "300000";
    private static final long DELIVERY_TIMEOUT_MIN_MS = 20_000;
    private static final int BLOCK_MAX_MS = 5_000;
    private static final Set<String> OWN = Set.of(
            ProducerConfig.COMPRESSION_TYPE_CONFIG,
            ProducerConfig.BATCH_SIZE_CONFIG,
            ProducerConfig.LINGER_MS_CONFIG,
            ProducerConfig.BUFFER_MEMORY_CONFIG,
            ProducerConfig.MAX_REQUEST_SIZE_CONFIG,
            ProducerConfig.TRANSACTION_TIMEOUT_CONFIG);

    private ProducerProperties() {}

    static Map<String, Object> of(KafkaHub.Settings settings, String bridge) {
        var properties = new HashMap<String, Object>();
        properties.put(ProducerConfig.BATCH_SIZE_CONFIG, 128 * 1024);
        properties.put(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, TRANSACTION_TIMEOUT_MS);
        properties.putAll(settings.producer());
        properties.put(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, settings.bootstrapServers());
        properties.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, "banyan-bridge-" + bridge);
        properties.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        properties.put(ProducerConfig.ACKS_CONFIG, "all");
        properties.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, deliveryTimeoutMs(settings));
        properties.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, KafkaHub.REQUEST_TIMEOUT_MS);
        properties.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, BLOCK_MAX_MS);
        return properties;
    }

    /** As long as a transaction may last: a record waits behind all that were sent before it, and who sends sees by itself when none gets on. */
    private static int deliveryTimeoutMs(KafkaHub.Settings settings) {
        return (int) Math.clamp(transactionTimeout(settings).toMillis(), DELIVERY_TIMEOUT_MIN_MS, Integer.MAX_VALUE);
    }

    /** True for what only a producer understands, no admin. */
    static boolean isProducersOwn(String property) {
        return OWN.contains(property);
    }

    /** After how long Kafka gives a transaction up. */
    static Duration transactionTimeout(KafkaHub.Settings settings) {
        return Duration.ofMillis(Long.parseLong(
                settings.producer().getOrDefault(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, TRANSACTION_TIMEOUT_MS)));
    }
}
