package dev.banyan.bridge.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.bridge.change.Dbms;
import dev.banyan.bridge.change.DomainEvent;
import dev.banyan.bridge.hub.Hub;
import dev.banyan.bridge.hub.HubPosition;
import dev.banyan.bridge.hub.HubUnavailable;
import dev.banyan.bridge.run.BackfillDesk.Ask;
import dev.banyan.bridge.store.Backfill;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Backfills that people start, pause, resume and cancel while the legacy application writes. */
class BackfillTest {

    private static final int ROWS = 10_000;
    private static final int CHUNK_ROWS = 2_048;

    /** How often an engine is stopped where a backfill is paused, the bridge restarted, the backfill resumed: each may be in a chunk. */
    private static final int STOPS = 3;

    @TempDir
    Path folder;

    /** A hub that takes so many more publications, and then none, without an answer, until it is given up or opened. */
    record Gate(Hub real, AtomicInteger left, AtomicBoolean aborted) implements Hub {

        @Override
        public Optional<HubPosition> open() throws HubUnavailable {
            return real.open();
        }

        @Override
        public void publish(List<DomainEvent> events, HubPosition position) throws HubUnavailable {
            try {
                while (left.get() == 0) {
                    if (aborted.get()) {
                        throw new HubUnavailable("given up", new IllegalStateException());
                    }
                    TimeUnit.MILLISECONDS.sleep(10);
                }
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            left.decrementAndGet();
            real.publish(events, position);
        }

        @Override
        public void abort() {
            aborted.set(true);
        }

        @Override
        public void close() {
            real.close();
        }
    }

    private static void ask(TestBridge bridge, Ask ask, String... names) {
        bridge.run()
                .desk(BackfillDesk.Kind.BACKFILL)
                .orElseThrow()
                .answer(new BackfillDesk.Request(ask, List.of(names)));
    }

    private static void await(TestBridge bridge, int backfill, String word) throws Exception {
        Await.until(
                "backfill " + backfill + " is " + word,
                () -> bridge.run().backfills().size() > backfill
                        && bridge.run().backfills().get(backfill).word().equals(word));
    }

    /** The first start's backfill has begun, and is held up in the middle. */
    private static Backfill begun(TestBridge bridge, AtomicInteger left) throws Exception {
        bridge.sql("INSERT INTO big SELECT g, 'old' FROM " + bridge.series(1, ROWS));
        bridge.sql("INSERT INTO small$ SELECT g, 'old' FROM " + bridge.series(1, 10));
        bridge.sql(bridge.dbms == Dbms.MARIADB ? "ANALYZE TABLE big, small$" : "ANALYZE big, small$");
        bridge.backfill = true;
        bridge.hub = hub -> new Gate(hub, left, new AtomicBoolean());
        bridge.start();
        Await.until("some of it is read", () -> bridge.progress().backfillRows() > 0 && left.get() == 0);
        return bridge.run().backfills().getFirst();
    }

    @ParameterizedTest
    @EnumSource
    void pausedItReadsNothingThroughARestartAndThenGoesOnWhereItWas(Dbms dbms) throws Exception {
        var left = new AtomicInteger(1);
        try (var bridge = new TestBridge(dbms, "paused", folder, "big", "small$")) {
            var begun = begun(bridge, left);
            assertThat(begun.rowsEstimated().orElseThrow()).isBetween(ROWS / 2L, ROWS * 2L);
            assertThat(begun.tables())
                    .extracting(Backfill.Table::reading)
                    .containsExactly(Backfill.Reading.READING, Backfill.Reading.WAITING);

            var startsBefore = bridge.progress().engineStarts();
            ask(bridge, Ask.PAUSE, begun.id().substring(0, 8));
            await(bridge, 0, "paused");
            Await.until("the engine starts anew", () -> bridge.progress().engineStarts() > startsBefore);
            left.set(Integer.MAX_VALUE);
            bridge.sql("UPDATE big SET v = 'new' WHERE id % 100 = 0");
            bridge.sql("DELETE FROM big WHERE id % 100 = 1");
            bridge.sql("INSERT INTO big SELECT g, 'more' FROM " + bridge.series(ROWS + 1, ROWS + 10));
            bridge.sql("UPDATE big SET id = -id WHERE id % 100 = 2");
            Await.until("the log goes on", () -> bridge.fold().containsKey("big/-2"));
            bridge.stop();
            bridge.start();
            bridge.sql("INSERT INTO small$ VALUES (11, 'later')");
            Await.until("the log goes on", () -> bridge.fold().containsKey("small$/11"));
            var paused = bridge.run().backfills().getFirst();
            assertThat(paused.word()).isEqualTo("paused");
            assertThat(paused.rowsRead()).isEqualTo(begun.rowsRead()).isLessThan(ROWS);
            assertThat(reads(bridge)).isEqualTo(begun.rowsRead());

            ask(bridge, Ask.RESUME);
            await(bridge, 0, "done");
            bridge.awaitEqual();
            var done = bridge.run().backfills().getFirst();
            assertThat(done.rowsRead()).isBetween(begun.rowsRead() + 1, ROWS + 11L + CHUNK_ROWS);
            assertThat(done.tables().stream()
                            .mapToLong(Backfill.Table::rowsRead)
                            .sum())
                    .isEqualTo(done.rowsRead());
            assertThat(done.tables()).extracting(Backfill.Table::reading).containsOnly(Backfill.Reading.READ);
            assertThat(Integer.parseInt(bridge.text("SELECT count(*) FROM " + signalTable(bridge))))
                    .as("rows left in the legacy database, of %d chunks", ROWS / CHUNK_ROWS)
                    .isLessThanOrEqualTo(STOPS);
            assertThat(bridge.progress().backfillRowsDropped())
                    .as("rows that changed while it was paused")
                    .isPositive();
            assertThat(bridge.repeatedIds()).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aTableThatCannotBeReadIsReadAgainAndOnesWithoutRowsEndTheirs(Dbms dbms) throws Exception {
        try (var bridge = new TestBridge(dbms, "unread", folder, "one", "two")) {
            bridge.sql("INSERT INTO one SELECT g, 'old' FROM " + bridge.series(1, 10));
            bridge.sql("INSERT INTO two SELECT g, 'old' FROM " + bridge.series(1, 10));
            bridge.start();
            bridge.sql("INSERT INTO " + signalTable(bridge) + " VALUES ('left-open', 'snapshot-window-open',"
                    + " '{\"openWindowTimestamp\": \"2020-01-01T00:00:00Z\"}'), ('not-ours', 'log', '{}')");
            try (var locking = bridge.connect();
                    var statement = locking.createStatement()) {
                locking.setAutoCommit(false);
                statement.execute(dbms == Dbms.MARIADB ? "LOCK TABLES two WRITE" : "LOCK TABLE two");
                ask(bridge, Ask.START);
                Await.until("reading two fails", () -> {
                    endWhatWaitsForALock(bridge);
                    return bridge.run().backfills().getFirst().failure() != null;
                });
                assertThat(bridge.run().backfills().getFirst())
                        .extracting("failure.why")
                        .asString()
                        .contains("two could not be read");
            }
            await(bridge, 0, "done");
            bridge.awaitEqual();
            assertThat(bridge.run().backfills().getFirst().failure()).isNull();
            assertThat(bridge.text("SELECT count(*) FROM " + signalTable(bridge) + " WHERE id = 'left-open'"))
                    .as("what a kill left days ago")
                    .isEqualTo("0");
            assertThat(bridge.text("SELECT count(*) FROM " + signalTable(bridge) + " WHERE id = 'not-ours'"))
                    .isEqualTo("1");

            bridge.sql("DELETE FROM one");
            bridge.sql("DELETE FROM two");
            ask(bridge, Ask.START);
            await(bridge, 1, "done");
            assertThat(bridge.run().backfills().get(1).rowsRead()).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aValueThatCannotBeConvertedPausesItWithAReasonAndTheLogGoesOn(Dbms dbms) throws Exception {
        try (var bridge = new TestBridge(dbms, "unconverted", folder, "one")) {
            // What such a setup would be refused for: money, which the driver makes a double, and a day that no
            // calendar had.
            bridge.sql(
                    dbms == Dbms.MARIADB
                            ? "ALTER TABLE one MODIFY v DATETIME"
                            : "ALTER TABLE one ALTER v TYPE money USING NULL::money");
            bridge.sql("INSERT INTO one VALUES (1, NULL), (2, "
                    + (dbms == Dbms.MARIADB ? "'1582-10-20 12:00:00'" : "1.5") + "), (3, NULL)");
            bridge.start();
            ask(bridge, Ask.START);
            await(bridge, 0, "paused");
            var failure = bridge.run().backfills().getFirst().failure();
            assertThat(failure).extracting(Backfill.Failure::times).isEqualTo(1);
            assertThat(failure)
                    .extracting(Backfill.Failure::why)
                    .asString()
                    .contains(bridge.schema() + ".one.v")
                    .doesNotContain("12:00", "1.5");
            assertThat(Health.Group.MIGRATION
                            .missing(bridge.progress(), bridge.run().backfills())
                            .toString())
                    .contains(": paused, 0 rows read; ", bridge.schema() + ".one.v");

            bridge.sql("INSERT INTO one VALUES (4, NULL)");
            Await.until("the log goes on", () -> bridge.fold().containsKey("one/4"));
            bridge.sql("TRUNCATE TABLE one");
            bridge.sql("INSERT INTO one VALUES (5, NULL)");
            ask(bridge, Ask.RESUME);
            await(bridge, 0, "done");
            bridge.awaitEqual();
            assertThat(bridge.run().backfills().getFirst().failure()).isNull();
        }
    }

    private static String signalTable(TestBridge bridge) {
        return bridge.dbms == Dbms.MARIADB ? "banyan_" + bridge.name + ".signal" : "banyan.signal";
    }

    private static void endWhatWaitsForALock(TestBridge bridge) throws Exception {
        if (bridge.dbms == Dbms.POSTGRESQL) {
            bridge.sql("SELECT pg_cancel_backend(pid) FROM pg_stat_activity"
                    + " WHERE wait_event_type = 'Lock' AND datname = current_database()");
            return;
        }
        var waiting = bridge.text("SELECT id FROM information_schema.processlist WHERE info LIKE '%" + bridge.name
                + "`.`two`%' AND state = 'Waiting for table metadata lock' LIMIT 1");
        if (!waiting.isEmpty()) {
            bridge.sql("KILL QUERY " + waiting);
        }
    }

    private static long reads(TestBridge bridge) {
        return bridge.data().stream().filter(data -> data.startsWith("r|")).count();
    }

    private static void awaitWindowsClosed(TestBridge bridge, int windows) throws Exception {
        Await.until(
                windows + " windows are closed",
                () -> Integer.parseInt(bridge.text("SELECT count(*) FROM closed")) == windows);
    }

    @Test
    void whatWasSignalledTwiceDoesNotEndTheNextInTheLineUnread() throws Exception {
        var left = new AtomicInteger(Integer.MAX_VALUE);
        try (var bridge = new TestBridge("signalled_twice", folder, "one", "two")) {
            bridge.sql("INSERT INTO one SELECT g, 'old' FROM " + bridge.series(1, 10));
            bridge.sql("INSERT INTO two SELECT g, 'old' FROM " + bridge.series(1, 10));
            var limits = RunSettings.Limits.DEFAULT;
            bridge.limits = new RunSettings.Limits(limits.transaction(), limits.queueBytesMax(), 1);
            bridge.hub = hub -> new Gate(hub, left, new AtomicBoolean());
            bridge.start();
            bridge.sql("CREATE TABLE closed (id TEXT)");
            bridge.sql("CREATE FUNCTION close() RETURNS trigger LANGUAGE plpgsql AS"
                    + " $$ BEGIN INSERT INTO closed VALUES (OLD.id); RETURN OLD; END $$");
            bridge.sql("CREATE TRIGGER closes AFTER DELETE ON banyan.signal FOR EACH ROW EXECUTE FUNCTION close()");
            left.set(0);
            ask(bridge, Ask.START, "one");
            ask(bridge, Ask.START, "two");
            awaitWindowsClosed(bridge, 2); // of the rows, and the empty one behind them: Debezium has read the table
            bridge.sql("INSERT INTO banyan.signal VALUES ('"
                    + bridge.run().backfills().getFirst().id()
                    + "-again', 'execute-snapshot', '{\"data-collections\": [\"public.one\"]}')");
            awaitWindowsClosed(bridge, 4);
            assertThat(bridge.run().backfills())
                    .as("nothing is done that the hub has not confirmed")
                    .extracting(Backfill::word)
                    .doesNotContain("done");
            left.set(Integer.MAX_VALUE);
            await(bridge, 1, "done");
            assertThat(bridge.run().backfills()).extracting(Backfill::rowsRead).containsExactly(10L, 10L);
            bridge.awaitEqual();
            assertThat(reads(bridge)).isEqualTo(30);
        }
    }

    @ParameterizedTest
    @EnumSource
    void cancelledItEndsAndTheNextInTheLineIsRead(Dbms dbms) throws Exception {
        var left = new AtomicInteger(1);
        try (var bridge = new TestBridge(dbms, "cancelled", folder, "big", "small$")) {
            var begun = begun(bridge, left);
            var startsBefore = bridge.progress().engineStarts();
            ask(bridge, Ask.CANCEL, begun.id());
            Await.until("the engine starts anew", () -> bridge.progress().engineStarts() > startsBefore);
            ask(bridge, Ask.START, "small$");
            ask(bridge, Ask.START, bridge.schema() + ".big");
            ask(bridge, Ask.CANCEL, bridge.run().backfills().get(2).id());
            left.set(Integer.MAX_VALUE);
            await(bridge, 0, "cancelled");
            var missing = Health.Group.MIGRATION.missing(
                    bridge.progress(), bridge.run().backfills());
            assertThat(missing.toString()).contains("cancelled before " + bridge.schema() + ".big was read");

            await(bridge, 1, "done");
            await(bridge, 2, "cancelled");
            assertThat(bridge.run().backfills().get(1).rowsRead()).isEqualTo(10);
            ask(bridge, Ask.START);
            await(bridge, 3, "done");
            bridge.awaitEqual();
            assertThat(Health.Group.MIGRATION
                            .missing(bridge.progress(), bridge.run().backfills())
                            .toString())
                    .doesNotContain("backfill");
        }
    }
}
