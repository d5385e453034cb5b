package dev.banyan.bridge.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.banyan.bridge.change.KeyText;
import dev.banyan.bridge.change.Row;
import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.run.Await;
import dev.banyan.bridge.run.Servers;
import java.nio.file.Path;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.InstantSource;
import java.util.AbstractList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Of the rows that a resync hides only those are gone, when its backfill is done, that neither it nor the log has heard of. */
class HiddenRowsTest {

    private static final TableId LINE = TableId.parse("line");
    private static final TableId ORDER = TableId.parse("order");
    private static final Position POSITION = new Position("1", 1, 9, Map.of("lsn", 9L));

    /** Definitions that end a resync when all is hidden, and before its one transaction is committed. */
    private static final List<TableDefinition> KILLED = new AbstractList<>() {
        @Override
        public TableDefinition get(int index) {
            throw new IllegalStateException("as if killed");
        }

        @Override
        public int size() {
            return 1;
        }
    };

    @TempDir
    Path folder;

    private String database() {
        return "hidden_"
                + folder.getFileName().toString().toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]", "");
    }

    private BridgeStore opened(String kind) {
        var isH2 = kind.equals("h2");
        var database = database();
        if (!isH2) {
            Servers.postgres().createDatabase(database);
        }
        var settings = isH2
                ? new BridgeStore.Settings("jdbc:h2:file:" + folder.resolve("store"), "", "")
                : new BridgeStore.Settings(Servers.postgres().jdbcUrl(database), "postgres", "postgres");
        var store = BridgeStore.open(settings, "hidden", "test", Duration.ofSeconds(60), InstantSource.system());
        assertThat(store.tryLease()).isTrue();
        store.begin(POSITION, List.of(), Set.of(), null);
        return store;
    }

    private static void put(StoreSession session, TableId table, long... ids) {
        for (var id : ids) {
            session.images().put(table, List.of(id), row(id), List.of("parent"));
        }
    }

    private static Row row(long id) {
        return new Row(Map.of("id", id));
    }

    private static StoreSession.RowKey key(TableId table, long id) {
        return new StoreSession.RowKey(table, KeyText.of(List.of(id)));
    }

    private static void resync(BridgeStore store) {
        store.beginAnew(POSITION, List.of(), Set.of(), store.backfills().next(List.of(LINE, ORDER)));
    }

    private static Backfill current(BridgeStore store) {
        return Backfill.head(store.backfills().all()).orElseThrow();
    }

    private static List<Long> ids(Ledger.@Nullable Gone gone) {
        return Objects.requireNonNull(gone).rows().stream()
                .map(row -> (Long) Objects.requireNonNull(row.get("id")))
                .toList();
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void onlyWhatNothingWasHeardOfIsGone(String kind) {
        try (var store = opened(kind)) {
            try (var session = store.session()) {
                put(session, LINE, 1, 2);
                put(session, ORDER, 1, 2, 3, 4, 5, 6);
                session.commit(POSITION);
            }
            resync(store);
            try (var session = store.session()) {
                assertThat(session.images().children(ORDER, List.of("parent")))
                        .as("what is hidden is known as ever")
                        .hasSize(6);
                session.touch(key(ORDER, 1)); // changed in what no event shows
                session.see(key(ORDER, 2)); // read, and parked
                put(session, ORDER, 3, 7);
                session.images().remove(ORDER, List.of(4L));
                session.see(key(LINE, 1));
                session.commit(POSITION);
                assertThat(session.nextGone(10)).as("the backfill is not done").isNull();
            }
            try (var session = store.session()) {
                session.update(current(store).in(Backfill.State.DONE));
                session.commit(POSITION);
                assertThat(ids(session.nextGone(1))).containsExactly(5L);
            }
            try (var session = store.session()) { // as after a kill
                assertThat(ids(session.nextGone(1))).as("roots first").containsExactly(5L);
                session.images().remove(ORDER, List.of(5L));
                session.commit(POSITION);
                assertThat(ids(session.nextGone(10))).containsExactly(6L);
                session.images().remove(ORDER, List.of(6L));
                session.commit(POSITION);
                assertThat(ids(session.nextGone(10))).containsExactly(2L);
                session.images().remove(LINE, List.of(2L));
                session.commit(POSITION);
                assertThat(session.nextGone(10)).isNull();
                session.commit(POSITION);
                assertThat(session.images().all(ORDER)).hasSize(4);
            }
            try (var session = store.session()) {
                assertThat(session.nextGone(10)).isNull();
            }
        }
    }

    private static void done(BridgeStore store) {
        try (var session = store.session()) {
            session.update(current(store).in(Backfill.State.DONE));
            session.commit(POSITION);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void whatIsToldOrParkedOnceIsNotToldAgainAfterARestart(String kind) {
        try (var store = opened(kind)) {
            try (var session = store.session()) {
                put(session, ORDER, 1, 2, 3);
                session.images().put(ORDER, List.of(""), row(4), List.of("parent")); // the first of all keys
                session.commit(POSITION);
            }
            resync(store);
            done(store);
            try (var session = store.session()) {
                assertThat(ids(session.nextGone(2))).containsExactly(4L, 1L);
                session.commit(POSITION); // as when they wait, and their rows stay
            }
            try (var session = store.session()) {
                assertThat(ids(session.nextGone(2))).containsExactly(2L, 3L);
                session.commit(POSITION);
                assertThat(session.nextGone(2)).isNull();
                session.commit(POSITION);
                assertThat(session.images().all(ORDER)).hasSize(4);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void whatIsGoneOfATableThatIsNotMappedIsKeptUntilItIs(String kind) {
        try (var store = opened(kind)) {
            try (var session = store.session()) {
                put(session, LINE, 1);
                put(session, ORDER, 2);
                session.commit(POSITION);
            }
            resync(store);
            done(store);
            try (var session = store.session()) {
                session.keepGoneBut(Set.of(LINE));
                assertThat(ids(session.nextGone(10))).containsExactly(1L);
                session.commit(POSITION);
                assertThat(session.nextGone(10)).isNull();
                session.commit(POSITION);
            }
            try (var session = store.session()) {
                session.keepGoneBut(Set.of(LINE, ORDER));
                assertThat(ids(session.nextGone(10))).containsExactly(2L);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void aCancelledBackfillHasFoundNothing(String kind) {
        try (var store = opened(kind)) {
            try (var session = store.session()) {
                put(session, ORDER, 1);
                session.commit(POSITION);
            }
            resync(store);
            try (var session = store.session()) {
                session.update(current(store).in(Backfill.State.CANCELLED));
                session.commit(POSITION);
                assertThat(session.nextGone(10)).isNull();
            }
            resync(store);
            try (var session = store.session()) {
                session.update(current(store).in(Backfill.State.DONE));
                session.commit(POSITION);
                assertThat(ids(session.nextGone(10))).containsExactly(1L);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void aResyncThatIsKilledLeavesNothingToTheBackfillOfTheOneBefore(String kind) {
        try (var store = opened(kind)) {
            try (var session = store.session()) {
                put(session, ORDER, 1, 2);
                session.commit(POSITION);
            }
            resync(store);
            var first = current(store);
            try (var session = store.session()) {
                session.see(key(ORDER, 1)); // read by the first backfill
                session.commit(POSITION);
            }
            var second = store.backfills().next(List.of(LINE, ORDER));
            assertThatThrownBy(() -> store.beginAnew(POSITION, KILLED, Set.of(), second))
                    .hasMessage("as if killed");
            assertThat(current(store)).isEqualTo(first);
            try (var session = store.session()) {
                session.update(first.in(Backfill.State.DONE));
                session.commit(POSITION);
                assertThat(session.nextGone(10)).as("1, which is there").isNull();
            }
            resync(store);
            try (var session = store.session()) {
                session.see(key(ORDER, 1));
                session.update(current(store).in(Backfill.State.DONE));
                session.commit(POSITION);
                assertThat(ids(session.nextGone(10))).containsExactly(2L);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void whatACancelledBackfillWasToFindALaterOneOfTheTableFinds(String kind) {
        try (var store = opened(kind)) {
            var earlier = store.backfills().request(List.of(ORDER));
            try (var session = store.session()) {
                put(session, ORDER, 1);
                session.commit(POSITION);
            }
            resync(store);
            try (var session = store.session()) {
                session.update(current(store).in(Backfill.State.CANCELLED));
                session.update(earlier.in(Backfill.State.DONE));
                session.commit(POSITION);
                assertThat(session.nextGone(10)).as("it was read before").isNull();
                session.update(store.backfills().request(List.of(LINE)).in(Backfill.State.DONE));
                session.commit(POSITION);
                assertThat(session.nextGone(10)).as("another table").isNull();
                session.update(store.backfills().request(List.of(ORDER)).in(Backfill.State.DONE));
                session.commit(POSITION);
                assertThat(ids(session.nextGone(10))).containsExactly(1L);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void tablesThatLostPartitionsAtOnceAreReadInTheMappingsOrder(String kind) {
        try (var store = opened(kind)) {
            store.lostRows().note(Set.of(LINE, ORDER), 9);
            try (var session = store.session()) {
                assertThat(session.hideLost(POSITION, List.of(ORDER, LINE), () -> {}))
                        .isTrue();
                session.commit(POSITION);
                assertThat(current(store).tables())
                        .extracting(Backfill.Table::id)
                        .containsExactly(ORDER, LINE);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void aTableThatLostAPartitionIsHiddenBehindAllThatTheLogHasOfItAndNotWhileItIsPaused(String kind) {
        try (var store = opened(kind)) {
            var reached = new Position("1", 1, 20, Map.of("lsn", 20L));
            try (var session = store.session()) {
                put(session, ORDER, 1, 2);
                session.commit(POSITION);
                assertThat(session.hideLost(reached, List.of(LINE, ORDER), () -> {}))
                        .isFalse();
                store.lostRows().note(Set.of(LINE, ORDER), 20);
                store.lostRows().forgetAllBut(Set.of(ORDER)); // of a list that is not mapped any more nothing is read
                assertThat(session.hideLost(POSITION, List.of(LINE, ORDER), () -> {}))
                        .as("a change of it may come")
                        .isFalse();
                store.pauses().begin(ORDER, "order", List.of(LINE, ORDER), 9, "why", "shape");
                assertThat(session.hideLost(reached, List.of(LINE, ORDER), () -> {}))
                        .isFalse();
                store.pauses().end("order");
                assertThat(session.hideLost(reached, List.of(LINE, ORDER), () -> {}))
                        .isTrue();
                session.commit(reached);
                assertThat(session.hideLost(reached, List.of(LINE, ORDER), () -> {}))
                        .isFalse();
                var backfill = current(store);
                assertThat(backfill.tables()).extracting(Backfill.Table::id).containsExactly(ORDER);
                session.see(key(ORDER, 2));
                session.update(backfill.in(Backfill.State.DONE));
                session.commit(reached);
                assertThat(ids(session.nextGone(10))).containsExactly(1L);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void aTableThatWasHiddenIsHiddenAgainIfAskedTo(String kind) {
        try (var store = opened(kind)) {
            resync(store);
            try (var session = store.session()) {
                assertThat(session.hiddenBehind()).isEqualTo(Map.of(LINE, 9L, ORDER, 9L));
                put(session, ORDER, 1);
                session.hideAgain(Set.of(ORDER), POSITION);
                session.commit(POSITION);
                assertThat(session.hideLost(POSITION, List.of(LINE, ORDER), () -> {}))
                        .isTrue();
                session.commit(POSITION);
                assertThat(store.backfills().all().getLast().tables())
                        .extracting(Backfill.Table::id)
                        .containsExactly(ORDER);
            }
        }
    }

    @Test
    void whoNotesALostPartitionDoesNotWaitForRowsThatAreBeingHidden() throws Exception {
        try (var store = opened("postgresql");
                var threads = Executors.newVirtualThreadPerTaskExecutor();
                var session = store.session();
                var locks = Servers.postgres().connect(database())) {
            put(session, ORDER, 1);
            session.commit(POSITION);
            store.lostRows().note(Set.of(LINE, ORDER), 9);
            locks.setAutoCommit(false);
            try (var statement = locks.createStatement()) {
                statement.execute("UPDATE bridge_image SET row_key = row_key");
                var hides = threads.submit(() -> session.hideLost(POSITION, List.of(LINE, ORDER), () -> {}));
                Await.until("it waits for a row", () -> {
                    try (var result = statement.executeQuery("SELECT count(*) FROM pg_locks WHERE NOT granted")) {
                        result.next();
                        return result.getInt(1) > 0;
                    }
                });
                var notes = threads.submit(() -> store.lostRows().note(Set.of(LINE), 10));
                Await.until("it is noted", Duration.ofMinutes(2), notes::isDone);
                locks.rollback();
                assertThat(hides.get()).isTrue();
                session.commit(POSITION);
                var again = new Position("1", 1, 10, Map.of("lsn", 10L));
                assertThat(session.hideLost(again, List.of(LINE, ORDER), () -> {}))
                        .as("what was noted meanwhile")
                        .isTrue();
            }
        }
    }

    private static final int MORE_THAN_A_PAGE = KeyPages.ROWS + 1;

    private static void putMoreThanAPage(BridgeStore store) {
        try (var session = store.session()) {
            put(session, ORDER, LongStream.range(0, MORE_THAN_A_PAGE).toArray());
            session.commit(POSITION);
        }
    }

    /** A statement over all rows of a large table takes longer than an answer is waited for, at each start again. */
    @Test
    void noStatementChangesMoreThanAPageOfRowsThatPostgresqlRemembers() throws Exception {
        try (var store = opened("postgresql");
                var database = Servers.postgres().connect(database());
                var statement = database.createStatement()) {
            putMoreThanAPage(store);
            statement.execute("""
                    CREATE FUNCTION refuse_many() RETURNS trigger LANGUAGE plpgsql AS $$
                    BEGIN
                        IF (SELECT count(*) FROM changed) > %d THEN
                            RAISE EXCEPTION '% of many rows in one statement', TG_OP;
                        END IF;
                        RETURN NULL;
                    END $$""".replace("%d", String.valueOf(KeyPages.ROWS)));
            for (var each : List.of(
                    "AFTER UPDATE ON bridge_image REFERENCING NEW",
                    "AFTER INSERT ON bridge_image REFERENCING NEW",
                    "AFTER DELETE ON bridge_image REFERENCING OLD",
                    "AFTER DELETE ON bridge_backfill_touched REFERENCING OLD")) {
                statement.execute("CREATE TRIGGER \"" + each + "\" " + each
                        + " TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION refuse_many()");
            }
            statement.execute("INSERT INTO bridge_backfill_touched SELECT t, n FROM generate_series(1, "
                    + MORE_THAN_A_PAGE + ") AS n, unnest(ARRAY['line', 'order']) AS t");
            resync(store);
            try (var session = store.session()) {
                assertThat(session.rekey(ORDER, row -> new Rekeying.Place("moved " + row.get("id"), null, row)))
                        .isEqualTo(MORE_THAN_A_PAGE);
                session.update(current(store).in(Backfill.State.DONE));
                session.commit(POSITION);
                assertThat(count(statement, "bridge_image WHERE hidden AND row_key LIKE 'moved %'"))
                        .isEqualTo(MORE_THAN_A_PAGE);
                assertThat(count(statement, "bridge_backfill_touched")).isZero();
                session.images().clear(ORDER);
                session.commit(POSITION);
                assertThat(count(statement, "bridge_image")).isZero();
            }
        }
    }

    private static int count(Statement statement, String what) throws SQLException {
        try (var result = statement.executeQuery("SELECT count(*) FROM " + what)) {
            result.next();
            return result.getInt(1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void hidingThatIsBrokenOffHidesNothingAndIsDoneAnew(String kind) {
        try (var store = opened(kind)) {
            putMoreThanAPage(store);
            store.lostRows().note(Set.of(ORDER), 9);
            try (var session = store.session()) {
                assertThatThrownBy(() -> session.hideLost(POSITION, List.of(ORDER), () -> {
                            throw new IllegalStateException("to be closed");
                        }))
                        .hasMessage("to be closed");
            }
            try (var session = store.session()) {
                assertThat(session.images().count(ORDER, Integer.MAX_VALUE)).isEqualTo(MORE_THAN_A_PAGE);
                assertThat(store.backfills().all()).isEmpty();
                assertThat(session.hideLost(POSITION, List.of(ORDER), () -> {})).isTrue();
                session.commit(POSITION);
                session.update(current(store).in(Backfill.State.DONE));
                session.commit(POSITION);
                assertThat(ids(session.nextGone(MORE_THAN_A_PAGE + 1))).hasSize(MORE_THAN_A_PAGE);
            }
        }
    }

    /** A job drops old partitions one after the other, each in a statement of its own. */
    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void aBackfillThatHasNotBegunFindsWhatWentWithTheNextPartitionsToo(String kind) {
        try (var store = opened(kind)) {
            try (var session = store.session()) {
                put(session, ORDER, 1, 2);
                lose(store, session, 10, ORDER);
                store.backfills().requestParity(List.of(ORDER));
                lose(store, session, 20, ORDER);
                lose(store, session, 30, ORDER);
                assertThat(store.backfills().all())
                        .as("the head, and one behind it")
                        .hasSize(2);
                lose(store, session, 40, ORDER, LINE);
                assertThat(store.backfills().all()).as("one that reads both").hasSize(3);
                lose(store, session, 50, LINE);
                lose(store, session, 60, ORDER);
                assertThat(store.backfills().all()).hasSize(3);

                session.see(key(ORDER, 1));
                session.update(store.backfills().all().getFirst().in(Backfill.State.DONE));
                session.commit(at(60));
                assertThat(session.nextGone(10)).as("it had begun before").isNull();
                session.update(store.backfills().all().get(1).in(Backfill.State.DONE));
                session.commit(at(60));
                assertThat(ids(session.nextGone(10))).containsExactly(2L);
            }
            store.backfills().wish(store.backfills().all().getLast().id(), Backfill.Wish.CANCEL);
            try (var session = store.session()) {
                lose(store, session, 70, ORDER);
                assertThat(store.backfills().all())
                        .as("a cancelled one reads nothing")
                        .hasSize(4);
            }
        }
    }

    private static void lose(BridgeStore store, StoreSession session, long position, TableId... tables) {
        store.lostRows().note(Set.of(tables), position);
        session.commit(at(position));
        assertThat(session.hideLost(at(position), List.of(LINE, ORDER), () -> {}))
                .isTrue();
        session.commit(at(position));
    }

    private static Position at(long position) {
        return new Position("1", 1, position, Map.of("lsn", position));
    }
}
