package dev.banyan.bridge.run;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;

/** The events of the one partition of a topic, committed ones only; those it has read it keeps, so that it can be asked often. */
final class TopicReader implements AutoCloseable {

    private final TopicPartition partition;
    private final KafkaConsumer<String, String> consumer;
    private final List<ConsumerRecord<String, String>> events = new ArrayList<>();

    TopicReader(String bootstrapServers, String topic) {
        this.partition = new TopicPartition(topic, 0);
        this.consumer = consumer(bootstrapServers, topic);
    }

    /** Every event of {@code topic}, in order. */
    static List<ConsumerRecord<String, String>> eventsOf(String bootstrapServers, String topic) {
        try (var reader = new TopicReader(bootstrapServers, topic)) {
            return reader.events();
        }
    }

    /** A consumer at the start of the one partition of {@code topic}, of committed events only; the caller closes it. */
    static KafkaConsumer<String, String> consumer(String bootstrapServers, String topic) {
        var partition = new TopicPartition(topic, 0);
        var properties = new HashMap<String, Object>();
        properties.put("bootstrap.servers", bootstrapServers);
        properties.put("isolation.level", "read_committed");
        properties.put("enable.auto.commit", "false");
        properties.put("fetch.max.wait.ms", "20"); // closing waits for the fetch behind the last one
        var consumer = new KafkaConsumer<>(properties, new StringDeserializer(), new StringDeserializer());
        consumer.assign(List.of(partition));
        consumer.seekToBeginning(List.of(partition));
        return consumer;
    }

    /** Every event up to now, in order. */
    synchronized List<ConsumerRecord<String, String>> events() {
        var end = consumer.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
        while (consumer.position(partition) < end) {
            consumer.poll(Duration.ofMillis(100)).forEach(events::add);
        }
        return List.copyOf(events);
    }

    /** Whatever became of the broker. */
    @Override
    public synchronized void close() {
        consumer.close(CloseOptions.timeout(Duration.ZERO));
    }
}
