package dev.banyan.bridge.hub;

import dev.banyan.bridge.change.DomainEvent;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.FencedInstanceIdException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.record.AbstractRecords;
import org.apache.kafka.common.record.CompressionType;
import org.apache.kafka.common.record.RecordBatch;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** Kafka as the hub. */
public final class KafkaHub implements Hub {

    /*
     * The transactional id is the bridge's name and nothing else, so whoever opens it last shuts the others out. One publish is one
     * Kafka transaction: the events and, on a topic of its own, the position up to which they reach. After any failure the producer is
     * thrown away; a new one with the same id makes the broker finish or abort what was pending, and reading the position then
     * tells which of the two it was.
     *
     * A commit waits until all that was sent has arrived, but Kafka's client gives it max.block.ms for that. What is large, or a Kafka that is
     * slow, takes longer, and would again. So a commit that is out of time goes on as long as Kafka takes something meanwhile, which the client allows;
     * when it takes nothing for so long it counts as away.
     */
    static final int REQUEST_TIMEOUT_MS = 5_000;

    /** A record's time, by which Kafka judges and deletes it: when it is sent, whatever legacy's clock said at the commit, which {@code ce_time} has. */
    static final @Nullable Long NOW = null;

    private static final Duration POSITION_WAIT = Duration.ofSeconds(10);
    private static final JsonMapper JSON = new JsonMapper();

    /** Where Kafka is, and what the bridge creates there. */
    public record Settings(
            String bootstrapServers, Map<String, String> producer, String source, int partitions, Set<String> topics) {
        public Settings {
            producer = Map.copyOf(producer);
            topics = Set.copyOf(topics);
        }
    }

    private final Settings settings;
    private final String name;
    private final String positionTopic;
    private final EventHeaders headers;
    private final Set<String> topicsMade = new HashSet<>();
    private volatile @Nullable KafkaProducer<String, byte[]> producer;
    private volatile @Nullable Admin admin;
    private volatile @Nullable KafkaConsumer<String, String> consumer;
    private volatile boolean aborted;

    public KafkaHub(String bridge, Settings settings) {
        this.name = bridge;
        this.settings = settings;
        this.positionTopic = KafkaTopics.position(bridge);
        this.headers = new EventHeaders(settings.source());
    }

    @Override
    public Optional<HubPosition> open() throws HubUnavailable {
        discardProducer();
        try {
            checkNotAborted();
            makeTopics();
            var opened = new KafkaProducer<String, byte[]>(
                    ProducerProperties.of(settings, name), new StringSerializer(), new ByteArraySerializer());
            producer = opened;
            checkNotAborted();
            opened.initTransactions();
            return readPosition();
        } catch (KafkaException e) {
            discardAll();
            throw new HubUnavailable("opening Kafka at " + settings.bootstrapServers() + ": " + e.getMessage(), e);
        }
    }

    @Override
    public void publish(List<DomainEvent> events, HubPosition position) throws HubUnavailable {
        var open = producer;
        if (open == null) {
            throw new IllegalStateException("publish: the hub is not open (expected: open() first)");
        }
        var began = System.nanoTime();
        var sends = new Sends();
        try {
            open.beginTransaction();
            for (var event : events) {
                var _ = open.send(record(event), sends.of(event)); // the commit fails if any of them did
            }
            var _ = open.send(new ProducerRecord<>(positionTopic, 0, name, JSON.writeValueAsBytes(position)), sends);
            sends.commit(open, () -> aborted);
        } catch (KafkaException e) {
            discardAll();
            var first = sends.failure();
            if (isFenced(e) || isFenced(e.getCause()) || isFenced(first)) {
                throw fenced(Duration.ofNanos(System.nanoTime() - began), e);
            }
            var tooLarge = sends.tooLarge();
            if (tooLarge != null) { // a topic may take less than the producer: sending it again would not help
                throw new HubRefused(
                        "Kafka: " + tooLarge
                                + " (expected: max.message.bytes of the topic not below hub.kafka.producer max.request.size)",
                        e);
            }
            throw new HubUnavailable(
                    "publishing to Kafka at " + settings.bootstrapServers() + ": "
                            + (first == null ? e : first).getMessage() + " (of " + (events.size() + 1)
                            + " records it has taken "
                            + sends.acknowledged() + ")",
                    e);
        } catch (IllegalStateException e) { // the client's word for a producer that is closed already
            if (!aborted) {
                throw e;
            }
            throw new HubUnavailable("publishing to Kafka at " + settings.bootstrapServers() + ": stopped", e);
        }
    }

    /** Kafka does not say which of the two it was; the time does. */
    private HubFenced fenced(Duration taken, KafkaException failure) {
        var most = ProducerProperties.transactionTimeout(settings);
        return taken.compareTo(most) < 0
                ? new HubFenced("Kafka: shut out by another bridge called " + name, false, failure)
                : new HubFenced("Kafka: a transaction took longer than " + most.toMillis() + " ms", true, failure);
    }

    private static boolean isFenced(@Nullable Throwable failure) {
        return failure instanceof ProducerFencedException
                || failure instanceof InvalidProducerEpochException
                || failure instanceof FencedInstanceIdException;
    }

    @Override
    public long eventBytesMax() {
        return ProducerProperties.recordBytesMax(settings.producer());
    }

    @Override
    public long bytes(DomainEvent event) {
        return AbstractRecords.estimateSizeInBytesUpperBound(
                RecordBatch.CURRENT_MAGIC_VALUE,
                CompressionType.NONE,
                event.subject().getBytes(StandardCharsets.UTF_8),
                event.data().getBytes(StandardCharsets.UTF_8),
                new EventHeaders(settings.source()).of(event).toArray()); // a mapper asks, on another thread
    }

    /** Closes what waits for Kafka: a producer and an admin may be closed by any thread, a consumer is woken. */
    @Override
    public void abort() {
        aborted = true;
        var openAdmin = admin;
        if (openAdmin != null) {
            openAdmin.close(Duration.ZERO);
        }
        var openConsumer = consumer;
        if (openConsumer != null) {
            openConsumer.wakeup();
        }
        var openProducer = producer;
        if (openProducer != null) {
            openProducer.close(Duration.ZERO);
        }
    }

    private void checkNotAborted() {
        if (aborted) {
            throw new KafkaException("stopped while Kafka did not answer");
        }
    }

    private ProducerRecord<String, byte[]> record(DomainEvent event) {
        return new ProducerRecord<>(
                event.topic(),
                null,
                NOW,
                event.subject(),
                event.data().getBytes(StandardCharsets.UTF_8),
                headers.of(event));
    }

    private Optional<HubPosition> readPosition() {
        var partition = new TopicPartition(positionTopic, 0);
        var properties = new HashMap<String, Object>(settings.producer());
        properties.put(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, settings.bootstrapServers());
        properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false");
        properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        properties.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, "20"); // closing waits for one behind the last record
        properties.keySet().removeIf(ProducerProperties::isProducersOwn);
        try (var consumer = new KafkaConsumer<>(properties, new StringDeserializer(), new StringDeserializer())) {
            this.consumer = consumer;
            checkNotAborted();
            consumer.assign(List.of(partition));
            var end = consumer.endOffsets(List.of(partition), POSITION_WAIT).get(partition);
            if (end == null || end == 0) {
                return Optional.empty();
            }
            return lastPosition(consumer, partition, end);
        } finally {
            this.consumer = null;
        }
    }

    /** Our last record before {@code end}; the log's last entries may be markers, or somebody else's, so it looks further back until it finds one. */
    private Optional<HubPosition> lastPosition(
            KafkaConsumer<String, String> consumer, TopicPartition partition, long end) {
        var first = consumer.beginningOffsets(List.of(partition), POSITION_WAIT).getOrDefault(partition, 0L);
        for (var back = 8L; ; back *= 8) {
            var from = Math.max(first, end - back);
            consumer.seek(partition, from);
            @Nullable String last = null;
            var deadline = System.nanoTime() + POSITION_WAIT.toNanos();
            while (consumer.position(partition, POSITION_WAIT) < end) {
                for (var record : consumer.poll(Duration.ofMillis(200))) {
                    last = name.equals(record.key()) ? record.value() : last;
                }
                if (System.nanoTime() > deadline) {
                    throw new TimeoutException("reading the position from Kafka");
                }
            }
            if (last != null) {
                return Optional.of(JSON.readValue(last, HubPosition.class));
            }
            if (from == first) {
                return Optional.empty();
            }
        }
    }

    private void makeTopics() {
        var missing = new HashSet<>(settings.topics());
        missing.add(positionTopic);
        missing.removeAll(topicsMade);
        if (missing.isEmpty()) {
            return;
        }
        var properties = new HashMap<String, Object>(settings.producer());
        properties.keySet().removeIf(ProducerProperties::isProducersOwn);
        properties.put(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, settings.bootstrapServers());
        properties.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, REQUEST_TIMEOUT_MS);
        properties.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, 2 * REQUEST_TIMEOUT_MS);
        try (var admin = Admin.create(properties)) {
            this.admin = admin;
            checkNotAborted();
            KafkaTopics.make(admin, missing, positionTopic, settings.partitions(), eventBytesMax());
        } finally {
            this.admin = null;
        }
        topicsMade.addAll(missing);
    }

    /** Kafka's topics, too, may be gone, or it may be another cluster: what is missing is made again. */
    private void discardAll() {
        discardProducer();
        topicsMade.clear();
    }

    private void discardProducer() {
        var open = producer;
        producer = null;
        if (open != null) {
            open.close(Duration.ZERO);
        }
    }

    @Override
    public void close() {
        discardProducer();
    }
}
