package dev.banyan.bridge.hub;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.SaslConfigs;

/** How the bridge's producer is set: what a person may say, and what is the bridge's to decide. */
public final class ProducerProperties {

    private static final String TRANSACTION_TIMEOUT_MS = "300000";
    private static final long DELIVERY_TIMEOUT_MIN_MS = 20_000;
    private static final int BLOCK_MAX_MS = 5_000;

    /** Kafka's own defaults of max.request.size and buffer.memory. */
    private static final String REQUEST_BYTES_MAX = "1048576";

    private static final String BUFFER_BYTES = "33554432";

    /** What is a number for us before it is one for Kafka. */
    private static final Map<String, String> NUMBERS = Map.of(
            ProducerConfig.MAX_REQUEST_SIZE_CONFIG, "a number of bytes",
            ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, "a number of milliseconds");

    private static final Pattern NUMBER = Pattern.compile("[1-9][0-9]{0,8}");

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
        properties.put(ProducerConfig.BUFFER_MEMORY_CONFIG, bufferBytes(settings.producer()));
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

    static long bufferBytes(Map<String, String> producer) {
        return bufferBytes(producer, Runtime.getRuntime().maxMemory());
    }

    /**
     * The bytes of a producer's buffer: what a person says, or more, as a record has to find room in it, and beside those that are under way where
     * the heap is large enough for that.
     */
    static long bufferBytes(Map<String, String> producer, long heapBytes) {
        var said = Long.parseLong(producer.getOrDefault(ProducerConfig.BUFFER_MEMORY_CONFIG, BUFFER_BYTES)
                .strip());
        var record = recordBytesMax(producer);
        return Math.max(said, Math.max(record, Math.min(2 * record, heapBytes / 4)));
    }

    /** What of {@code producer}, a person's settings, no producer would take: what it expects, by the names of the settings. */
    public static Map<String, String> wrong(Map<String, String> producer) {
        var checked = new HashMap<>(producer);
        checked.remove(SaslConfigs.SASL_LOGIN_CALLBACK_HANDLER_CLASS); // may be where the bridge runs, and not here
        var wrong = new TreeMap<String, String>();
        for (var each : ProducerConfig.configDef().validate(checked)) {
            if (checked.containsKey(each.name()) && !each.errorMessages().isEmpty()) {
                var said = each.errorMessages()
                        .getFirst()
                        .replaceFirst("^Invalid value .* for configuration " + Pattern.quote(each.name()) + ":? ?", "");
                wrong.put(each.name(), "what Kafka's producer takes" + (said.isEmpty() ? "" : ": " + said));
            }
        }
        NUMBERS.forEach((name, expected) -> {
            if (!NUMBER.matcher(producer.getOrDefault(name, "1")).matches()) {
                wrong.put(name, expected);
            }
        });
        if (wrong.isEmpty()) {
            var lingerMsMax = deliveryTimeoutMs(producer) - KafkaHub.REQUEST_TIMEOUT_MS;
            if (Long.parseLong(producer.getOrDefault(ProducerConfig.LINGER_MS_CONFIG, "0")
                            .strip())
                    > lingerMsMax) {
                wrong.put(ProducerConfig.LINGER_MS_CONFIG, "at most " + lingerMsMax);
            }
        }
        return wrong;
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
