package dev.banyan.bridge.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.bridge.Printed;
import dev.banyan.bridge.change.Dbms;
import dev.banyan.bridge.doctor.ColumnChecks;
import dev.banyan.bridge.mapping.Mapper;
import dev.banyan.bridge.mapping.MappingFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A used column that is renamed, retyped or dropped has its table wait with all that shares something with it or, without a key to encrypt what waits, stops the bridge. */
class ShapeChangeTest {

    private static final String MAPPING = """
            version: 1
            schema: SCHEMA
            transactions:
              - {event: Sold, topic: TOPIC, type: "{event}.v1", all: [OrderAdded, StockChanged], none: [StockAdded]}
            aggregates:
            """;

    /** An aggregate of a table with columns id and v. */
    private static final String AGGREGATE = """
              NAME:
                topic: TOPIC
                subject: NAME/{id}
                type: "{event}.v1"
                table: TABLE
                key: [id]
                onFault: ON_FAULT
                fields: {id: {column: id, as: integer}VALUE}CHILDREN
                events:
                  - {event: EVENTImported, when: backfill}
                  - {event: EVENTAdded, when: created}
                  - {event: EVENTRemoved, when: removed}
                  - {event: EVENTChanged, when: otherwise}
            """;

    @TempDir
    Path folder;

    /** Lets the bridge read {@code column} as an {@code as}, as its files say then. */
    private Path maps(TestBridge bridge, String column, String as) throws Exception {
        var config = bridge.config();
        var file = folder.resolve("mapping.yaml");
        Files.writeString(
                file, Files.readString(file).replace("v: v\n", "v: {column: " + column + ", as: " + as + "}\n"));
        var mapping = MappingFile.read(file);
        bridge.mapper = new Mapper(mapping, bridge.name, null);
        bridge.columns = List.of("id", column);
        bridge.fit =
                ColumnChecks.fit(mapping, bridge.source().tables().getFirst().id());
        return config;
    }

    private static void assertStopsBehind(TestBridge bridge, int last, String reason) throws Exception {
        assertThat(bridge.join()).isEqualTo(BridgeRun.End.REFUSED);
        assertThat(bridge.progress().reason())
                .contains("the table has changed: ", reason, "nothing was skipped", "With a faultKeyFile");
        assertThat(changes(bridge).getLast().key()).isEqualTo("one/" + last);
    }

    /** The events of what was written: a backfill, which a column that is new in the mapping asks for, tells of rows at any time. */
    private static List<ConsumerRecord<String, String>> changes(TestBridge bridge) {
        return bridge.events().stream()
                .filter(event -> !TestBridge.header(event, "ce_type").equals("t.Imported.v1"))
                .toList();
    }

    private static void goesOnTo(TestBridge bridge, int last) throws Exception {
        bridge.start();
        Await.until("it goes on", () -> changes(bridge).getLast().key().equals("one/" + last));
    }

    @ParameterizedTest
    @EnumSource
    void withoutAKeyForWhatWaitsItStopsTheBridgeUntilTheMappingIsMended(Dbms dbms) throws Exception {
        try (var bridge = new TestBridge(dbms, "reshaped", folder, "one")) {
            maps(bridge, "v", "integer");
            bridge.start();
            bridge.sql("INSERT INTO one VALUES (1, '11')");
            bridge.sql("ALTER TABLE one ADD more INTEGER, ALTER v SET DEFAULT '7'"); // nothing that the mapping reads
            bridge.sql("INSERT INTO one VALUES (2, '12', 0)");
            bridge.sql("ALTER TABLE one RENAME COLUMN v TO w");
            bridge.sql("INSERT INTO one VALUES (3, '13', 0)");
            assertStopsBehind(bridge, 2, "one.v: not there from this row on (expected: every column");

            var doctor = Printed.of(
                    "doctor", "--config", maps(bridge, "v", "integer").toString());
            assertThat(doctor.out()).contains("FAIL table ", "one: no column v", "WARN faultKeyFile: none");
            bridge.launch();
            assertStopsBehind(bridge, 2, "one.v: not there from this row on");
            maps(bridge, "w", "integer");
            goesOnTo(bridge, 3);

            bridge.sql("INSERT INTO one VALUES (4, '14', 0)");
            bridge.sql("ALTER TABLE one "
                    + (dbms == Dbms.MARIADB ? "MODIFY w DOUBLE" : "ALTER w DROP DEFAULT, ALTER w TYPE float8 USING 0"));
            bridge.sql("INSERT INTO one VALUES (5, NULL, 0)");
            assertStopsBehind(bridge, 4, "one.w: double precision from this row on (expected: an integer type)");
            maps(bridge, "w", "decimal");
            goesOnTo(bridge, 5);

            bridge.sql("ALTER TABLE one DROP COLUMN w");
            bridge.sql("DELETE FROM one WHERE id = 1");
            assertStopsBehind(bridge, 5, "one.w: not there from this row on");
            maps(bridge, "more", "integer");
            goesOnTo(bridge, 1);
            assertThat(bridge.repeatedIds()).isEmpty();
            assertThat(changes(bridge))
                    .extracting(ConsumerRecord::value)
                    .containsExactly(
                            "{\"id\":1,\"v\":11}",
                            "{\"id\":2,\"v\":12}",
                            "{\"id\":3,\"v\":13}",
                            "{\"id\":4,\"v\":14}",
                            "{\"id\":5,\"v\":null}",
                            "{\"id\":1,\"deleted\":true}");
        }
    }

    private static String aggregate(String name, String table, String onFault, String value, String children) {
        return AGGREGATE
                .replace("NAME", name)
                .replace("TABLE", table)
                .replace("ON_FAULT", onFault)
                .replace("VALUE", value)
                .replace("CHILDREN", children)
                .replace("EVENT", name.substring(0, 1).toUpperCase(Locale.ROOT) + name.substring(1))
                .indent(2);
    }

    /** Orders with lines that are an aggregate besides, stock that orders are sold from, and two that have nothing to do with them. */
    private Path shares(TestBridge bridge, String column) throws Exception {
        var config = bridge.config();
        var value = ", v: {column: " + column + ", as: integer}";
        var lines = "{lines: {table: line, key: [id], parent: [ord], fields: {no: {column: id, as: integer}" + value
                + "}}}";
        var mapping = MAPPING
                + aggregate("order", "ord", "halt", "", "\n    children: " + lines)
                + aggregate("line", "line", "halt", value, "")
                + aggregate("stock", "stk", "halt", ", v: v", "")
                + aggregate("note", "note", "{skip: nobody needs it}", value, "")
                + aggregate("other", "two", "halt", ", v: v", "");
        Files.writeString(
                folder.resolve("mapping.yaml"),
                mapping.replace("SCHEMA", bridge.schema()).replace("TOPIC", bridge.topic()));
        Files.writeString(folder.resolve("fault.key"), "thirty-two bytes of nobody's business");
        return Files.writeString(config, Files.readString(config) + "faultKeyFile: fault.key\n");
    }

    private static List<String> told(TestBridge bridge) {
        return changes(bridge).stream()
                .map(event -> TestBridge.header(event, "ce_type").replace(".v1", "") + " " + event.value())
                .filter(event -> !event.contains("Imported "))
                .toList();
    }

    @ParameterizedTest
    @EnumSource
    void whateverOnFaultSaysAllThatSharesTablesOrRulesWithItWaitsInOrderAndTheRestGoesOn(Dbms dbms) throws Exception {
        try (var bridge = new TestBridge(dbms, "reshaped_shared", folder, "stk", "note", "two")) {
            bridge.sql("CREATE TABLE ord (id BIGINT PRIMARY KEY)");
            bridge.sql("CREATE TABLE line (id BIGINT PRIMARY KEY, ord BIGINT, v TEXT)");
            try (var process = new BridgeThread(folder, shares(bridge, "v"))) {
                process.awaitStreaming();
                bridge.sql("INSERT INTO stk VALUES (1, 'ten')");
                bridge.sql("ALTER TABLE line RENAME COLUMN v TO w");
                bridge.sql("ALTER TABLE note RENAME COLUMN v TO w");
                WholeTransactionsTest.commit(
                        bridge,
                        "INSERT INTO two VALUES (1, 'a')",
                        "INSERT INTO ord VALUES (1)",
                        "INSERT INTO line VALUES (7, 1, '3')",
                        "UPDATE stk SET v = 'seven' WHERE id = 1");
                bridge.sql("UPDATE stk SET v = 'six' WHERE id = 1");
                bridge.sql("INSERT INTO note VALUES (1, '8')");
                bridge.sql("INSERT INTO two VALUES (2, 'b')");
                Await.until("what shares nothing passes", () -> told(bridge)
                        .equals(List.of(
                                "StockAdded {\"id\":1,\"v\":\"ten\"}",
                                "OtherAdded {\"id\":1,\"v\":\"a\"}",
                                "OtherAdded {\"id\":2,\"v\":\"b\"}")));
                assertThat(process.get("/faults", 200))
                        .contains("\"aggregate\":\"line+order+stock\"", "\"waiting\":2")
                        .contains("\"aggregate\":\"note\"", "\"waiting\":1");
            }
            var config = shares(bridge, "w");
            var printed = Printed.of("events", "faults", "resubmit", "--config", config.toString(), "--all", "--send");
            assertThat(printed.exitCode()).as(printed.toString()).isZero();
            var others = told(bridge).subList(3, 9);
            assertThat(others.stream().filter(event -> !event.startsWith("Note")))
                    .satisfiesExactly(
                            event ->
                                    assertThat(event).isEqualTo("OrderAdded {\"id\":1,\"lines\":[{\"no\":7,\"v\":3}]}"),
                            event -> assertThat(event).isEqualTo("LineAdded {\"id\":7,\"v\":3}"),
                            event -> assertThat(event).isEqualTo("StockChanged {\"id\":1,\"v\":\"seven\"}"),
                            event -> assertThat(event).startsWith("Sold {\"count\":2,"),
                            event -> assertThat(event).isEqualTo("StockChanged {\"id\":1,\"v\":\"six\"}"));
            assertThat(others).contains("NoteAdded {\"id\":1,\"v\":8}");

            try (var process = new BridgeThread(folder, config)) {
                process.awaitStreaming();
                bridge.sql("UPDATE line SET w = '4' WHERE id = 7");
                Await.until("it goes on", () -> told(bridge).size() == 11);
                assertThat(process.status()).contains("\"pausedTables\":[]");
            }
            assertThat(told(bridge).subList(9, 11))
                    .containsExactlyInAnyOrder(
                            "OrderChanged {\"id\":1,\"lines\":[{\"no\":7,\"v\":4}]}", "LineChanged {\"id\":7,\"v\":4}");
            assertThat(bridge.repeatedIds()).isEmpty();
        }
    }
}
