package dev.banyan.bridge.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.bridge.change.AggregateImages;
import dev.banyan.bridge.change.Arrival;
import dev.banyan.bridge.change.Change;
import dev.banyan.bridge.change.Compared;
import dev.banyan.bridge.change.DomainEvent;
import dev.banyan.bridge.change.EventMapper;
import dev.banyan.bridge.change.Faults;
import dev.banyan.bridge.change.Row;
import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.change.Transaction;
import dev.banyan.bridge.engine.OffsetRule;
import dev.banyan.bridge.store.Backfill;
import dev.banyan.bridge.store.BridgeStore;
import dev.banyan.bridge.store.MigratedStore;
import dev.banyan.bridge.store.Parity;
import dev.banyan.bridge.store.Position;
import dev.banyan.bridge.store.StoreSession;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a parity run makes of rows that change while it is under way; the database of such a race is not needed, its log is. */
class ParityCheckTest {

    private static final TableId ONE = new TableId("public", "one");
    private static final TableId TWO = new TableId("public", "two");

    /** Remembers rows as they are, and lets row 8 wait. */
    private static final class Rows implements EventMapper {

        @Override
        public List<DomainEvent> map(Transaction transaction, AggregateImages images) {
            throw new AssertionError("nothing is to be told");
        }

        @Override
        public @Nullable Compared compare(Change.Read read, AggregateImages images) {
            var key = List.of(Objects.requireNonNull(read.after().get("id")));
            var known = images.get(read.table(), key);
            return new Compared(
                    key, known != null, known == null || known.equals(read.after()) ? List.of() : List.of("v"));
        }

        @Override
        public boolean waits(Change change, AggregateImages images, Faults faults) {
            return switch (change) {
                case Change.Read(var _, var row) -> Objects.equals(row.get("id"), 8L);
                case Change.Deleted(var _, var row) -> Objects.equals(row.get("id"), 8L);
                default -> false;
            };
        }
    }

    @TempDir
    Path folder;

    private BridgeStore store;
    private StoreSession session;
    private BackfillTracker tracker;
    private long lsn;

    @BeforeEach
    void open() {
        store = BridgeStore.open(
                new BridgeStore.Settings(MigratedStore.in(folder), "", ""),
                "parity",
                "test",
                Duration.ofSeconds(30),
                InstantSource.system());
        assertThat(store.tryLease()).isTrue();
        begin();
        remember(LongStream.rangeClosed(1, 8).toArray());
        commit();
    }

    private void begin() {
        session = store.session();
        tracker = tracker(ONE, TWO);
    }

    private BackfillTracker tracker(TableId... mapped) {
        var keys = new HashMap<TableId, List<String>>();
        Set.of(mapped).forEach(table -> keys.put(table, List.of("id")));
        return new BackfillTracker(keys, session, store.backfills().line(), _ -> null, new Rows());
    }

    @AfterEach
    void close() {
        session.close();
        store.close();
    }

    private void remember(long... ids) {
        for (var id : ids) {
            session.images().put(ONE, List.of(id), row(id, "old"), List.of());
        }
    }

    private static Row row(long id, String v) {
        return new Row(Map.of("id", id, "v", v));
    }

    private static Change read(long id) {
        return new Change.Read(ONE, row(id, "old"));
    }

    private void commit() {
        session.commit(new Position("system", 1, ++lsn, Map.of("lsn", lsn)));
    }

    private void restart(boolean isKilled) {
        if (!isKilled) {
            commit();
        }
        session.close();
        begin();
    }

    private Backfill run(int number) {
        return store.backfills().parities().get(number);
    }

    private String asked(TableId... tables) {
        var id = store.backfills().requestParity(List.of(tables)).id();
        tracker.next(store.backfills().line());
        return id;
    }

    /** What comes with {@code changes}, and is not compared. */
    private List<Change> arrive(@Nullable String signal, Change... changes) {
        var split = tracker.split(new Transaction(++lsn, "t" + lsn, Instant.EPOCH, List.of(changes)), signal);
        var filtered = tracker.filter(split.told());
        tracker.compare(split.compared());
        tracker.mapped(filtered.transaction());
        return filtered.transaction().changes();
    }

    /** Commits what came; with no tables {@code left} all that {@code signal} asked for is read. True when that is over. */
    private boolean reaches(String signal, TableId... left) {
        var offset = left.length == 0
                ? Map.<String, Object>of()
                : Map.<String, Object>of(
                        OffsetRule.SNAPSHOT_TABLES,
                        "[{\"incremental_snapshot_collections_id\":\"" + left[0] + "\"}]",
                        "incremental_snapshot_correlation_id",
                        signal);
        tracker.observe(offset);
        var isOver = tracker.beforeCommit(List.of(new Arrival(null, lsn, offset, signal)));
        commit();
        return isOver;
    }

    private Parity found(int number) {
        return Objects.requireNonNull(run(number).tables().getFirst().parity());
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whatTheLogSaidMeanwhileIsNotTakenToDifferAndWhatNobodySaidIs(boolean isRestarted) {
        var id = asked(ONE);
        arrive(null, new Change.Updated(ONE, row(2, "old"), row(2, "new")), new Change.Deleted(ONE, row(3, "old")));
        session.images().put(ONE, List.of(2L), row(2, "new"), List.of());
        session.images().remove(ONE, List.of(3L));
        session.images().put(ONE, List.of(4L), row(4, "other"), List.of()); // nobody said so
        if (isRestarted) {
            restart(false);
        }
        assertThat(arrive(id, read(1), read(2), read(3), read(4), new Change.Read(ONE, row(8, "other")), read(9)))
                .as("what is told")
                .isEmpty();
        assertThat(reaches(id, ONE)).isFalse();
        arrive(null, new Change.Inserted(ONE, row(5, "old")));
        assertThat(reaches(id)).as("it is over").isTrue();
        assertThat(found(0))
                .extracting(Parity::alike, Parity::changed, Parity::waiting)
                .containsExactly(1L, 2L, 1L);
        assertThat(found(0).found())
                .containsExactly(
                        new Parity.Found("4", Parity.Fate.ALTERED, List.of("v")),
                        new Parity.Found("9", Parity.Fate.MISSING, List.of()),
                        new Parity.Found("6", Parity.Fate.GONE, List.of()),
                        new Parity.Found("7", Parity.Fate.GONE, List.of()));
        assertThat(session.images().get(ONE, List.of(4L)))
                .as("nothing is mended")
                .isEqualTo(row(4, "other"));
        assertThat(run(0).rowsRead()).isEqualTo(6);
    }

    @Test
    void whatWasComparedBeforeAKillCountsOnceAndWhatAnEarlierRunFoundIsGoneAllTheSame() {
        var first = asked(ONE);
        arrive(first, read(1), read(2));
        reaches(first, ONE);
        arrive(first, read(3), read(4));
        restart(true);
        arrive(first, read(3), read(4), read(5), read(6), read(7), read(8));
        reaches(first, ONE);
        restart(false);
        assertThat(reaches(first)).isTrue();
        assertThat(found(0)).extracting(Parity::alike, Parity::gone).containsExactly(8L, 0L);

        var second = asked(ONE);
        arrive(second, read(1), read(2), read(3));
        assertThat(reaches(second)).isTrue();
        assertThat(found(1))
                .extracting(Parity::alike, Parity::gone, Parity::waiting)
                .containsExactly(3L, 4L, 1L);
    }

    @Test
    void manyRowsAreGoneThroughSomeWithEachCommit() {
        remember(LongStream.rangeClosed(100, 3_100).toArray());
        commit();
        var id = asked(ONE);
        arrive(id, LongStream.rangeClosed(1, 8).mapToObj(ParityCheckTest::read).toArray(Change[]::new));
        var ends = 1;
        for (; !reaches(id); ends++) {
            assertThat(run(0).word()).isEqualTo("running");
            assertThat(found(0).gone()).as("before it is over").isZero();
            if (ends == 1) {
                restart(true);
            }
        }
        assertThat(ends).isGreaterThan(1);
        assertThat(found(0).gone()).isEqualTo(3_001);
        assertThat(found(0).found()).hasSize(Parity.FOUND_MAX);
    }

    @Test
    void aTableThatTheMappingHasLostIsNotGoneThrough() {
        var id = asked(ONE, TWO);
        arrive(id, read(1));
        assertThat(reaches(id, TWO)).isFalse();
        tracker = tracker(TWO);
        arrive(id, new Change.Read(TWO, row(1, "old")));
        assertThat(reaches(id)).isTrue();
        assertThat(found(0)).extracting(Parity::alike, Parity::gone).containsExactly(1L, 0L);
        assertThat(run(0).tables().getLast().parity())
                .extracting(Parity::missing)
                .isEqualTo(1L);
    }

    @Test
    void aPauseHoldsAlsoWhenAllIsReadAndOnlyTheRememberedRowsAreLeft() {
        var id = asked(ONE);
        arrive(id, read(1), read(2), read(3), read(4), read(5), read(6), read(8));
        assertThat(reaches(id, ONE)).isFalse();
        wish(id, Backfill.Wish.PAUSE);
        assertThat(reaches(id)).isFalse();
        assertThat(reaches(id)).isFalse();
        assertThat(run(0).word()).isEqualTo("paused");
        wish(id, Backfill.Wish.GO);
        assertThat(reaches(id)).isTrue();
        assertThat(found(0)).extracting(Parity::alike, Parity::gone).containsExactly(7L, 1L);
    }

    private void wish(String id, Backfill.Wish wish) {
        assertThat(store.backfills().wish(id, wish)).isTrue();
        restart(false);
    }

    @Test
    void whatWasAskedForToBeComparedIsNeverTold() {
        var live = new Change.Inserted(ONE, row(20, "new"));
        assertThat(arrive("parity-of-before", read(1), live)).containsExactly(live);
        var backfill = store.backfills().request(List.of(ONE)).id();
        tracker.next(store.backfills().line());
        assertThat(arrive("parity-of-before", read(1), live)).containsExactly(live);
        assertThat(reaches("parity-of-before")).as("the backfill is over").isFalse();
        assertThat(arrive(backfill, read(1))).containsExactly(read(1));
        assertThat(store.backfills().all()).extracting(Backfill::rowsRead).containsExactly(0L);
    }

    @Test
    void aParityRunIsNoBackfillForWhoAsksWhatWasRead() {
        var id = asked(ONE, TWO);
        arrive(id, read(1));
        reaches(id);
        assertThat(store.backfills().all()).isEmpty();
        assertThat(ParityResult.of(List.of(ONE, TWO), store.backfills().parities())
                        .isWhole())
                .isTrue();
        var other = new TableId("public", "three");
        assertThat(ParityResult.of(List.of(ONE, other), store.backfills().parities())
                        .never())
                .containsExactly(other);
        store.beginAnew(
                new Position("system", 1, lsn, Map.of("lsn", lsn)),
                List.of(),
                Set.of(),
                store.backfills().next(List.of(ONE)));
        store.backfills().wish(store.backfills().all().getFirst().id(), Backfill.Wish.CANCEL);
        store.backfills().endUnbegun();
        session.close();
        begin();
        var later = asked(ONE);
        arrive(later, read(1));
        assertThat(reaches(later)).isTrue();
        assertThat(session.nextGone(10))
                .as("what a resync hid is not told by a parity run")
                .isNull();
    }
}
