package dev.banyan.bridge.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.bridge.change.Arrival;
import dev.banyan.bridge.change.Change;
import dev.banyan.bridge.change.Row;
import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.change.Transaction;
import dev.banyan.bridge.change.Untouched;
import dev.banyan.bridge.engine.OffsetRule;
import dev.banyan.bridge.engine.SnapshotNotice;
import dev.banyan.bridge.source.Source;
import dev.banyan.bridge.store.Backfill;
import dev.banyan.bridge.store.BridgeStore;
import dev.banyan.bridge.store.MigratedStore;
import dev.banyan.bridge.store.Position;
import io.debezium.DebeziumException;
import io.debezium.engine.DebeziumEngine;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A signal to Debezium is lost when its channel is not read yet, or any more. */
class BackfillWatchTest {

    private static final TableId ONE = new TableId("public", "one");

    @TempDir
    Path folder;

    private final AtomicLong nanos = new AtomicLong(-1);
    private final List<DebeziumEngine.Signal> signals = new ArrayList<>();

    private final AtomicInteger looks = new AtomicInteger();

    private List<String> unread = List.of();
    private boolean isAway;

    private void away() throws SQLException {
        try (var connection = DriverManager.getConnection(MigratedStore.in(folder), "", "");
                var statement = connection.createStatement()) {
            statement.execute("ALTER TABLE bridge_incomplete_row RENAME TO away");
        }
    }

    private void after(Duration time) {
        nanos.addAndGet(time.toNanos());
    }

    private BridgeStore store() {
        var store = BridgeStore.open(
                new BridgeStore.Settings(MigratedStore.in(folder), "", ""),
                "watch",
                "test",
                Duration.ofSeconds(30),
                InstantSource.system());
        assertThat(store.tryLease()).isTrue();
        return store;
    }

    private BackfillWatch watch(BackfillTracker tracker, BridgeStore store) {
        var nobody = new Source("jdbc:postgresql://127.0.0.1:1/none", "u", "u", "s", "p", false, List.of());
        return new BackfillWatch(
                tracker,
                store.backfills(),
                nobody,
                _ -> Map.of(),
                _ -> unread(),
                _ -> {},
                _ -> looks.incrementAndGet(),
                nanos::get);
    }

    private List<String> unread() throws SQLException {
        if (isAway) {
            throw new SQLException("away");
        }
        return unread;
    }

    /** It would be done, and wrong: Debezium says nothing of it. */
    @Test
    void whatWouldNotBeReadAsItIsIsNotAskedForAndPausedWithTheReason() throws Exception {
        try (var store = store()) {
            store.backfills().request(List.of(ONE));
            try (var session = store.session()) {
                var tracker = new BackfillTracker(
                        Map.of(ONE, List.of("id")), session, store.backfills().all(), _ -> null, (_, _) -> List.of());
                var watch = watch(tracker, store);
                isAway = true;
                watch.signal(signals::add);
                assertThat(signals).as("while nobody knows").isEmpty();
                isAway = false;
                unread = List.of("table public.one: other tables inherit from it");
                watch.signal(signals::add);
                assertThat(store.backfills().all().getFirst().failure())
                        .as("asked once a second")
                        .isNull();
                after(Duration.ofSeconds(1));
                watch.signal(signals::add);
                after(Duration.ofSeconds(1));
                watch.signal(signals::add);

                assertThat(signals).isEmpty();
                assertThat(store.backfills().all()).singleElement().satisfies(paused -> {
                    assertThat(paused.wish()).isEqualTo(Backfill.Wish.PAUSE);
                    assertThat(paused.failure())
                            .isEqualTo(new Backfill.Failure(1, "table public.one: other tables inherit from it"));
                });
            }
        }
    }

    @Test
    void whileThereIsNoneTheStoreIsReadOnceASecondAndOftenWhileThereIs() {
        try (var store = store();
                var session = store.session()) {
            var watch = watch(
                    new BackfillTracker(Map.of(ONE, List.of("id")), session, List.of(), _ -> null, (_, _) -> List.of()),
                    store);
            look(watch, Duration.ofSeconds(5));
            assertThat(looks.getAndSet(0)).as("in five seconds").isEqualTo(5);

            store.backfills().request(List.of(ONE));
            look(watch, Duration.ofSeconds(6));
            assertThat(looks.get())
                    .as("in six seconds, of which it knew of it for five")
                    .isGreaterThan(15);
        }
    }

    private void look(BackfillWatch watch, Duration time) {
        for (var tick = 0; tick < time.toMillis(); tick += 100) {
            after(Duration.ofMillis(100));
            watch.isAskedOtherwise(false);
        }
    }

    @Test
    void anEngineThatIsJustEndingIsNotAskedAndTheNextOneIs() throws Exception {
        try (var store = store()) {
            var asked = store.backfills().request(List.of(ONE));
            try (var session = store.session()) {
                var tracker = new BackfillTracker(
                        Map.of(ONE, List.of("id")), session, store.backfills().all(), _ -> null, (_, _) -> List.of());
                watch(tracker, store).signal(_ -> {
                    throw new DebeziumException("Channel already closed");
                });
                watch(tracker, store).signal(signals::add);
                assertThat(signals).extracting(DebeziumEngine.Signal::id).containsExactly(asked.id());
            }
        }
    }

    @Test
    void aSignalOfWhichNothingComesIsGivenAgainUnderAnotherIdUntilTheLogTellsOfIt() throws Exception {
        try (var store = store()) {
            var asked = store.backfills().request(List.of(ONE));
            try (var session = store.session()) {
                var tracker = new BackfillTracker(
                        Map.of(ONE, List.of("id")), session, store.backfills().all(), _ -> null, (_, _) -> List.of());
                var watch = watch(tracker, store);
                watch.signal(signals::add);
                after(Duration.ofSeconds(19));
                watch.signal(signals::add);
                assertThat(signals).extracting(DebeziumEngine.Signal::id).containsExactly(asked.id());

                after(Duration.ofSeconds(1));
                watch.signal(signals::add);
                assertThat(signals).hasSize(2);
                assertThat(signals.getLast().id()).startsWith(asked.id()).isNotEqualTo(asked.id());
                assertThat(signals.getLast().data())
                        .isEqualTo(signals.getFirst().data())
                        .contains("public.one");

                tracker.observe(underWay(asked));
                after(Duration.ofHours(1));
                watch.signal(signals::add);
                assertThat(signals).hasSize(2);
            }
        }
    }

    @Test
    void aSignalThatDebeziumHasTakenIsNotGivenAgainThoughABatchHoldsTheLogUp() throws Exception {
        try (var store = store()) {
            var asked = store.backfills().request(List.of(ONE));
            try (var session = store.session()) {
                var tracker = new BackfillTracker(
                        Map.of(ONE, List.of("id")), session, store.backfills().all(), _ -> null, (_, _) -> List.of());
                var watch = watch(tracker, store);
                watch.signal(signals::add);
                tracker.told(new SnapshotNotice.Begun(asked.id()));
                after(Duration.ofHours(1));
                watch.signal(signals::add);
                assertThat(signals).hasSize(1);
            }
        }
    }

    /** What Debezium's offsets say while it reads what {@code asked} is about. */
    private static Map<String, Object> underWay(Backfill asked) {
        return Map.of(OffsetRule.SNAPSHOT_TABLES, "[]", "incremental_snapshot_correlation_id", asked.id() + "-7");
    }

    @Test
    void rowsThatDebeziumTookOutOfAChunkAreAskedForByTheirKeysOnceASecond() throws Exception {
        try (var store = store()) {
            var asked = store.backfills().request(List.of(ONE));
            try (var session = store.session()) {
                var tracker = new BackfillTracker(
                        Map.of(ONE, List.of("id")),
                        session,
                        store.backfills().all(),
                        read -> read,
                        (_, _) -> List.of());
                var watch = watch(tracker, store);
                watch.signal(signals::add);
                var left = new Row(Map.of("id", "it's", "v", Untouched.VALUE));
                tracker.mapped(new Transaction(1, "t", Instant.EPOCH, List.of(new Change.Updated(ONE, null, left))));
                for (var round = 1; round < 3; round++) {
                    tracker.observe(underWay(asked));
                    assertThat(tracker.beforeCommit(List.of(new Arrival(null, round, Map.of(), asked.id()))))
                            .isFalse();
                    after(Duration.ofSeconds(1));
                    if (round == 1) {
                        watch.signal(signals::add);
                        assertThat(signals).as("before they are committed").hasSize(1);
                    }
                    session.commit(new Position("system", 1, round, Map.of("lsn", round)));
                    watch.signal(signals::add);
                    watch.signal(signals::add);
                    assertThat(signals).hasSize(round + 1);
                    assertThat(signals.getLast().id()).startsWith(asked.id()).isNotEqualTo(asked.id());
                    assertThat(signals.getLast().data()).contains("((\\\"id\\\") IN ((E'it''s')))");
                }
                tracker.observe(underWay(asked));
                tracker.beforeCommit(List.of(new Arrival(null, 3, Map.of(), asked.id())));
                watch.signal(signals::add);
                assertThat(signals).as("in the same second").hasSize(3);
                session.commit(new Position("system", 1, 3, Map.of("lsn", 3)));
                after(Duration.ofSeconds(1));
                away();
                watch.signal(signals::add);
                assertThat(signals).as("while the store is away").hasSize(3);
            }
        }
    }
}
