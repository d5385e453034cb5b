package dev.banyan.bridge.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.banyan.bridge.change.Arrival;
import dev.banyan.bridge.change.Change;
import dev.banyan.bridge.change.Row;
import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.change.Transaction;
import dev.banyan.bridge.engine.OffsetRule;
import dev.banyan.bridge.engine.SnapshotNotice;
import dev.banyan.bridge.run.BackfillDesk.Ask;
import dev.banyan.bridge.store.Backfill;
import dev.banyan.bridge.store.BridgeStore;
import dev.banyan.bridge.store.MigratedStore;
import dev.banyan.bridge.store.Position;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is asked of backfills, and what is made of it, without a database to read. */
class BackfillDeskTest {

    private static final TableId ONE = new TableId("public", "one");
    private static final TableId TWO = new TableId("public", "two");

    @TempDir
    Path folder;

    private final AtomicLong now = new AtomicLong(1_000_000);
    private final InstantSource clock = () -> Instant.ofEpochMilli(now.get());
    private BridgeStore store;

    @BeforeEach
    void open() {
        store = BridgeStore.open(
                new BridgeStore.Settings(MigratedStore.in(folder), "", ""),
                "desk",
                "test",
                Duration.ofSeconds(30),
                clock);
        assertThat(store.tryLease()).isTrue();
    }

    @AfterEach
    void close() {
        store.close();
    }

    private void ask(Ask ask, String... names) {
        new BackfillDesk(BackfillDesk.Kind.BACKFILL, store.backfills(), List.of(ONE, TWO), clock)
                .answer(new BackfillDesk.Request(ask, List.of(names)));
    }

    @Test
    void aTableOfABackfillThatIsBeingCancelledMayBeReadAnew() {
        ask(Ask.START);
        assertThatThrownBy(() -> ask(Ask.START, "one")).hasMessageContaining("is still to read it");
        ask(Ask.CANCEL);
        ask(Ask.START, "one");
        assertThat(store.backfills().all()).extracting(Backfill::word).containsExactly("cancelling", "requested");
    }

    @Test
    void whatReadsTheTablesOfAPausedAggregateIsPausedAndNotBegunOrResumed() {
        store.begin(new Position("1", 1, 0, Map.of("lsn", 0L)), List.of(), Set.of(), null);
        ask(Ask.START, "two");
        ask(Ask.START, "one");
        store.pauses().begin(ONE, "order", List.of(ONE), 7, "public.one.v: not there", "bigint\tid");

        assertThat(store.backfills().all()).extracting(Backfill::word).containsExactly("requested", "paused");
        assertThatThrownBy(() -> ask(Ask.RESUME))
                .hasMessage(
                        "table public.one is paused, and with it all of order (expected: a mapping that fits it, and"
                                + " events faults resubmit first)");
        ask(Ask.CANCEL);
        assertThatThrownBy(() -> ask(Ask.START)).hasMessageContaining("table public.one is paused");
        ask(Ask.START, "two");

        store.pauses().end("order");
        ask(Ask.START, "one");
    }

    @Test
    void oneThatFailsFiveTimesInARowIsPausedUntilAPersonHasSeenWhy() {
        ask(Ask.START);
        var id = store.backfills().all().getFirst().id();
        for (var time = 1; time < 5; time++) {
            assertThat(store.backfills()
                            .failed(id, "two could not be read", false)
                            .word())
                    .isEqualTo("requested");
        }
        var paused = store.backfills().failed(id, "two could not be read", false);
        assertThat(paused.word()).isEqualTo("paused");
        assertThat(paused.failure()).isEqualTo(new Backfill.Failure(5, "two could not be read"));
        assertThat(Health.Group.MIGRATION.missing(new Progress(clock), List.of(paused)))
                .contains("backfill " + id + ": paused, 0 rows read; two could not be read");
        ask(Ask.RESUME);
        assertThat(store.backfills().failed(id, "again", false).word()).isEqualTo("requested");
    }

    @Test
    void oneThatAValueStopsIsPausedAtOnce() {
        ask(Ask.START);
        var id = store.backfills().all().getFirst().id();
        store.backfills().failed(id, "two could not be read", false);
        assertThat(store.backfills().failed(id, "two.v cannot be converted", true))
                .extracting(Backfill::word, Backfill::failure)
                .containsExactly("paused", new Backfill.Failure(2, "two.v cannot be converted"));
    }

    @Test
    void whatIsReadAfterAFailureForgetsIt() {
        ask(Ask.START);
        var id = store.backfills().all().getFirst().id();
        store.backfills().failed(id, "two could not be read", false);
        try (var session = store.session()) {
            var tracker = new BackfillTracker(
                    Map.of(TWO, List.of("id")), session, store.backfills().all(), _ -> null, (_, _) -> List.of());
            var offset = Map.<String, Object>of(
                    OffsetRule.SNAPSHOT_TABLES, "[{\"incremental_snapshot_collections_id\":\"public.two\"}]");
            tracker.beforeCommit(List.of(new Arrival(null, 1, offset, id)));
            assertThat(tracker.current())
                    .as("nothing was read")
                    .extracting("failure")
                    .isNotNull();
            var read = new Change.Read(TWO, new Row(Map.of("id", 1L)));
            tracker.filter(new Transaction(2, "t2", Instant.EPOCH, List.of(read)));
            tracker.beforeCommit(List.of(new Arrival(null, 2, offset, id)));
            assertThat(tracker.current()).extracting("failure").isNull();
        }
    }

    @Test
    void tablesWithoutRowsAreDoneByDebeziumsWordAndOneThatWasPassedOverIsNot() {
        ask(Ask.START);
        var all = store.backfills().all();
        var id = all.getFirst().id();
        try (var session = store.session()) {
            var nothing = List.of(new Arrival(null, 1, Map.of(), null));
            var empty = new BackfillTracker(Map.of(), session, all, _ -> null, (_, _) -> List.of());
            assertThat(empty.beforeCommit(nothing)).isFalse();
            empty.told(new SnapshotNotice.Completed(id));
            assertThat(empty.needsSignal()).isFalse();
            assertThat(empty.beforeCommit(nothing)).isTrue();
            assertThat(empty.current()).extracting("state").isEqualTo(Backfill.State.DONE);

            var passedOver = new BackfillTracker(Map.of(), session, all, _ -> null, (_, _) -> List.of());
            passedOver.told(new SnapshotNotice.GivenUp("public.two could not be read", false));
            passedOver.told(new SnapshotNotice.GivenUp("what follows from it", false));
            passedOver.told(new SnapshotNotice.Completed(id));
            assertThat(passedOver.beforeCommit(nothing)).isFalse();
            assertThat(passedOver.unread())
                    .isEqualTo(new SnapshotNotice.GivenUp("public.two could not be read", false));

            var full = new BackfillTracker(Map.of(), session, all, _ -> null, (_, _) -> List.of());
            full.told(new SnapshotNotice.Reading(id));
            full.told(new SnapshotNotice.Completed(id));
            assertThat(full.beforeCommit(nothing))
                    .as("its rows are on their way")
                    .isFalse();
        }
    }

    @Test
    void theNextOneSortsLastThoughTheClockWentBack() {
        var first = store.backfills().request(List.of(ONE));
        now.addAndGet(-500_000);
        assertThat(store.backfills().next(List.of(ONE)).requestedAtMs()).isEqualTo(first.requestedAtMs() + 1);
        assertThat(store.backfills().request(List.of(TWO)).requestedAtMs()).isEqualTo(first.requestedAtMs() + 1);
    }

    @Test
    void whatTheSpoolSaysOfASnapshotIsNotAskedForAgain() {
        var id = store.backfills().request(List.of(ONE)).id();
        try (var session = store.session()) {
            var tracker = new BackfillTracker(
                    Map.of(ONE, List.of("id")), session, store.backfills().all(), _ -> null, (_, _) -> List.of());
            assertThat(tracker.needsSignal()).isTrue();
            var offset = Map.<String, Object>of(
                    OffsetRule.SNAPSHOT_TABLES, "[{\"incremental_snapshot_collections_id\":\"public.one\"}]");
            tracker.beforeCommit(List.of(new Arrival(null, 1, offset, id)));
            assertThat(tracker.needsSignal()).isFalse();
        }
    }

    @Test
    void aTableReadToItsEndIsNotMissingThoughThatBackfillWasCancelledLater() {
        var backfills = List.of(
                cancelled(Backfill.Reading.WAITING, Backfill.Reading.WAITING),
                cancelled(Backfill.Reading.READ, Backfill.Reading.READING));
        assertThat(Health.Group.MIGRATION
                        .missing(new Progress(clock), backfills)
                        .toString())
                .contains("cancelled before public.two was read")
                .doesNotContain("public.one");
    }

    private static Backfill cancelled(Backfill.Reading one, Backfill.Reading two) {
        return new Backfill(
                one + "-" + two,
                List.of(new Backfill.Table(ONE, one, 0, null), new Backfill.Table(TWO, two, 0, null)),
                Backfill.State.CANCELLED,
                Backfill.Wish.CANCEL,
                0,
                null,
                null,
                0,
                0);
    }
}
