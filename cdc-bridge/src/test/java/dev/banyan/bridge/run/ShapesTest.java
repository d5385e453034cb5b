package dev.banyan.bridge.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.bridge.change.Dbms;
import dev.banyan.bridge.source.Identity;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What becomes of what is not a plain INSERT, UPDATE or DELETE of a plain table: partitions, two-phase commits, savepoints, changed keys, truncations, large values that a statement does not touch.
 */
class ShapesTest {

    private static final String AGGREGATE = """
              %1$s:
                topic: t.shapes_all
                subject: %1$s/{id}%2$s
                type: t.{event}.v1
                table: %1$s
                key: [id%3$s]
                fields:
                  id: {column: id, as: integer}
                  %4$s
                  v: v
                events:
                  - {event: Imported, when: backfill}
                  - {event: Added, when: created}
                  - {event: Removed, when: removed}
                  %5$s
                  - {event: Changed, when: otherwise}
            """;

    /** Debezium writes both as n_m. */
    private static final List<String> ONE_TOPIC = List.of("n_m", "n,m");

    @TempDir
    Path folder;

    private static String told(ConsumerRecord<String, String> event) {
        var data = event.value();
        return TestBridge.header(event, "ce_type").replaceAll("t\\.|\\.v1", "") + " " + event.key()
                + (data.contains("\"v\":") ? "=" + shortened(TestBridge.field(data, "v")) : "");
    }

    private static String shortened(String text) {
        return text.length() < 100 ? text : text.charAt(0) + " * " + text.length();
    }

    private static List<String> told(TestBridge bridge, int from) {
        return bridge.events().stream().skip(from).map(ShapesTest::told).toList();
    }

    /** Runs {@code sql}, and then a change whose event comes behind all of it; returns what was told between. */
    private static List<String> after(TestBridge bridge, String... sql) throws Exception {
        var from = bridge.events().size();
        for (var statement : sql) {
            bridge.sql(statement);
        }
        var mark = String.valueOf(System.nanoTime());
        bridge.sql("UPDATE plain SET v = '" + mark + "' WHERE id = 1000");
        Await.until("the mark arrives", () -> told(bridge, from).contains("Changed plain/1000=" + mark));
        return told(bridge, from).stream()
                .filter(each -> !each.startsWith("Changed plain/1000="))
                .toList();
    }

    private Path config(TestBridge bridge) throws Exception {
        var mapping = new StringBuilder("version: 1\nschema: " + bridge.schema() + "\naggregates:\n");
        mapping.append(AGGREGATE
                .formatted("plain", "", "", "", "- {event: Renumbered, when: renumbered}")
                .indent(2));
        mapping.append(AGGREGATE
                .formatted("part", "/{day}", ", day", "day: {column: day, as: date}", "")
                .indent(2));
        mapping.append(AGGREGATE.formatted("plainer", "", "", "", "").indent(2));
        for (var name : ONE_TOPIC) {
            mapping.append(AGGREGATE
                    .formatted(name.replace("n,m", "comma"), "", "", "", "")
                    .replaceFirst("table: .*", "table: '" + name + "'")
                    .replaceFirst("v: v", "v: 'v, w'")
                    .indent(2));
        }
        var config = bridge.config();
        Files.writeString(folder.resolve("mapping.yaml"), mapping.toString().replace("t.shapes_all", bridge.topic()));
        return bridge.identity == Identity.FULL
                ? config
                : Files.writeString(
                        config, Files.readString(config).replace("manage: true", "identity: keys, manage: true"));
    }

    @ParameterizedTest
    @EnumSource
    void everyShapeOfChangeIsToldAsWhatItDid(Identity identity) throws Exception {
        try (var bridge = new TestBridge("shapes_" + identity.name().toLowerCase(Locale.ROOT), folder)) {
            bridge.identity = identity;
            bridge.sql("CREATE TABLE plain (id BIGINT PRIMARY KEY, v TEXT, other INTEGER)");
            bridge.sql("ALTER TABLE plain ALTER v SET STORAGE EXTERNAL");
            bridge.sql(
                    "CREATE TABLE part (id BIGINT, day DATE, v TEXT, PRIMARY KEY (day, id)) PARTITION BY RANGE (day)");
            bridge.sql("CREATE TABLE part_old PARTITION OF part FOR VALUES FROM (MINVALUE) TO ('2026-01-01')");
            bridge.sql("CREATE TABLE part_new PARTITION OF part FOR VALUES FROM ('2026-01-01') TO (MAXVALUE)");
            bridge.sql("CREATE TABLE plainer (id BIGINT PRIMARY KEY, v TEXT)");
            bridge.sql("INSERT INTO plain SELECT 1000, 'mark'");
            bridge.sql("INSERT INTO plainer VALUES (1, '1!')");
            makeTablesOfOneTopic(bridge);
            // More than one chunk of a backfill, so that it goes on from a key with a date in it.
            bridge.sql("INSERT INTO part SELECT g, '2024-01-01'::date + g, 'old' FROM generate_series(1, 2500) g");
            filled(bridge, ShapesTest::check);
        }
    }

    private static void makeTablesOfOneTopic(TestBridge bridge) throws Exception {
        for (var table : ONE_TOPIC) {
            bridge.sql("CREATE TABLE " + quoted(bridge, table) + " (id BIGINT PRIMARY KEY, " + quoted(bridge, "v, w")
                    + " VARCHAR(9))");
            bridge.sql("INSERT INTO " + quoted(bridge, table) + " VALUES (1, 'x')");
        }
    }

    private static String quoted(TestBridge bridge, String name) {
        return bridge.dbms == Dbms.MARIADB ? "`" + name + "`" : "\"" + name + "\"";
    }

    @FunctionalInterface
    private interface Check {
        void of(TestBridge bridge) throws Exception;
    }

    private void filled(TestBridge bridge, Check check) throws Exception {
        try (var process = new BridgeThread(folder, config(bridge))) {
            process.awaitStreaming();
            Await.until("the backfill is done", () -> process.tells("\"state\":\"done\""));
            assertThat(told(bridge, 0))
                    .hasSize(2504)
                    .contains(
                            "Imported plainer/1=1!",
                            "Imported part/2500/2030-11-05=old",
                            "Imported n_m/1=x",
                            "Imported comma/1=x");
            assertThat(after(
                            bridge,
                            "UPDATE " + quoted(bridge, "n_m") + " SET " + quoted(bridge, "v, w") + " = 'a'",
                            "UPDATE " + quoted(bridge, "n,m") + " SET " + quoted(bridge, "v, w") + " = 'b'"))
                    .as("tables of one topic, with commas in their names")
                    .containsExactly("Changed n_m/1=a", "Changed comma/1=b");
            check.of(bridge);
        }
    }

    @Test
    void soItIsOfMariaDb() throws Exception {
        try (var bridge = new TestBridge(Dbms.MARIADB, "shapes_all", folder)) {
            bridge.sql("CREATE TABLE plain (id BIGINT PRIMARY KEY, v LONGTEXT, other INTEGER)");
            bridge.sql(
                    "CREATE TABLE part (id BIGINT, day DATE, v TEXT, PRIMARY KEY (day, id)) PARTITION BY RANGE COLUMNS (day)"
                            + " (PARTITION old VALUES LESS THAN ('2026-01-01'), PARTITION new VALUES LESS THAN (MAXVALUE))");
            bridge.sql("CREATE TABLE plainer (id BIGINT PRIMARY KEY, v TEXT)");
            bridge.sql("INSERT INTO plain VALUES (1000, 'mark', NULL)");
            bridge.sql("INSERT INTO plainer VALUES (1, '1!')");
            makeTablesOfOneTopic(bridge);
            bridge.sql("INSERT INTO part SELECT g, DATE '2024-01-01' + INTERVAL g DAY, 'old' FROM "
                    + bridge.series(1, 2500));
            filled(bridge, ShapesTest::checkMariaDb);
        }
    }

    private static void checkMariaDb(TestBridge bridge) throws Exception {
        assertThat(after(
                        bridge,
                        "INSERT INTO part VALUES (1, '2025-05-05', 'a')",
                        "UPDATE part SET v = 'b' WHERE (id, day) = (1, '2025-05-05')",
                        "UPDATE part SET day = '2026-05-05' WHERE (id, day) = (1, '2025-05-05')",
                        "DELETE FROM part WHERE (id, day) = (1, '2026-05-05')"))
                .as("partitions, and a row that moves to another one, which MariaDB logs as a changed key")
                .containsExactly(
                        "Added part/1/2025-05-05=a",
                        "Changed part/1/2025-05-05=b",
                        "Added part/1/2026-05-05=b",
                        "Removed part/1/2025-05-05",
                        "Removed part/1/2026-05-05");
        assertThat(after(
                        bridge,
                        "INSERT INTO plainer VALUES (2, '6!')",
                        "INSERT INTO plain VALUES (1, 'two', 0), (2, 'two', 0)",
                        "INSERT INTO plainer VALUES (1, 'x'), (3, 'three') ON DUPLICATE KEY UPDATE v = 'again'",
                        "REPLACE INTO plainer VALUES (3, 'replaced'), (4, 'four')"))
                .as("statements of several rows, some of which are there")
                .containsExactly(
                        "Added plainer/2=6!",
                        "Added plain/1=two",
                        "Added plain/2=two",
                        "Changed plainer/1=again",
                        "Added plainer/3=three",
                        "Changed plainer/3=replaced",
                        "Added plainer/4=four");
        assertThat(after(
                        bridge,
                        "BEGIN NOT ATOMIC START TRANSACTION; UPDATE plain SET v = 'gone'; INSERT INTO plain VALUES (3, 'gone', 0);"
                                + " ROLLBACK; END"))
                .as("a roll-back")
                .isEmpty();
        assertThat(after(
                        bridge,
                        "BEGIN NOT ATOMIC START TRANSACTION; UPDATE plain SET v = 'kept' WHERE id = 1; SAVEPOINT s;"
                                + " UPDATE plain SET v = 'undone' WHERE id < 3; INSERT INTO plain VALUES (4, 'undone', 0);"
                                + " ROLLBACK TO s; UPDATE plain SET v = 'last' WHERE id = 2; COMMIT; END"))
                .as("a roll-back to a savepoint")
                .containsExactly("Changed plain/1=kept", "Changed plain/2=last");
        assertThat(after(bridge, "UPDATE plain SET id = 20 WHERE id = 2", "UPDATE plainer SET id = 20 WHERE id = 2"))
                .as("a changed key, told as such where the mapping has a rule for it")
                .containsExactly(
                        "Renumbered plain/20=last", "Removed plain/2", "Added plainer/20=6!", "Removed plainer/2");
        assertThat(after(
                        bridge,
                        "INSERT INTO plain VALUES (5, REPEAT('x', 20000), 1)",
                        "UPDATE plain SET other = 2 WHERE id = 5",
                        "UPDATE plain SET id = 6 WHERE id = 5"))
                .as("a large value that is not touched")
                .containsExactly("Added plain/5=x * 20000", "Renumbered plain/6=x * 20000", "Removed plain/5");
        assertThat(after(bridge, "TRUNCATE plainer"))
                .as("a truncation")
                .containsExactlyInAnyOrder(
                        "Removed plainer/1", "Removed plainer/3", "Removed plainer/4", "Removed plainer/20");
    }

    private static void check(TestBridge bridge) throws Exception {
        assertThat(after(
                        bridge,
                        "INSERT INTO part VALUES (1, '2025-05-05', 'a')",
                        "UPDATE part SET v = 'b' WHERE (id, day) = (1, '2025-05-05')",
                        "UPDATE part SET day = '2026-05-05' WHERE (id, day) = (1, '2025-05-05')",
                        "DELETE FROM part WHERE (id, day) = (1, '2026-05-05')"))
                .as("partitions, and a row that moves to another one")
                .containsExactly(
                        "Added part/1/2025-05-05=a",
                        "Changed part/1/2025-05-05=b",
                        "Removed part/1/2025-05-05",
                        "Added part/1/2026-05-05=b",
                        "Removed part/1/2026-05-05");
        assertThat(after(bridge, "INSERT INTO plainer VALUES (2, '6!')")).containsExactly("Added plainer/2=6!");
        assertThat(after(bridge, "BEGIN; INSERT INTO plain VALUES (1, 'two'), (2, 'two'); PREPARE TRANSACTION 'kept'"))
                .as("prepared and not committed")
                .isEmpty();
        assertThat(after(
                        bridge,
                        "BEGIN; INSERT INTO plain VALUES (3, 'gone'); PREPARE TRANSACTION 'gone'",
                        "ROLLBACK PREPARED 'gone'"))
                .as("prepared and rolled back")
                .isEmpty();
        assertThat(after(bridge, "COMMIT PREPARED 'kept'"))
                .as("a two-phase commit")
                .containsExactly("Added plain/1=two", "Added plain/2=two");
        assertThat(after(
                        bridge,
                        "BEGIN; UPDATE plain SET v = 'kept' WHERE id = 1; SAVEPOINT s;"
                                + " UPDATE plain SET v = 'undone' WHERE id < 3; INSERT INTO plain VALUES (4, 'undone');"
                                + " ROLLBACK TO s; UPDATE plain SET v = 'last' WHERE id = 2; COMMIT"))
                .as("a roll-back to a savepoint")
                .containsExactly("Changed plain/1=kept", "Changed plain/2=last");
        assertThat(after(bridge, "UPDATE plain SET id = 20 WHERE id = 2", "UPDATE plainer SET id = 20 WHERE id = 2"))
                .as("a changed key, told as such where the mapping has a rule for it")
                .containsExactly(
                        "Renumbered plain/20=last", "Removed plain/2", "Added plainer/20=6!", "Removed plainer/2");
        assertThat(after(
                        bridge,
                        "INSERT INTO plain VALUES (5, repeat('x', 20000), 1)",
                        "UPDATE plain SET other = 2 WHERE id = 5",
                        "UPDATE plain SET id = 6 WHERE id = 5"))
                .as("a large value that is not touched, which the log does not carry again")
                .containsExactly("Added plain/5=x * 20000", "Renumbered plain/6=x * 20000", "Removed plain/5");
        assertThat(after(bridge, "TRUNCATE plainer"))
                .as("a truncation")
                .containsExactlyInAnyOrder("Removed plainer/1", "Removed plainer/20");
    }
}
