package dev.banyan.catalog.feed;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.catalog.projection.Applied;
import dev.banyan.catalog.projection.ReadModel;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import javax.sql.DataSource;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.PartitionInfo;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;

class CatalogFeedTest {

    @Test
    void anErrorDoesNotEndIt() throws Exception {
        var attempts = new CountDownLatch(2);
        var feed = new CatalogFeed(
                new FeedSettings("127.0.0.1:9", "topic", 1),
                new ReadModel(new PGSimpleDataSource(), "topic"),
                new FeedStatus(new SimpleMeterRegistry()),
                InstantSource.system(),
                System::nanoTime,
                () -> {
                    attempts.countDown();
                    throw new OutOfMemoryError("as by a batch that is too large");
                });
        try (feed) {
            feed.start();

            assertThat(attempts.await(120, TimeUnit.SECONDS)).isTrue();
            assertThat(feed.isReading()).isFalse();
        }
    }

    @Test
    void aTopicThatIsGoneIsSeenByTheStateAndTheMetric() throws Exception {
        var nanos = new AtomicLong();
        var meters = new SimpleMeterRegistry();
        var looks = new CountDownLatch(2);
        var consumer = new MockConsumer<byte[], byte[]>("none") {
            @Override
            public synchronized List<PartitionInfo> partitionsFor(String topic) {
                var first = looks.getCount() == 2;
                looks.countDown();
                return first ? List.of(new PartitionInfo(topic, 0, null, null, null)) : List.of();
            }

            @Override
            public synchronized ConsumerRecords<byte[], byte[]> poll(Duration timeout) {
                nanos.addAndGet(Duration.ofSeconds(31).toNanos());
                return ConsumerRecords.empty();
            }
        };
        var feed = new CatalogFeed(
                new FeedSettings("127.0.0.1:9", "topic", 1),
                new ReadModel(emptyDatabase(), "topic"),
                new FeedStatus(meters, nanos::get),
                InstantSource.fixed(Instant.EPOCH), // as one that is set back
                nanos::get,
                () -> consumer);
        try (feed) {
            feed.start();
            assertThat(looks.await(120, TimeUnit.SECONDS)).isTrue();
            for (var end = System.nanoTime() + Duration.ofMinutes(2).toNanos(); feed.isReading(); ) {
                assertThat(System.nanoTime()).as("still reading").isLessThan(end);
                Thread.sleep(1);
            }
            var stalled = meters.get("catalog.feed.stalled").gauge();
            assertThat(stalled.value()).isZero();
            nanos.addAndGet(Duration.ofMinutes(1).toNanos());
            assertThat(stalled.value()).isEqualTo(60);
        }
    }

    @Test
    void whatWasIgnoredIsNotCounted() {
        var status = new FeedStatus(new SimpleMeterRegistry());

        status.applied(new Applied(List.of(), 2, 1, Map.of(0, 7L)), Instant.EPOCH);

        assertThat(status.snapshot().events()).isEqualTo(new FeedStatus.Counts(3, 0, 0, 0, 2, 1));
    }

    private static DataSource emptyDatabase() {
        var database = new PGSimpleDataSource() {
            @Override
            public Connection getConnection() {
                return empty(Connection.class);
            }
        };
        return database;
    }

    /** One of JDBC's things that holds nothing: each method returns another, or no, 0 or nothing. */
    private static <T> T empty(Class<T> type) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (_, method, _) -> {
            var result = method.getReturnType();
            if (result == boolean.class) {
                return false;
            }
            return result == int.class ? (Object) 0 : result.isInterface() ? empty(result) : null;
        }));
    }
}
