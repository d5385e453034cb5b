package dev.banyan.bridge.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.banyan.bridge.Printed;
import dev.banyan.bridge.change.Dbms;
import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.source.Leaves;
import dev.banyan.bridge.source.OpenWriters;
import dev.banyan.bridge.source.RowEstimates;
import dev.banyan.bridge.source.Source;
import dev.banyan.bridge.source.SourcePlan;
import dev.banyan.bridge.store.Leaf;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Rows that go or come with a partition, of which the log has none, are told all the same. */
class PartitionsTest {

    @TempDir
    Path folder;

    private static List<String> making(Dbms dbms) {
        return switch (dbms) {
            case POSTGRESQL ->
                List.of(
                        "CREATE TABLE part (id BIGINT PRIMARY KEY, v TEXT) PARTITION BY RANGE (id)",
                        "CREATE TABLE part_a PARTITION OF part FOR VALUES FROM (0) TO (100)",
                        "CREATE TABLE part_b PARTITION OF part FOR VALUES FROM (100) TO (200)",
                        "CREATE TABLE part_c PARTITION OF part FOR VALUES FROM (200) TO (300)",
                        "CREATE TABLE part_d PARTITION OF part FOR VALUES FROM (300) TO (MAXVALUE)");
            case MARIADB ->
                List.of("CREATE TABLE part (id BIGINT PRIMARY KEY, v TEXT) PARTITION BY RANGE (id)"
                        + " (PARTITION a VALUES LESS THAN (100), PARTITION b VALUES LESS THAN (200),"
                        + " PARTITION c VALUES LESS THAN (300), PARTITION d VALUES LESS THAN (MAXVALUE))");
        };
    }

    /** Statements that take the rows of part a, b and c away. */
    private static List<String> taking(Dbms dbms) {
        return switch (dbms) {
            case POSTGRESQL ->
                List.of("TRUNCATE part_a", "ALTER TABLE part DETACH PARTITION part_b", "DROP TABLE part_c");
            case MARIADB ->
                List.of(
                        "ALTER TABLE part TRUNCATE PARTITION a",
                        "alter table `part` exchange partition b with table other",
                        "ALTER TABLE part DROP PARTITION c");
        };
    }

    @ParameterizedTest
    @EnumSource
    void rowsThatGoWithAPartitionAreToldAsRemoved(Dbms dbms) throws Exception {
        try (var bridge = new TestBridge(dbms, "partitions", folder)) {
            making(dbms).forEach(bridge::sql);
            if (dbms == Dbms.MARIADB) {
                bridge.sql("CREATE TABLE other (id BIGINT PRIMARY KEY, v TEXT)");
                bridge.sql("INSERT INTO other VALUES (150, 'came with it')");
            }
            bridge.tables = List.of("part");
            if (dbms == Dbms.POSTGRESQL) {
                bridge.manage = false;
                try (var connection = bridge.source().connect()) {
                    SourcePlan.of(bridge.source(), connection).run(bridge.source(), connection);
                }
            }
            bridge.start();
            if (dbms == Dbms.POSTGRESQL) { // by which a first start would be refused
                bridge.sql("CREATE UNLOGGED TABLE part_e PARTITION OF part FOR VALUES FROM (-200) TO (-100)");
            }
            assertThat(Printed.of("doctor", "--config", bridge.config().toString())
                            .out())
                    .contains(
                            "partitions of " + bridge.schema() + ".part",
                            (dbms == Dbms.POSTGRESQL ? " 5" : " 4") + ": of rows that go or come with one",
                            dbms == Dbms.POSTGRESQL ? "WARN table public.part: public.part_e is UNLOGGED" : "");
            bridge.sql("INSERT INTO part SELECT g, 'a' FROM " + bridge.series(1, 350));
            bridge.awaitEqual();
            var taking = taking(dbms);

            bridge.sql("UPDATE part SET v = 'changed before it goes' WHERE id < 100");
            bridge.sql(taking.get(0));
            bridge.sql("INSERT INTO part VALUES (7, 'comes behind it')");
            bridge.awaitEqual();
            assertThat(bridge.fold()).containsEntry("part/7", "comes behind it").doesNotContainKey("part/8");

            bridge.sql("UPDATE part SET v = 'changed before it goes' WHERE id BETWEEN 120 AND 140");
            bridge.sql(taking.get(1));
            bridge.awaitEqual();

            bridge.stop();
            bridge.sql("UPDATE part SET v = 'changed while nobody looked' WHERE id BETWEEN 250 AND 350");
            bridge.sql(taking.get(2));
            if (dbms == Dbms.POSTGRESQL) { // without the identity of the others
                bridge.sql("CREATE TABLE part_f PARTITION OF part FOR VALUES FROM (-100) TO (0)");
            }
            bridge.start();
            bridge.awaitEqual();
            assertThat(bridge.fold()).hasSize(dbms == Dbms.MARIADB ? 53 : 52);
        }
    }

    @Test
    void aTableThatTakesAnothersNameIsReadAgain() throws Exception {
        try (var bridge = new TestBridge(Dbms.MARIADB, "swapped", folder, "one").start()) {
            bridge.sql("INSERT INTO one VALUES (1, 'a'), (2, 'b')");
            bridge.awaitEqual();
            bridge.sql("CREATE TABLE one_new LIKE one");
            bridge.sql("INSERT INTO one_new VALUES (2, 'another'), (3, 'c')");
            bridge.sql("RENAME TABLE one TO one_old, one_new TO one");
            bridge.awaitEqual();
            assertThat(bridge.fold()).containsOnlyKeys("one/2", "one/3").containsEntry("one/2", "another");

            WholeTransactionsTest.commit(
                    bridge,
                    "DROP DATABASE swapped_m",
                    "CREATE DATABASE swapped_m",
                    "USE swapped_m",
                    "CREATE TABLE one (v VARCHAR(40), id BIGINT PRIMARY KEY)",
                    "INSERT INTO one VALUES ('by other columns', 4)");
            bridge.awaitEqual();
            assertThat(bridge.fold()).containsOnlyKeys("one/4").containsEntry("one/4", "by other columns");
        }
    }

    private static final String DETACH = "ALTER TABLE part DETACH PARTITION part_a";

    private static void make(TestBridge bridge, String... more) {
        making(Dbms.POSTGRESQL).forEach(bridge::sql);
        List.of(more).forEach(bridge::sql);
    }

    private static Set<Leaf> leaves(Source source, Connection connection) throws Exception {
        return Leaves.of(source, connection, Set.of()).all();
    }

    /** DETACH CONCURRENTLY hides it from all others, and waits then for who has written to it. */
    @Test
    void aPartitionThatIsStillWrittenToIsNotGoneYet() throws Exception {
        try (var bridge = new TestBridge(Dbms.POSTGRESQL, "partition_leaves", folder);
                var threads = Executors.newVirtualThreadPerTaskExecutor();
                var looks = bridge.connect();
                var writes = bridge.connect()) {
            make(bridge);
            bridge.tables = List.of("part");
            var source = bridge.source();
            var before = leaves(source, looks);
            writes.setAutoCommit(false);
            try (var statement = writes.createStatement()) {
                statement.execute("INSERT INTO part VALUES (5, 'not yet')");
                var detached = threads.submit(() -> bridge.sql(DETACH + " CONCURRENTLY"));
                Await.until(
                        "it is leaving",
                        () -> !Leaves.of(source, looks, before).leaving().isEmpty());
                var leaving = Leaves.of(source, looks, before);
                assertThat(leaving.changed()).isEmpty();
                assertThat(leaving.all()).hasSameSizeAs(before);
                assertThat(Leaves.of(source, looks, leaving.all()).changed()).isEmpty();
                writes.commit();
                detached.get();
                assertThat(Leaves.of(source, looks, leaving.all()).changed())
                        .containsExactlyElementsOf(source.tableIds());
            }
            var after = Leaves.of(source, looks, before);
            assertThat(after.leaving()).isEmpty();
            assertThat(after.changed()).containsExactlyElementsOf(source.tableIds());
        }
    }

    @Test
    void aDetachmentThatWasInterruptedHidesNothingOfOtherPartitions() throws Exception {
        try (var bridge = new TestBridge("partition_pending", folder);
                var threads = Executors.newVirtualThreadPerTaskExecutor();
                var looks = bridge.connect();
                var writes = bridge.connect()) {
            make(
                    bridge,
                    "CREATE TABLE next (id BIGINT PRIMARY KEY, v TEXT) PARTITION BY RANGE (id)",
                    "CREATE TABLE next_a PARTITION OF next FOR VALUES FROM (0) TO (100)");
            bridge.tables = List.of("part", "next");
            var source = bridge.source();
            var before = leaves(source, looks);
            writes.setAutoCommit(false);
            try (var statement = writes.createStatement()) {
                statement.execute("INSERT INTO part VALUES (5, 'not yet')");
                var detached = threads.submit(() -> bridge.sql(DETACH + " CONCURRENTLY"));
                Await.until("it waits", () -> {
                    return bridge.text("SELECT pg_cancel_backend(pid) FROM pg_stat_activity"
                                    + " WHERE query LIKE 'ALTER TABLE part DETACH%' AND wait_event_type = 'Lock'")
                            .equals("t");
                });
                assertThatThrownBy(detached::get)
                        .rootCause()
                        .hasMessageContaining("canceling statement due to user request");
                writes.rollback();
            }
            bridge.sql("DROP TABLE next_a");
            var first = Leaves.of(source, looks, before);
            assertThat(first.changed()).extracting(TableId::name).containsExactly("next");
            assertThat(first.leaving()).containsExactly(DETACH + " FINALIZE");
            assertThat(Printed.of("doctor", "--config", bridge.config().toString())
                            .out())
                    .contains(DETACH + " FINALIZE");

            bridge.sql("DROP TABLE part_b");
            var second = Leaves.of(source, looks, first.all());
            assertThat(second.changed()).extracting(TableId::name).containsExactly("part");
            assertThat(Leaves.of(source, looks, second.all()).changed()).isEmpty();
            first.leaving().forEach(bridge::sql);
            assertThat(Leaves.of(source, looks, second.all()).changed())
                    .extracting(TableId::name)
                    .containsExactly("part");
        }
    }

    /** A look is of one moment: whoever is new in it is known whole, however it is ordered with a statement that commits meanwhile. */
    @ParameterizedTest
    @ValueSource(strings = {"one", "two"})
    void rowsThatComeWithAPartitionDuringALookAreFoundByTheNextOne(String locked) throws Exception {
        try (var bridge = new TestBridge("partition_moment_" + locked, folder);
                var threads = Executors.newVirtualThreadPerTaskExecutor();
                var looks = bridge.connect();
                var locks = bridge.connect()) {
            for (var table : List.of("one", "two")) {
                bridge.sql("CREATE TABLE " + table + " (id BIGINT PRIMARY KEY, v TEXT) PARTITION BY RANGE (id)");
                bridge.sql("CREATE TABLE " + table + "_a PARTITION OF " + table + " FOR VALUES FROM (0) TO (100)");
            }
            bridge.tables = List.of("one", "two");
            var source = bridge.source();
            var before = leaves(source, looks);
            var other = locked.equals("one") ? "two" : "one";
            bridge.sql("CREATE TABLE came (LIKE one INCLUDING ALL)");
            bridge.sql("INSERT INTO came VALUES (150, 'came')");
            lock(locks, locked + "_a");
            var look = threads.submit(() -> Leaves.of(source, looks, before));
            Await.until(
                    "it has looked, or waits for the lock",
                    () -> look.isDone()
                            || bridge.text("SELECT count(*) FROM pg_locks WHERE NOT granted")
                                    .equals("1"));
            bridge.sql("ALTER TABLE " + other + " ATTACH PARTITION came FOR VALUES FROM (100) TO (200)");
            locks.rollback();
            var first = look.get();
            assertThat(first.changed()).isEmpty();
            assertThat(Leaves.of(source, looks, first.all()).changed())
                    .extracting(TableId::name)
                    .containsExactly(other);
        }
    }

    /** Legacy has a partition locked for long: VACUUM FULL, CLUSTER, a migration. */
    @Test
    void aBridgeStartsAndRunsWhileAPartitionIsLocked() throws Exception {
        try (var bridge = new TestBridge("partition_locked", folder);
                var locks = bridge.connect()) {
            make(bridge);
            bridge.tables = List.of("part");
            bridge.start();
            bridge.stop();
            lock(locks, "part_a");
            bridge.start();
            bridge.sql("INSERT INTO part_b VALUES (150, 'while it is locked')");
            Await.until("it is told", () -> bridge.fold().containsKey("part/150"));
            var source = bridge.source();
            try (var asks = source.connect();
                    var limits = asks.createStatement()) {
                limits.execute("SET lock_timeout = '50ms'");
                assertThat(SourcePlan.of(source, asks).isEmpty()).isTrue();
                RowEstimates.of(asks, source.tableIds());
                assertThat(OpenWriters.of(source, source.tableIds())).isEmpty();
                var before = leaves(source, asks);
                bridge.stop();
                locks.rollback();
                attach(bridge, "filled", "INSERT INTO filled VALUES (-50, 'came')", -100);
                lock(locks, "filled");
                var now = Leaves.of(source, asks, before);
                assertThat(now.all()).as("nobody knows yet whether it has rows").isEqualTo(before);
                assertThat(now.changed()).isEmpty();
                locks.rollback();
                assertThat(Leaves.of(source, asks, now.all()).changed()).containsExactlyElementsOf(source.tableIds());
            }
        }
    }

    private static void lock(Connection connection, String table) throws Exception {
        connection.setAutoCommit(false);
        try (var statement = connection.createStatement()) {
            statement.execute("LOCK TABLE " + table + " IN ACCESS EXCLUSIVE MODE");
        }
    }

    @ParameterizedTest
    @EnumSource
    void theServerGivesUpBeforeTheBridgeDoes(Dbms dbms) throws Exception {
        try (var bridge = new TestBridge(dbms, "limits", folder);
                var asks = bridge.source().connect();
                var select = asks.createStatement();
                var result = select.executeQuery(
                        switch (dbms) {
                            case POSTGRESQL ->
                                "SELECT current_setting('lock_timeout') || ' ' || current_setting('statement_timeout')";
                            case MARIADB ->
                                "SELECT CONCAT(@@lock_wait_timeout, 's ', FLOOR(@@max_statement_time), 's')";
                        })) {
            result.next();
            assertThat(result.getString(1)).isEqualTo("5s 50s");
        }
    }

    private static void attach(TestBridge bridge, String name, String fill, int from) throws Exception {
        WholeTransactionsTest.commit(
                bridge,
                "CREATE TABLE " + name + " (LIKE part INCLUDING ALL)",
                fill,
                "ALTER TABLE part ATTACH PARTITION " + name + " FOR VALUES FROM (" + from + ") TO (" + (from + 100)
                        + ")");
    }

    /** Tells how many backfills there are after a start, which looks at the partitions, and what comes behind where the log ended then. */
    private static int backfills(TestBridge bridge) throws Exception {
        bridge.stop();
        bridge.start();
        for (var change = 0;
                change < 2;
                change++) { // behind the second the bridge has looked what it is behind the first
            bridge.sql("UPDATE part SET v = v || '.' WHERE id = 1");
            bridge.awaitEqual();
        }
        return bridge.run().backfills().size();
    }

    @Test
    void rowsThatComeWithAPartitionAreToldAndOneThatCameEmptyCostsNothing() throws Exception {
        try (var bridge = new TestBridge("attached", folder)) {
            bridge.sql("CREATE TABLE part (id BIGINT NOT NULL DEFAULT 0 PRIMARY KEY, v TEXT NOT NULL DEFAULT '')"
                    + " PARTITION BY RANGE (id)");
            bridge.tables = List.of("part");
            bridge.start();
            bridge.sql("CREATE TABLE made PARTITION OF part FOR VALUES FROM (0) TO (100)");
            bridge.sql("INSERT INTO part VALUES (1, 'through the log'), (2, 'its old row is a key')");
            bridge.sql("DELETE FROM part WHERE id = 2");
            attach(bridge, "empty", "SELECT 1", 100);
            assertThat(backfills(bridge)).isZero();
            bridge.sql("INSERT INTO part VALUES (101, 'through the log')");
            assertThat(backfills(bridge)).isZero();

            attach(bridge, "filled", "INSERT INTO filled VALUES (201, 'came'), (202, 'came')", 200);
            bridge.sql("UPDATE part SET v = 'changed since' WHERE id = 202");
            bridge.awaitEqual();
            assertThat(bridge.fold()).containsEntry("part/201", "came").containsEntry("part/202", "changed since");
            assertThat(bridge.data()).as("nothing is made up of it").contains("d|part|2|null|");
            assertThat(backfills(bridge)).isOne();

            bridge.stop();
            bridge.sql("CREATE TABLE tree (LIKE part INCLUDING ALL) PARTITION BY RANGE (id)");
            bridge.sql("CREATE TABLE below PARTITION OF tree FOR VALUES FROM (300) TO (400)");
            bridge.sql("INSERT INTO tree VALUES (301, 'came from below')");
            bridge.sql("ALTER TABLE part ATTACH PARTITION tree FOR VALUES FROM (300) TO (400)");
            assertThat(backfills(bridge)).isEqualTo(2);

            bridge.stop();
            bridge.sql("ALTER TABLE part DETACH PARTITION filled");
            bridge.sql("UPDATE filled SET v = 'while it was away'");
            bridge.sql("DELETE FROM filled WHERE id = 202");
            bridge.sql("ALTER TABLE part ATTACH PARTITION filled FOR VALUES FROM (200) TO (300)");
            assertThat(backfills(bridge)).isEqualTo(3);
            assertThat(bridge.fold()).hasSize(4).containsEntry("part/201", "while it was away");
        }
    }
}
