package dev.banyan.bridge.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.banyan.bridge.change.Arrival;
import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.engine.OffsetRule;
import dev.banyan.bridge.run.BackfillDesk.Ask;
import dev.banyan.bridge.store.Backfill;
import dev.banyan.bridge.store.BridgeStore;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
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
                new BridgeStore.Settings("jdbc:h2:file:" + folder.resolve("store"), "", ""),
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
        new BackfillDesk(store.backfills(), List.of(ONE, TWO), clock)
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
    void theNextOneSortsLastThoughTheClockWentBack() {
        var first = store.backfills().request(List.of(ONE));
        now.addAndGet(-500_000);
        assertThat(store.backfills().next(List.of(ONE)).requestedAtMs()).isEqualTo(first.requestedAtMs() + 1);
        assertThat(store.backfills().request(List.of(TWO)).requestedAtMs()).isEqualTo(first.requestedAtMs() + 1);
    }

    @Test
    void whatTheSpoolSaysOfASnapshotIsNotAskedForAgain() {
        store.backfills().request(List.of(ONE));
        try (var session = store.session()) {
            var tracker = new BackfillTracker(
                    Map.of(ONE, List.of("id")), session, store.backfills().all());
            assertThat(tracker.needsSignal()).isTrue();
            var offset = Map.<String, Object>of(
                    OffsetRule.SNAPSHOT_TABLES, "[{\"incremental_snapshot_collections_id\":\"public.one\"}]");
            tracker.beforeCommit(List.of(new Arrival(null, 1, offset, true)));
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
                0,
                0);
    }
}
