package dev.banyan.cli.observe;

import dev.banyan.cli.observe.EventLog.Event;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.StringDeserializer;

/** Reads every event topic from its beginning, committed records only, until closed; tells what a consumer got to see. */
public final class EventWatch implements AutoCloseable {

    private static final String TOPIC_PREFIX = "shop.";
    private static final Duration LOOK_FOR_TOPICS = Duration.ofSeconds(1);

    private static final Duration POLL = Duration.ofMillis(100);

    private final KafkaConsumer<String, String> consumer;
    private final EventLog log = new EventLog();
    private final Set<TopicPartition> assigned = new HashSet<>();
    private final AtomicReference<RuntimeException> failure = new AtomicReference<>();
    private final Thread thread;
    private volatile boolean stopped;
    private volatile boolean caughtUp;
    private volatile long caughtUpAskedNanos;

    /** Begins to read from the cluster at {@code bootstrapServers}. */
    public EventWatch(String bootstrapServers) {
        Map<String, Object> settings = Map.of(
                ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers,
                ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed",
                ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest",
                ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false,
                ConsumerConfig.CLIENT_ID_CONFIG, "banyan-demo-watch");
        consumer = new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer());
        thread = Thread.ofPlatform().name("event-watch").start(this::read);
    }

    private void read() {
        try (consumer) {
            var nextLook = 0L;
            while (!stopped) {
                if (nextLook == 0 || System.nanoTime() - nextLook >= 0) {
                    assignAll();
                    nextLook = System.nanoTime() + LOOK_FOR_TOPICS.toNanos();
                }
                if (assigned.isEmpty()) {
                    Thread.sleep(POLL); // nobody has published yet
                } else {
                    consumer.poll(POLL).forEach(kafkaRecord -> log.add(event(kafkaRecord)));
                }
                var asked = caughtUpAskedNanos;
                if (asked != 0 && isAtEnd()) {
                    caughtUp = true;
                    caughtUpAskedNanos = 0;
                }
            }
        } catch (WakeupException | InterruptedException e) {
            // close() woke us: there is nothing left to read
        } catch (RuntimeException e) {
            failure.set(e); // the thread ends here; whoever asks for counts is told
        }
    }

    /** Takes partitions that are new since the last look; a consumer that subscribes by pattern would need a group. */
    private void assignAll() {
        var found = new ArrayList<TopicPartition>();
        consumer.listTopics().forEach((topic, partitions) -> {
            if (topic.startsWith(TOPIC_PREFIX)) {
                partitions.forEach(partition -> found.add(new TopicPartition(topic, partition.partition())));
            }
        });
        var added = found.stream()
                .filter(partition -> !assigned.contains(partition))
                .toList();
        if (!added.isEmpty()) {
            assigned.addAll(added);
            consumer.assign(assigned);
            consumer.seekToBeginning(added);
        }
    }

    private boolean isAtEnd() {
        var ends = consumer.endOffsets(assigned);
        return assigned.stream()
                .allMatch(partition -> consumer.position(partition) >= ends.getOrDefault(partition, 0L));
    }

    private static Event event(ConsumerRecord<String, String> kafkaRecord) {
        var data = kafkaRecord.value();
        return new Event(
                header(kafkaRecord, "ce_id"),
                header(kafkaRecord, "ce_type"),
                header(kafkaRecord, "ce_subject"),
                header(kafkaRecord, "ce_sequence"),
                header(kafkaRecord, "ce_backfill").equals("true"),
                data == null ? "" : data);
    }

    private static String header(ConsumerRecord<String, String> kafkaRecord, String name) {
        var header = kafkaRecord.headers().lastHeader(name);
        return header == null ? "" : new String(header.value(), StandardCharsets.UTF_8);
    }

    /** Waits until everything that is in Kafka now was read; false when {@code patience} ends first. */
    public boolean awaitCaughtUp(Duration patience) throws InterruptedException {
        caughtUp = false;
        caughtUpAskedNanos = System.nanoTime();
        var deadline = System.nanoTime() + patience.toNanos();
        while (!caughtUp && System.nanoTime() < deadline) {
            check();
            Thread.sleep(20);
        }
        return caughtUp;
    }

    /** Returns what came so far. */
    public EventCounts counts() {
        check();
        return log.counts();
    }

    /** Returns the last state, as JSON, of each subject {@code kind/...}. */
    public Map<String, String> states(String kind) {
        check();
        return log.states(kind);
    }

    /** Returns which of {@code subjects} never had an event of {@code type}. */
    public List<String> without(String type, List<String> subjects) {
        return subjects.stream().filter(subject -> !log.has(type, subject)).toList();
    }

    private void check() {
        var failed = failure.get();
        if (failed != null) {
            throw new IllegalStateException("reading the events", failed);
        }
    }

    @Override
    public void close() {
        stopped = true;
        consumer.wakeup();
        try {
            thread.join(Duration.ofSeconds(5));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
