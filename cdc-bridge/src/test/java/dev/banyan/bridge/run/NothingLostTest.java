package dev.banyan.bridge.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.bridge.change.Dbms;
import dev.banyan.bridge.change.DomainEvent;
import dev.banyan.bridge.hub.Hub;
import dev.banyan.bridge.hub.HubPosition;
import dev.banyan.bridge.hub.HubUnavailable;
import dev.banyan.bridge.store.Backfill;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.postgresql.PGConnection;

/** The faults that lose rows with stock Debezium, and others, against the whole bridge on real servers. */
class NothingLostTest {

    @TempDir
    Path folder;

    /** A hub that fails as it is told to. */
    private record Faulty(Hub real, AtomicInteger failBefore, AtomicInteger crashAfter) implements Hub {
        @Override
        public Optional<HubPosition> open() throws HubUnavailable {
            return real.open();
        }

        @Override
        public void publish(List<DomainEvent> events, HubPosition position) throws HubUnavailable {
            if (failBefore.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
                throw new org.apache.kafka.connect.errors.RetriableException("as a Connect class would");
            }
            real.publish(events, position);
            if (crashAfter.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
                throw new IllegalStateException("crash between the hub and the store");
            }
        }

        @Override
        public void close() {
            real.close();
        }
    }

    @ParameterizedTest
    @EnumSource
    void interleavedTransactionsSurviveARestart(Dbms dbms) throws Exception {
        try (var bridge = new TestBridge(dbms, "interleaved", folder, "t_long", "t_short").start()) {
            try (var open = bridge.connect()) {
                open.setAutoCommit(false);
                open.createStatement().execute("INSERT INTO t_long SELECT g, 'a' FROM " + bridge.series(1, 5));
                bridge.sql("INSERT INTO t_short VALUES (90, 'b')");
                Await.until("the short one arrives", () -> bridge.fold().containsKey("t_short/90"));
                open.createStatement().execute("INSERT INTO t_long SELECT g, 'a' FROM " + bridge.series(6, 10));
                bridge.stop();
                open.commit();
            }
            bridge.start();
            bridge.awaitEqual();
            assertThat(bridge.repeatedIds()).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource
    void copySurvivesAFailureInsideTheBatchAndARestart(Dbms dbms) throws Exception {
        var fail = new AtomicInteger();
        var crash = new AtomicInteger();
        try (var bridge = new TestBridge(dbms, "copied", folder, "cp")) {
            bridge.hub = real -> new Faulty(real, fail, crash);
            bridge.start();
            fail.set(1);
            var rows = new StringBuilder();
            for (var i = 1; i <= 3000; i++) {
                rows.append(i).append("\tx\n");
            }
            copy(bridge, rows.toString());
            bridge.awaitEqual();
            assertThat(bridge.progress().engineStarts())
                    .as("Connect's RetriableException stops the engine")
                    .isGreaterThan(1);
            assertThat(bridge.repeatedIds()).isEmpty();
        }
    }

    private void copy(TestBridge bridge, String rows) throws Exception {
        try (var connection = bridge.connect();
                var statement = connection.createStatement()) {
            switch (bridge.dbms) {
                case POSTGRESQL ->
                    connection
                            .unwrap(PGConnection.class)
                            .getCopyAPI()
                            .copyIn("COPY cp FROM STDIN", new StringReader(rows));
                case MARIADB -> {
                    var file = Files.writeString(folder.resolve("rows.tsv"), rows);
                    statement.execute("LOAD DATA LOCAL INFILE '" + file + "' INTO TABLE cp");
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void crashBetweenHubAndStoreRepeatsNothingAndMapsAlike(Dbms dbms) throws Exception {
        var crash = new AtomicInteger();
        try (var bridge = new TestBridge(dbms, "between", folder, "b")) {
            bridge.hub = real -> new Faulty(real, new AtomicInteger(), crash);
            bridge.start();
            bridge.sql("INSERT INTO b VALUES (1, 'one')");
            bridge.awaitEqual();
            crash.set(1);
            bridge.sql("UPDATE b SET v = 'two'");
            bridge.sql("UPDATE b SET v = 'three'");
            bridge.awaitEqual();
            Await.until("the repeats are known", () -> bridge.progress().suppressedEvents() > 0);
            assertThat(bridge.repeatedIds()).isEmpty();
            assertThat(bridge.data()).containsExactly("c|b|1|one|", "u|b|1|two|one", "u|b|1|three|two");
        }
    }

    @ParameterizedTest
    @EnumSource
    void backfillSurvivesRestartsAndWritersUnderHeartbeats(Dbms dbms) throws Exception {
        try (var bridge = new TestBridge(dbms, "filled", folder, "big", "small")) {
            bridge.sql("INSERT INTO big SELECT g, 'old' FROM " + bridge.series(1, 20_000));
            bridge.sql("INSERT INTO small SELECT g, 'old' FROM " + bridge.series(1, 10));
            bridge.backfill = true;
            var writing = new AtomicBoolean(true);
            var writer = Thread.ofPlatform().start(() -> write(bridge, writing));
            for (var i = 0; i < 2; i++) {
                bridge.start();
                var before = bridge.progress().backfillRows();
                Await.until("some of it is read", () -> bridge.progress().backfillRows() > before);
                bridge.stop();
            }
            bridge.start();
            Await.until("the backfill ends: " + bridge.run().backfills(), () -> bridge.run().backfills().stream()
                    .allMatch(it -> it.state() == Backfill.State.DONE));
            writing.set(false);
            writer.join();
            bridge.awaitEqual();
            assertThat(bridge.run().backfills()).hasSize(1);
        }
    }

    private static void write(TestBridge bridge, AtomicBoolean writing) {
        try (var connection = bridge.connect();
                var statement = connection.createStatement()) {
            for (var i = 0; writing.get(); i++) {
                var id = 1 + (i * 7919L) % 20000;
                statement.execute(
                        i % 5 == 0
                                ? "DELETE FROM big WHERE id = " + id
                                : "UPDATE big SET v = 'new" + i + "' WHERE id BETWEEN " + id + " AND " + (id + 3));
                java.util.concurrent.locks.LockSupport.parkNanos(4_000_000); // leaves the processors to the bridge
            }
        } catch (java.sql.SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aLargeTransactionOfMariaDbSurvivesAFailureInsideItAndARestart() throws Exception {
        var fail = new AtomicInteger();
        try (var bridge = new TestBridge(Dbms.MARIADB, "inserted", folder, "ins")) {
            bridge.hub = real -> new Faulty(real, fail, new AtomicInteger());
            bridge.start();
            fail.set(1);
            bridge.sql("INSERT INTO ins SELECT g, 'x' FROM " + bridge.series(1, 20_000));
            bridge.awaitEqual();
            assertThat(bridge.progress().engineStarts()).isGreaterThan(1);
            assertThat(bridge.repeatedIds()).isEmpty();
        }
    }

    @Test
    void mariaDbIsKilledAndComesBack() throws Exception {
        try (var bridge = new TestBridge(Dbms.MARIADB, "cut", folder, "c").start()) {
            try (var open = bridge.connect()) {
                open.setAutoCommit(false);
                open.createStatement().execute("INSERT INTO c VALUES (1, 'never committed')");
                bridge.sql("INSERT INTO c SELECT g, 'x' FROM " + bridge.series(2, 3_000));
                Servers.mariadb().kill();
            } catch (SQLException e) {
                assertThat(e.getMessage()).as("the connection is gone").isNotBlank();
            }
            Await.until("it has tried in vain", () -> bridge.progress().engineStarts() >= 3);
            Servers.mariadb().launch();
            var startsBefore = bridge.progress().engineStarts();
            var since = System.nanoTime();
            bridge.sql("INSERT INTO c VALUES (9999, 'after')");
            bridge.awaitEqual();
            System.out.printf("read again %d ms after MariaDB was back%n", (System.nanoTime() - since) / 1_000_000);
            assertThat(bridge.progress().engineStarts() - startsBefore)
                    .as("attempts")
                    .isLessThanOrEqualTo(RestartPauseTest.ATTEMPTS_MAX);
            assertThat(bridge.fold()).hasSize(3_000).doesNotContainKey("c/1");
            assertThat(bridge.repeatedIds()).isEmpty();
        }
    }

    @Test
    void keyUpdateTruncateAndChangesOfATableOfMariaDbArriveWhole() throws Exception {
        try (var bridge = new TestBridge(Dbms.MARIADB, "shapes", folder, "shape").start()) {
            bridge.sql("INSERT INTO shape VALUES (1, 'a')");
            bridge.sql("UPDATE shape SET id = 2");
            bridge.sql("ALTER TABLE shape ADD other INTEGER FIRST");
            bridge.sql("INSERT INTO shape VALUES (7, 3, 'after the change')");
            bridge.sql("CREATE TABLE strange (a INET6)"); // Debezium cannot read it, and need not
            bridge.sql("CREATE OR REPLACE USER somebody IDENTIFIED BY 'x'");
            bridge.sql("GRANT SELECT ON shape TO somebody");
            bridge.sql("CREATE TABLE _shape_gho LIKE shape");
            bridge.sql("ALTER TABLE _shape_gho ADD between_them INT AFTER other");
            bridge.sql("INSERT INTO _shape_gho SELECT other, 0, id, v FROM shape");
            bridge.sql("RENAME TABLE shape TO _shape_del, _shape_gho TO shape");
            bridge.sql("INSERT INTO shape VALUES (7, 8, 5, 'after the swap')");
            bridge.awaitEqual();
            assertThat(bridge.data())
                    .anySatisfy(
                            data -> assertThat(data).startsWith("d|shape|1|").endsWith("moved"));
            bridge.stop();
            bridge.sql("ALTER TABLE shape DROP between_them, DROP other, ADD more INTEGER AFTER id");
            bridge.sql("INSERT INTO shape VALUES (4, 7, 'while it was away')");
            bridge.start();
            bridge.awaitEqual();
            bridge.sql("TRUNCATE TABLE shape");
            bridge.awaitEqual();
            assertThat(bridge.fold()).isEmpty();
            assertThat(bridge.repeatedIds()).isEmpty();
        }
    }

    /** A table without transactions, or a temporary one, makes MariaDB log what is rolled back. */
    @Test
    void rowsInTheLogThatWereRolledBackAreNotTold() throws Exception {
        try (var bridge = new TestBridge(Dbms.MARIADB, "undone", folder, "one").start()) {
            bridge.sql("CREATE TABLE app_log (id INT) ENGINE = Aria TRANSACTIONAL = 0");
            bridge.sql("INSERT INTO one VALUES (1, 'a'), (2, 'b')");
            try (var connection = bridge.connect();
                    var statement = connection.createStatement()) {
                for (var sql : List.of(
                        "START TRANSACTION",
                        "INSERT INTO one VALUES (3, 'stays')",
                        "SAVEPOINT `a s`",
                        "INSERT INTO app_log VALUES (1)",
                        "UPDATE one SET v = 'never' WHERE id = 1",
                        "SAVEPOINT inner_s",
                        "INSERT INTO one VALUES (42, 'never')",
                        "ROLLBACK TO inner_s",
                        "DELETE FROM one WHERE id = 2",
                        "ROLLBACK TO SAVEPOINT `A S`",
                        "INSERT INTO one VALUES (4, 'stays')",
                        "COMMIT",
                        "START TRANSACTION",
                        "UPDATE one SET v = 'once more' WHERE id = 1",
                        "CREATE TEMPORARY TABLE work (id INT)",
                        "SAVEPOINT s",
                        "INSERT INTO one VALUES (43, 'never')",
                        "DROP TEMPORARY TABLE work",
                        "ROLLBACK TO s",
                        "COMMIT",
                        "START TRANSACTION",
                        "INSERT INTO one VALUES (44, 'never')",
                        "CREATE TEMPORARY TABLE work SELECT 1",
                        "DROP TEMPORARY TABLE work",
                        "ROLLBACK",
                        "START TRANSACTION",
                        "SAVEPOINT before_all",
                        "INSERT INTO one VALUES (45, 'never')",
                        "INSERT INTO app_log VALUES (1)",
                        "ROLLBACK TO before_all",
                        "INSERT INTO one VALUES (5, 'stays')",
                        "COMMIT")) {
                    statement.execute(sql);
                }
            }
            bridge.awaitEqual();
            assertThat(bridge.data()).noneMatch(data -> data.contains("never"));
            assertThat(bridge.fold()).containsOnlyKeys("one/1", "one/2", "one/3", "one/4", "one/5");
        }
    }

    @Test
    void keyUpdateTruncateAndToastArriveWhole() throws Exception {
        try (var bridge = new TestBridge("shapes", folder, "s").start()) {
            var large = "x".repeat(20_000);
            bridge.sql("ALTER TABLE s ADD other INTEGER");
            bridge.sql("ALTER TABLE s ALTER v SET STORAGE EXTERNAL");
            bridge.sql("INSERT INTO s VALUES (1, '" + large + "')");
            bridge.sql("UPDATE s SET other = 7");
            bridge.sql("UPDATE s SET id = 2");
            bridge.awaitEqual();
            assertThat(bridge.data().getLast()).startsWith("u|s|2|xxx");
            assertThat(bridge.data())
                    .anySatisfy(data -> assertThat(data).startsWith("d|s|1|").endsWith("moved"));
            bridge.sql("TRUNCATE s");
            bridge.awaitEqual();
            assertThat(bridge.fold()).isEmpty();
        }
    }
}
