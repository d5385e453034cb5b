package dev.banyan.loyalty.feed;

import dev.banyan.loyalty.ledger.Delivery;
import dev.banyan.loyalty.ledger.Ledger;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One thread that reads the topic and applies what it reads, until closed. It outlives outages of Kafka and database. */
public final class LoyaltyFeed implements AutoCloseable {

    /*
     * No consumer group: the position lives in the service's own database, so a group would only add a coordinator to wait
     * for (after a kill, a group hands partitions on when the dead member's session ends). Several instances may run; the
     * lock on the stored position makes them take turns, and each follows where the stored position goes.
     */

    private static final Logger LOG = LoggerFactory.getLogger(LoyaltyFeed.class);

    private static final Duration POLL_MAX = Duration.ofMillis(250);
    private static final Duration LOOK_FOR_PARTITIONS_EVERY = Duration.ofSeconds(30);
    private static final Duration CLOSE_MAX = Duration.ofSeconds(10);
    private static final int BATCH_BYTES_MAX = 8 << 20;

    private final FeedSettings settings;
    private final Ledger ledger;
    private final FeedStatus status;
    private final InstantSource clock;
    private final LongSupplier nanoTime;
    private final Supplier<Consumer<byte[], byte[]>> consumers;
    private final DeliveryReader reader = new DeliveryReader();
    private final CountDownLatch stop = new CountDownLatch(1);
    private final Thread thread = Thread.ofPlatform().name("loyalty-feed").unstarted(this::run);
    private volatile boolean reading;

    /** A feed that {@link #start} sets going. */
    public LoyaltyFeed(FeedSettings settings, Ledger ledger, FeedStatus status, InstantSource clock) {
        this(settings, ledger, status, clock, System::nanoTime, () -> consumer(settings));
    }

    /** One that reads with what {@code consumers} makes, and whose time passes as {@code nanoTime} says. */
    LoyaltyFeed(
            FeedSettings settings,
            Ledger ledger,
            FeedStatus status,
            InstantSource clock,
            LongSupplier nanoTime,
            Supplier<Consumer<byte[], byte[]>> consumers) {
        this.settings = settings;
        this.ledger = ledger;
        this.status = status;
        this.clock = clock;
        this.nanoTime = nanoTime;
        this.consumers = consumers;
    }

    /** Starts reading; returns at once. */
    public void start() {
        thread.start();
    }

    /** True while partitions are known and being read. */
    public boolean isReading() {
        return reading;
    }

    /** Stops after the batch in hand; what is not applied by then is read again at the next start. */
    @Override
    public void close() {
        stop.countDown();
        try {
            thread.join(CLOSE_MAX);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        var backoff = new Backoff();
        while (isRunning()) {
            try (var consumer = consumers.get()) {
                while (isRunning()) {
                    follow(consumer, backoff);
                }
            } catch (InterruptException | WakeupException e) {
                LOG.info("feed interrupted", e);
                return;
            } catch (KafkaException | SQLException e) {
                LOG.warn("feed of {} waits {} ms: {}", settings.topic(), backoff.millis(), e.toString());
                pause(backoff);
            } catch (RuntimeException | Error e) {
                // the edge of a thread: a feed that has died silently is the worst outcome, and memory may be there
                // again
                LOG.error("feed of {} starts again in {} ms", settings.topic(), backoff.millis(), e);
                pause(backoff);
            } finally {
                reading = false;
            }
        }
    }

    /** Reads all partitions there are now; returns when that set may have changed. */
    private void follow(Consumer<byte[], byte[]> consumer, Backoff backoff) throws SQLException {
        var partitions = new HashSet<Integer>();
        consumer.partitionsFor(settings.topic()).forEach(info -> partitions.add(info.partition()));
        if (partitions.isEmpty()) {
            LOG.info("topic {} does not exist yet", settings.topic());
            reading = false;
            pause(backoff);
            return;
        }
        consumer.assign(partitions.stream().map(this::partition).toList());
        var positions = ledger.positions(partitions);
        positions.keySet().retainAll(partitions);
        positions.forEach((partition, offset) -> consumer.seek(partition(partition), offset));
        status.faultsKept(ledger.faults());
        reading = true;
        var until =
                nanoTime.getAsLong() + LOOK_FOR_PARTITIONS_EVERY.toNanos(); // not by the clock, which may be set back
        while (isRunning() && nanoTime.getAsLong() - until < 0) {
            try {
                pass(consumer, positions, backoff);
                status.passed();
            } catch (OffsetOutOfRangeException e) {
                rewind(consumer, positions, e.offsetOutOfRangePartitions().keySet());
            }
        }
    }

    private void pass(Consumer<byte[], byte[]> consumer, Map<Integer, Long> positions, Backoff backoff)
            throws SQLException {
        var deliveries = new ArrayList<Delivery>();
        for (var record : consumer.poll(POLL_MAX)) {
            deliveries.add(reader.read(record));
        }
        if (!deliveries.isEmpty()) {
            apply(consumer, positions, deliveries, backoff);
        }
        for (var partition : positions.keySet()) {
            consumer.currentLag(partition(partition)).ifPresent(lag -> status.lag(partition, lag));
        }
    }

    private void apply(
            Consumer<byte[], byte[]> consumer,
            Map<Integer, Long> positions,
            List<Delivery> deliveries,
            Backoff backoff) {
        while (isRunning()) {
            try {
                var applied = ledger.apply(positions, deliveries);
                status.applied(applied, clock.instant());
                deliveries.forEach(delivery -> positions.put(delivery.partition(), delivery.offset() + 1));
                applied.elsewhere().forEach((partition, offset) -> {
                    if (positions.containsKey(partition)) {
                        LOG.info("partition {} goes on at {}, where its stored position is", partition, offset);
                        positions.put(partition, offset);
                        consumer.seek(partition(partition), offset);
                    }
                });
                backoff.reset();
                return;
            } catch (SQLException e) {
                LOG.warn("database: trying again in {} ms: {}", backoff.millis(), e.getMessage());
                pause(backoff);
            }
        }
    }

    /** The hub no longer has the stored position: go on at the oldest record it has. Replaying is harmless, a gap is not. */
    private void rewind(Consumer<byte[], byte[]> consumer, Map<Integer, Long> positions, Set<TopicPartition> outOfRange)
            throws SQLException {
        for (var beginning : new HashMap<>(consumer.beginningOffsets(outOfRange)).entrySet()) {
            var partition = beginning.getKey().partition();
            var offset = beginning.getValue();
            LOG.error(
                    "partition {} has no offset {}: going on at {}. Either the topic was made anew (nothing is lost), or it"
                            + " dropped events that were never read (backfill again)",
                    partition,
                    positions.get(partition),
                    offset);
            ledger.moveTo(partition, offset);
            positions.put(partition, offset);
            consumer.seek(beginning.getKey(), offset);
            status.rewound();
        }
    }

    private TopicPartition partition(int number) {
        return new TopicPartition(settings.topic(), number);
    }

    private boolean isRunning() {
        return stop.getCount() > 0;
    }

    private void pause(Backoff backoff) {
        try {
            var stopped = stop.await(backoff.next(), TimeUnit.MILLISECONDS);
            if (stopped) {
                LOG.debug("stopped while waiting");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            stop.countDown();
        }
    }

    private static Consumer<byte[], byte[]> consumer(FeedSettings settings) {
        return new KafkaConsumer<>(
                consumerSettings(settings), new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    private static Map<String, Object> consumerSettings(FeedSettings settings) {
        return Map.ofEntries(
                Map.entry(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, settings.bootstrapServers()),
                Map.entry(ConsumerConfig.CLIENT_ID_CONFIG, "loyalty"),
                Map.entry(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed"),
                Map.entry(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false),
                Map.entry(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none"),
                Map.entry(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false),
                Map.entry(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, settings.batchMax()),
                Map.entry(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, BATCH_BYTES_MAX),
                Map.entry(ConsumerConfig.METADATA_MAX_AGE_CONFIG, 15_000),
                Map.entry(ConsumerConfig.REQUEST_TIMEOUT_MS_CONFIG, 10_000),
                Map.entry(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, 10_000),
                Map.entry(ConsumerConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG, 2_000));
    }
}
