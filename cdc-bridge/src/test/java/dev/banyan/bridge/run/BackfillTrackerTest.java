package dev.banyan.bridge.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.bridge.change.Arrival;
import dev.banyan.bridge.change.Change;
import dev.banyan.bridge.change.Row;
import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.change.Transaction;
import dev.banyan.bridge.change.Untouched;
import dev.banyan.bridge.engine.SnapshotNotice;
import dev.banyan.bridge.store.BridgeStore;
import dev.banyan.bridge.store.Position;
import dev.banyan.bridge.store.StoreSession;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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

    /** A row of which a value is not known, and what of it is wanted. */
    private static final long UNREAD = 7;

    private static final Row PART = new Row(Map.of("id", UNREAD));

    @TempDir
    Path folder;

    private BridgeStore store;
    private StoreSession session;
    private BackfillTracker tracker;
    private long lsn;

    @BeforeEach
    void open() {
        store = BridgeStore.open(
                new BridgeStore.Settings("jdbc:h2:file:" + folder.resolve("store"), "", ""),
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
                store.backfills().all());
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
        var filtered = tracker.filter(
                new Transaction(++lsn, "t" + lsn, Instant.EPOCH, List.of(changes)),
                read -> Objects.equals(read.after().get("id"), UNREAD) ? new Change.Read(read.table(), PART) : null);
        assertThat(filtered.transaction().changes()).hasSize(changes.length - filtered.dropped());
        return filtered.transaction().changes();
    }

    /** Another process goes on with what the store has. */
    private void restart(boolean isWanted) {
        if (isWanted) {
            session.commit(new Position("system", 1, lsn, Map.of("lsn", lsn)));
            session.close();
            begin();
        }
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
        arrive(new Change.Updated(ONE, null, new Row(Map.of("id", UNREAD, "v", Untouched.VALUE))));
        assertThat(arrive(read(ONE, UNREAD))).containsExactly(new Change.Read(ONE, PART));
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
        tracker.told(
                new SnapshotNotice.Completed(store.backfills().all().getFirst().id()));
        assertThat(tracker.beforeCommit(List.of(new Arrival(null, lsn, Map.of(), false))))
                .as("it is over")
                .isTrue();
        session.commit(new Position("system", 1, lsn, Map.of("lsn", lsn)));
        store.backfills().request(List.of(ONE, TWO));
        tracker.next(store.backfills().all());
        restart(isRestarted);
        assertThat(arrive(read(ONE, 1), read(TWO, 1))).containsExactly(read(ONE, 1), read(TWO, 1));
    }
}
