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
import dev.banyan.bridge.store.Backfill;
import dev.banyan.bridge.store.BridgeStore;
import dev.banyan.bridge.store.MigratedStore;
import dev.banyan.bridge.store.Position;
import dev.banyan.bridge.store.StoreSession;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rows that a backfill read before a change and delivers after it; the database of such a race is not needed, its log is. */
class BackfillTrackerTest {

    private static final TableId ONE = new TableId("public", "one");
    private static final TableId TWO = new TableId("public", "two");

    /** A row whose value an update left as it was, and what of it is then wanted. */
    private static final Change LEFT = new Change.Updated(ONE, null, new Row(Map.of("id", 7L, "v", Untouched.VALUE)));

    private static final Change PART = new Change.Read(ONE, new Row(Map.of("id", 7L)));

    @TempDir
    Path folder;

    private BridgeStore store;
    private StoreSession session;
    private BackfillTracker tracker;
    private long lsn;
    private boolean isLacking = true;

    @BeforeEach
    void open() {
        store = BridgeStore.open(
                new BridgeStore.Settings(MigratedStore.in(folder), "", ""),
                "tracker",
                "test",
                Duration.ofSeconds(30),
                InstantSource.system());
        assertThat(store.tryLease()).isTrue();
        store.backfills().request(List.of(ONE, TWO));
        begin();
    }

    private void begin() {
        session = store.session();
        tracker = new BackfillTracker(
                Map.of(ONE, List.of("id"), TWO, List.of("id")),
                session,
                store.backfills().all(),
                read -> isLacking && Objects.equals(read.after().get("id"), 7L) ? (Change.Read) PART : null,
                (_, _) -> List.of());
    }

    @AfterEach
    void close() {
        session.close();
        store.close();
    }

    private static Row row(long id, String v) {
        return new Row(Map.of("id", id, "v", v));
    }

    private static Change read(TableId table, long id) {
        return new Change.Read(table, row(id, "old"));
    }

    /** What the log brings next, as far as it is not stale. */
    private List<Change> arrive(Change... changes) {
        var filtered = tracker.filter(new Transaction(++lsn, "t" + lsn, Instant.EPOCH, List.of(changes)));
        tracker.mapped(filtered.transaction());
        assertThat(filtered.transaction().changes()).hasSize(changes.length - filtered.dropped());
        return filtered.transaction().changes();
    }

    private void commit() {
        session.commit(new Position("system", 1, lsn, Map.of("lsn", lsn)));
    }

    /** Another process goes on with what the store has. */
    private void restart(boolean isWanted) {
        if (isWanted) {
            commit();
            session.close();
            begin();
        }
    }

    /** Debezium has read all that it was asked for; true when the backfill is over. */
    private boolean end() {
        tracker.told(
                new SnapshotNotice.Completed(store.backfills().all().getLast().id()));
        var isOver = tracker.beforeCommit(List.of(new Arrival(null, lsn, Map.of(), null)));
        commit();
        return isOver;
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aRowThatIsOlderThanWhatTheLogSaidOfItIsDropped(boolean isRestarted) {
        arrive(
                new Change.Inserted(ONE, row(1, "new")),
                new Change.Updated(ONE, row(2, "old"), row(2, "new")),
                new Change.Updated(ONE, row(3, "old"), row(4, "new")),
                new Change.Deleted(ONE, row(5, "old")));
        restart(isRestarted);
        assertThat(arrive(read(ONE, 1), read(ONE, 2), read(ONE, 3), read(ONE, 4), read(ONE, 5), read(ONE, 6)))
                .containsExactly(read(ONE, 6));
        assertThat(arrive(read(TWO, 1))).as("of another table").containsExactly(read(TWO, 1));
    }

    @Test
    void ofAnOlderRowOnlyWhatNobodyKnowsIsTaken() {
        arrive(LEFT);
        assertThat(arrive(read(ONE, 7))).containsExactly(PART);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aRowThatDebeziumTookOutOfItsChunkIsAskedForUntilItIsRead(boolean isRestarted) {
        arrive(LEFT);
        restart(isRestarted);
        for (var round = 0; round < 2; round++) {
            assertThat(end()).as("it is over").isFalse();
            restart(isRestarted);
            assertThat(tracker.current()).isNotNull().satisfies(backfill -> {
                assertThat(backfill.isToReadAgain()).isTrue();
                assertThat(backfill.word()).isEqualTo("running");
                assertThat(backfill.tables())
                        .extracting(Backfill.Table::reading)
                        .containsExactly(Backfill.Reading.READING, Backfill.Reading.READ);
            });
            assertThat(tracker.needsSignal()).isTrue();
            assertThat(store.backfills().incomplete(10)).isEqualTo(Map.of(ONE, List.of(new Row(Map.of("id", 7L)))));
        }
        assertThat(arrive(read(ONE, 7))).containsExactly(PART);
        isLacking = false;
        restart(isRestarted);
        assertThat(end()).as("it is over").isTrue();
        assertThat(store.backfills().all()).extracting(Backfill::word).containsExactly("done");
        assertThat(store.backfills().incomplete(10)).isEmpty();
    }

    @Test
    void aRowThatIsGoneOrToldWholeByNowIsNotAskedFor() {
        arrive(LEFT);
        isLacking = false;
        assertThat(end()).as("it is over").isTrue();
    }

    @Test
    void rowsOfTablesThatTheBackfillDoesNotReadAreNotAskedFor() {
        end();
        store.backfills().request(List.of(TWO));
        tracker.next(store.backfills().all());
        arrive(LEFT);
        assertThat(end()).as("it is over").isTrue();
    }

    /** The log reaches a place on the way to which Debezium read what {@code signal} asked for, of which {@code left} is left; true when the backfill is over. */
    private boolean reaches(String signal, TableId... left) {
        var json = Stream.of(left)
                .map(table -> "{\"incremental_snapshot_collections_id\":\"" + table + "\"}")
                .collect(Collectors.joining(",", "[", "]"));
        var offset = left.length == 0
                ? Map.<String, Object>of()
                : Map.<String, Object>of(
                        OffsetRule.SNAPSHOT_TABLES, json, "incremental_snapshot_correlation_id", signal);
        tracker.observe(offset);
        var isOver = tracker.beforeCommit(List.of(new Arrival(null, lsn, offset, signal)));
        commit();
        return isOver;
    }

    private String id(int backfill) {
        return store.backfills().all().get(backfill).id();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whatWasAskedForTwiceDoesNotEndTheNextBackfillUnread(boolean isRestarted) {
        store.backfills().request(List.of(TWO));
        assertThat(reaches(id(0), ONE, TWO)).as("the first is over").isFalse();
        assertThat(reaches(id(0))).as("the first is over").isTrue();
        tracker.next(store.backfills().all());
        restart(isRestarted);

        var again = id(0) + "-20"; // given while a batch took long, and taken once the first had been read
        tracker.told(new SnapshotNotice.Begun(again));
        tracker.told(new SnapshotNotice.Reading(again));
        tracker.told(new SnapshotNotice.Completed(again));
        assertThat(arrive(read(ONE, 1))).as("they are told all the same").hasSize(1);
        assertThat(reaches(again, TWO)).as("the second is over").isFalse();
        assertThat(tracker.needsSignal()).isTrue();
        restart(isRestarted);
        assertThat(reaches(again)).as("the second is over").isFalse();
        assertThat(store.backfills().all()).extracting(Backfill::word).containsExactly("done", "requested");
        assertThat(tracker.needsSignal()).isTrue();

        arrive(read(TWO, 1));
        assertThat(reaches(id(1), TWO)).as("the second is over").isFalse();
        assertThat(tracker.needsSignal()).isFalse();
        assertThat(reaches(id(1))).as("the second is over").isTrue();
        assertThat(store.backfills().all()).extracting(Backfill::word).containsExactly("done", "done");
        assertThat(store.backfills().all()).extracting(Backfill::rowsRead).containsExactly(0L, 1L);
    }

    @Test
    void whatIsPausedBeforeItHasBegunIsNotReadByWhatWasAskedForBefore() {
        store.backfills().request(List.of(TWO));
        assertThat(reaches(id(0))).as("the first is over").isTrue();
        store.backfills().wish(id(1), Backfill.Wish.PAUSE);
        tracker.next(store.backfills().all());

        assertThat(reaches(id(0) + "-20", ONE)).as("the second is over").isFalse();
        assertThat(store.backfills().all().get(1)).extracting(Backfill::state).isEqualTo(Backfill.State.REQUESTED);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void noRowOfATableIsTakenThatWasReadBeforeItsTruncation(boolean isRestarted) {
        assertThat(arrive(read(ONE, 1))).containsExactly(read(ONE, 1));
        arrive(new Change.Truncated(ONE));
        restart(isRestarted);
        var live = new Change.Inserted(ONE, row(3, "new"));
        assertThat(arrive(read(ONE, 2), read(TWO, 2), live)).containsExactly(read(TWO, 2), live);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whatChangedDuringABackfillIsNothingToTheNext(boolean isRestarted) {
        arrive(new Change.Truncated(ONE), new Change.Deleted(TWO, row(1, "old")));
        assertThat(end()).as("it is over").isTrue();
        store.backfills().request(List.of(ONE, TWO));
        tracker.next(store.backfills().all());
        restart(isRestarted);
        assertThat(arrive(read(ONE, 1), read(TWO, 1))).containsExactly(read(ONE, 1), read(TWO, 1));
    }
}
