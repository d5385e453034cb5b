package dev.banyan.bridge.hub;

import dev.banyan.bridge.change.DomainEvent;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;

/** A Kafka topic of one consumer, to which events are sent once more, marked with {@code ce_replay}. One thread uses it. */
public final class ReplayTopic implements ReplaySink {

    private final String topic;
    private final KafkaProducer<String, byte[]> producer;
    private volatile @Nullable Exception failure;

    /** The topic {@code topic}, which must be there, of the cluster of {@code settings}. */
    public ReplayTopic(KafkaHub.Settings settings, String topic) {
        this.topic = topic;
        var properties = new HashMap<String, Object>(settings.producer());
        properties.put(ProducerConfig.BUFFER_MEMORY_CONFIG, ProducerProperties.bufferBytes(settings.producer()));
        properties.put(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, settings.bootstrapServers());
        properties.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        properties.put(ProducerConfig.ACKS_CONFIG, "all");
        properties.put(ProducerConfig.LINGER_MS_CONFIG, 5);
        producer = new KafkaProducer<>(properties, new StringSerializer(), new ByteArraySerializer());
    }

    @Override
    public void send(DomainEvent event, String source) throws IOException {
        check();
        var headers = new EventHeaders(source).of(event);
        headers.add("ce_replay", "true".getBytes(StandardCharsets.UTF_8));
        var record = new ProducerRecord<>(
                topic, null, KafkaHub.NOW, event.subject(), event.data().getBytes(StandardCharsets.UTF_8), headers);
        try {
            var _ = producer.send(record, (_, e) -> {
                if (e != null) {
                    failure = e;
                }
            });
        } catch (KafkaException e) {
            throw new IOException("sending to topic " + topic + ": " + e.getMessage(), e);
        }
    }

    @Override
    public void flush() throws IOException {
        producer.flush();
        check();
    }

    private void check() throws IOException {
        var failed = failure;
        if (failed != null) {
            throw new IOException("sending to topic " + topic + ": " + failed.getMessage(), failed);
        }
    }

    @Override
    public void close() {
        producer.close();
    }
}
