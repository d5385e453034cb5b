package dev.banyan.bridge.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.bridge.Printed;
import dev.banyan.bridge.change.Dbms;
import dev.banyan.bridge.source.Leaves;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

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
            bridge.start();
            assertThat(Printed.of("doctor", "--config", bridge.config().toString())
                            .out())
                    .contains("partitions of " + bridge.schema() + ".part", " 4: of rows that go or come with one");
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
            bridge.start();
            bridge.awaitEqual();
            assertThat(bridge.fold()).hasSize(dbms == Dbms.MARIADB ? 53 : 52);
        }
    }

    /** DETACH CONCURRENTLY hides it from all others, and waits then for who has written to it. */
    @Test
    void aPartitionThatIsStillWrittenToIsNotGoneYet() throws Exception {
        try (var bridge = new TestBridge(Dbms.POSTGRESQL, "partition_leaves", folder);
                var looks = bridge.connect();
                var writes = bridge.connect();
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            making(Dbms.POSTGRESQL).forEach(bridge::sql);
            bridge.tables = List.of("part");
            var source = bridge.source();
            var before = Leaves.of(source, looks);
            writes.setAutoCommit(false);
            try (var statement = writes.createStatement()) {
                statement.execute("INSERT INTO part VALUES (5, 'not yet')");
                var detached =
                        threads.submit(() -> bridge.sql("ALTER TABLE part DETACH PARTITION part_a CONCURRENTLY"));
                Await.until("it is leaving", () -> Leaves.of(source, looks).isLeaving());
                assertThat(Leaves.of(source, looks).all())
                        .as("hidden")
                        .hasSizeLessThan(before.all().size());
                writes.commit();
                detached.get();
            }
            var after = Leaves.of(source, looks);
            assertThat(after.isLeaving()).isFalse();
            assertThat(after.changed(source, before.all())).containsExactlyElementsOf(source.tableIds());
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
            bridge.sql("INSERT INTO part VALUES (1, 'through the log')");
            attach(bridge, "empty", "SELECT 1", 100);
            assertThat(backfills(bridge)).isZero();
            bridge.sql("INSERT INTO part VALUES (101, 'through the log')");
            assertThat(backfills(bridge)).isZero();

            attach(bridge, "filled", "INSERT INTO filled VALUES (201, 'came'), (202, 'came')", 200);
            bridge.sql("UPDATE part SET v = 'changed since' WHERE id = 202");
            bridge.awaitEqual();
            assertThat(bridge.fold()).containsEntry("part/201", "came").containsEntry("part/202", "changed since");
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
