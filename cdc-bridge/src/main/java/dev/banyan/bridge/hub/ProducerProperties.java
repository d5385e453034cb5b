package dev.banyan.bridge.hub;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.apache.kafka.clients.producer.ProducerConfig;

/** How the bridge's producer is set: what a person may say, and what is the bridge's to decide. */
final class ProducerProperties {

    private static final String TRANSACTION_TIMEOUT_MS = "300000";
    private static final long DELIVERY_TIMEOUT_MIN_MS = 20_000;
    private static final int BLOCK_MAX_MS = 5_000;

    /** Kafka's own defaults of max.request.size and buffer.memory. */
    private static final String REQUEST_BYTES_MAX = "1048576";

    private static final long BUFFER_BYTES = 32 << 20;

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
        properties.put(ProducerConfig.BUFFER_MEMORY_CONFIG, bufferBytes(settings.producer()));
        properties.putAll(settings.producer());
        properties.put(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, settings.bootstrapServers());
        properties.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, "banyan-bridge-" + bridge);
        properties.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        properties.put(ProducerConfig.ACKS_CONFIG, "all");
        properties.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, deliveryTimeoutMs(settings.producer()));
        properties.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, KafkaHub.REQUEST_TIMEOUT_MS);
        properties.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, BLOCK_MAX_MS);
        return properties;
    }

    /** As long as a transaction may last: a record waits behind all that were sent before it, and who sends sees by itself when none gets on. */
    private static int deliveryTimeoutMs(Map<String, String> producer) {
        return (int) Math.clamp(transactionTimeoutMs(producer), DELIVERY_TIMEOUT_MIN_MS, Integer.MAX_VALUE);
    }

    /** Most bytes of one record that a producer set so takes. */
    static long recordBytesMax(Map<String, String> producer) {
        return Long.parseLong(producer.getOrDefault(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, REQUEST_BYTES_MAX));
    }

    /** The bytes of a producer's buffer where a person says nothing of it: a record has to find room beside those that are under way. */
    static long bufferBytes(Map<String, String> producer) {
        return Math.max(BUFFER_BYTES, 2 * recordBytesMax(producer));
    }

    /** What of {@code producer}, a person's settings whose sizes and times are numbers, no producer would take: what it expects, by their names. */
    static Map<String, String> wrong(Map<String, String> producer) {
        var wrong = new TreeMap<String, String>();
        for (var each : ProducerConfig.configDef().validate(producer)) {
            if (producer.containsKey(each.name()) && !each.errorMessages().isEmpty()) {
                var said = each.errorMessages()
                        .getFirst()
                        .replaceFirst("^Invalid value .* for configuration " + Pattern.quote(each.name()) + ":? ?", "");
                wrong.put(each.name(), "what Kafka's producer takes" + (said.isEmpty() ? "" : ": " + said));
            }
        }
        var lingerMsMax = deliveryTimeoutMs(producer) - KafkaHub.REQUEST_TIMEOUT_MS;
        if (number(producer, ProducerConfig.LINGER_MS_CONFIG, wrong, 0) > lingerMsMax) {
            wrong.put(ProducerConfig.LINGER_MS_CONFIG, "at most " + lingerMsMax);
        }
        var bytesMin = 2 * recordBytesMax(producer);
        if (number(producer, ProducerConfig.BUFFER_MEMORY_CONFIG, wrong, bytesMin) < bytesMin) {
            wrong.put(ProducerConfig.BUFFER_MEMORY_CONFIG, "at least " + bytesMin + ", twice max.request.size");
        }
        return wrong;
    }

    private static long number(Map<String, String> producer, String name, Map<String, String> wrong, long otherwise) {
        var text = producer.get(name);
        return text == null || wrong.containsKey(name) ? otherwise : Long.parseLong(text.strip());
    }

    /** True for what only a producer understands, no admin. */
    static boolean isProducersOwn(String property) {
        return OWN.contains(property);
    }

    /** After how long Kafka gives a transaction up. */
    static Duration transactionTimeout(KafkaHub.Settings settings) {
        return Duration.ofMillis(transactionTimeoutMs(settings.producer()));
    }

    private static long transactionTimeoutMs(Map<String, String> producer) {
        return Long.parseLong(producer.getOrDefault(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, TRANSACTION_TIMEOUT_MS));
    }
}
