package dev.banyan.bridge.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.store.Backfill;
import dev.banyan.bridge.store.BridgeStore;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A backfill begins when those that wrote before it was taken up have ended, and waits for nobody else. */
class EarlierWritersTest {

    private static final List<TableId> TABLES = List.of(new TableId("public", "one"));

    @TempDir
    Path folder;

    private final AtomicLong nanos = new AtomicLong();
    private final AtomicInteger looks = new AtomicInteger();
    private Map<String, String> open = Map.of();
    private boolean isAway;
    private volatile CountDownLatch answer = new CountDownLatch(0);
    private BridgeStore store;
    private Backfill backfill;
    private EarlierWriters writers;

    @BeforeEach
    void ask() {
        store = BridgeStore.open(
                new BridgeStore.Settings("jdbc:h2:file:" + folder.resolve("store"), "", ""),
                "writers",
                "test",
                Duration.ofSeconds(30),
                InstantSource.system());
        assertThat(store.tryLease()).isTrue();
        backfill = store.backfills().request(TABLES);
        writers = writers();
    }

    @AfterEach
    void close() {
        store.close();
    }

    private EarlierWriters writers() {
        return new EarlierWriters(
                store.backfills(),
                _ -> {
                    looks.incrementAndGet();
                    awaitAnswer();
                    if (isAway) {
                        throw new SQLException("away");
                    }
                    return open;
                },
                nanos::get);
    }

    private void awaitAnswer() {
        try {
            answer.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean areOverAfter(Duration time) throws InterruptedException {
        nanos.addAndGet(time.toNanos());
        return writers.areOver(stored(), TABLES);
    }

    private Backfill stored() {
        return store.backfills().all().stream()
                .filter(each -> each.id().equals(backfill.id()))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void withoutWritersItBeginsAtOnceAndNobodyIsAskedAgain() throws Exception {
        assertThat(areOverAfter(Duration.ZERO)).isTrue();
        open = Map.of("3/1", "process 7");
        assertThat(areOverAfter(Duration.ofHours(1))).isTrue();
        assertThat(looks).hasValue(1);
    }

    @Test
    void itWaitsForThoseThatWroteBeforeAndForNoneOfLater() throws Exception {
        open = Map.of("3/1", "process 7", "3/2", "process 8");
        assertThat(areOverAfter(Duration.ZERO)).isFalse();
        assertThat(areOverAfter(Duration.ofMillis(100))).isFalse();
        assertThat(looks).as("four times a second").hasValue(1);
        open = Map.of("3/2", "process 8", "3/3", "process 7");
        assertThat(areOverAfter(Duration.ofSeconds(1))).isFalse();
        open = Map.of("3/3", "process 7");
        assertThat(areOverAfter(Duration.ofSeconds(1))).isTrue();
    }

    @Test
    void theNextBackfillHasWritersOfItsOwn() throws Exception {
        assertThat(areOverAfter(Duration.ZERO)).isTrue();
        open = Map.of("3/1", "process 7");
        backfill = store.backfills().request(TABLES);
        assertThat(areOverAfter(Duration.ZERO)).isFalse();
    }

    @Test
    void aDatabaseThatDoesNotAnswerSaysNothing() throws Exception {
        isAway = true;
        assertThat(areOverAfter(Duration.ZERO)).isFalse();
        isAway = false;
        open = Map.of("3/1", "process 7");
        assertThat(areOverAfter(Duration.ofSeconds(1)))
                .as("asked for the first time")
                .isFalse();
        isAway = true;
        open = Map.of();
        assertThat(areOverAfter(Duration.ofSeconds(1))).isFalse();
        isAway = false;
        assertThat(areOverAfter(Duration.ofSeconds(1))).isTrue();
    }

    @Test
    void whatItWaitsForIsSaidAfterTwoSecondsAndUntilItBegins() throws Exception {
        open = IntStream.range(10, 30)
                .boxed()
                .collect(Collectors.toMap(each -> "3/" + each, each -> "process " + each));
        assertThat(areOverAfter(Duration.ZERO)).isFalse();
        assertThat(areOverAfter(Duration.ofSeconds(1))).isFalse();
        assertThat(stored().failure()).isNull();
        assertThat(areOverAfter(Duration.ofSeconds(1))).isFalse();
        assertThat(stored().failure())
                .isEqualTo(new Backfill.Failure(
                        0,
                        "waits for transactions that wrote to its tables before, and have not ended: process 10, process 11,"
                                + " process 12, process 13, process 14, process 15, process 16, process 17, process 18,"
                                + " process 19 and 10 more"));

        writers = writers();
        open = Map.of();
        assertThat(areOverAfter(Duration.ZERO)).as("of the next engine").isTrue();
        assertThat(stored().failure()).isNull();
    }

    @Test
    void namesThatAreTooLongForTheStoreAreCountedOnly() throws Exception {
        open = IntStream.range(10, 16)
                .boxed()
                .collect(Collectors.toMap(each -> "-1/" + each, each -> each + "x".repeat(300)));
        assertThat(areOverAfter(Duration.ZERO)).isFalse();
        assertThat(areOverAfter(Duration.ofSeconds(2))).isFalse();
        assertThat(stored().failure())
                .extracting(Backfill.Failure::why)
                .asString()
                .endsWith("10" + "x".repeat(300) + ", 11" + "x".repeat(300) + " and 4 more");
    }

    @Test
    void whoIsWaitedForLongIsLookedForRarely() throws Exception {
        open = Map.of("3/1", "process 7");
        for (var tenths = 0; tenths < 600; tenths++) {
            assertThat(areOverAfter(Duration.ofMillis(100))).isFalse();
        }
        assertThat(looks.get()).as("each is a connection").isLessThan(25);
        var before = looks.get();
        for (var seconds = 0; seconds < 600; seconds++) {
            assertThat(areOverAfter(Duration.ofSeconds(1))).isFalse();
        }
        assertThat(looks).hasValue(before + 60);
        open = Map.of();
        assertThat(areOverAfter(Duration.ofSeconds(10))).isTrue();
    }

    @Test
    void nobodyIsAskedAnewWhileAnAnswerIsDue() throws Exception {
        answer = new CountDownLatch(1);
        var asks = Thread.ofVirtual().start(() -> {
            try {
                writers.areOver(stored(), TABLES);
            } catch (InterruptedException _) {
                // the wait for the answer is cut short
            }
        });
        Await.until("it has asked", () -> looks.get() == 1);
        asks.interrupt();
        asks.join();
        assertThat(areOverAfter(Duration.ofSeconds(1))).isFalse();
        assertThat(looks).hasValue(1);
        answer.countDown();
        Await.until("it asks again, and is answered", () -> areOverAfter(Duration.ofSeconds(1)));
        assertThat(looks).hasValue(2);
    }
}
