package dev.banyan.bridge.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.bridge.Printed;
import dev.banyan.bridge.change.Dbms;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Rows that go with a partition, of which the log has none, are told as removed all the same. */
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
                    .contains("partitions of " + bridge.schema() + ".part", "4: of rows that go or come with one");
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
}
