package dev.banyan.bridge.run;

import static dev.banyan.bridge.run.WholeTransactionsTest.commit;
import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.bridge.Printed;
import dev.banyan.bridge.change.Dbms;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Orders, lines and options that name their line alone, on a real database: from a backfill and from its log. */
class NestedListsOnServersTest {

    @TempDir
    Path folder;

    private Path config(TestBridge bridge) throws Exception {
        var config = bridge.config();
        Files.writeString(folder.resolve("mapping.yaml"), """
                version: 1
                schema: %s
                aggregates:
                  ord:
                    topic: %s
                    subject: ord/{id}
                    type: t.{event}.v1
                    table: ord
                    key: [id]
                    fields: {id: {column: id, as: integer}}
                    children:
                      lines:
                        table: line
                        key: [id]
                        parent: [ord]
                        fields: {id: {column: id, as: integer}}
                        children:
                          options: {table: opt, key: [id], parent: [line], fields: {name: name}}
                    events:
                      - {event: Imported, when: backfill}
                      - {event: Added, when: created}
                      - {event: Removed, when: removed}
                      - {event: Changed, when: otherwise}
                """.formatted(bridge.schema(), bridge.topic()));
        return config;
    }

    /** The same with events about options, whose name is {@code name}, and orders that wait. */
    private Path parkingConfig(TestBridge bridge, String name) throws Exception {
        var config = config(bridge);
        var mapping = folder.resolve("mapping.yaml");
        Files.writeString(
                mapping,
                Files.readString(mapping)
                        .replace(
                                "fields: {name: name}}",
                                "fields: {id: {column: id, as: integer}, name: " + name + "}, events: "
                                        + "[{event: OptionAdded, when: created}, {event: OptionRemoved, when: removed}]}")
                        .replaceAll("(?m)^( +)topic:", "$1onFault: park\n$1topic:"));
        Files.writeString(folder.resolve("fault.key"), "thirty-two bytes of nobody's business");
        return Files.writeString(config, Files.readString(config) + "faultKeyFile: fault.key\n");
    }

    private static List<String> told(TestBridge bridge, String subject) {
        return bridge.events().stream()
                .filter(event -> event.key().equals(subject))
                .map(event -> TestBridge.header(event, "ce_type").replaceAll("t\\.|\\.v1", "") + " " + event.value())
                .toList();
    }

    private static List<String> told(TestBridge bridge) {
        return bridge.events().stream()
                .map(event -> TestBridge.header(event, "ce_type").replaceAll("t\\.|\\.v1", "") + " " + event.value())
                .toList();
    }

    @ParameterizedTest
    @EnumSource
    void anOptionIsToldWithTheOrderOfItsLine(Dbms dbms) throws Exception {
        try (var bridge = new TestBridge(dbms, "nested_lists", folder)) {
            bridge.sql("CREATE TABLE ord (id BIGINT PRIMARY KEY)");
            bridge.sql("CREATE TABLE line (id BIGINT PRIMARY KEY, ord BIGINT)");
            bridge.sql("CREATE TABLE opt (id BIGINT PRIMARY KEY, line BIGINT, name TEXT)");
            bridge.sql("INSERT INTO ord VALUES (1), (2)");
            bridge.sql("INSERT INTO line VALUES (11, 1)");
            bridge.sql("INSERT INTO opt VALUES (111, 11, 'gift')");
            try (var process = new BridgeThread(folder, config(bridge))) {
                process.awaitStreaming();
                Await.until("the backfill is done", () -> told(bridge).size() == 2);
                bridge.sql("UPDATE line SET ord = 2 WHERE id = 11");
                bridge.sql("UPDATE opt SET name = 'card' WHERE id = 111");
                commit(
                        bridge,
                        "INSERT INTO opt VALUES (121, 12, 'none'), (122, 12, 'engraved')",
                        "DELETE FROM opt WHERE id = 121",
                        "INSERT INTO line VALUES (12, 1)");
                bridge.sql("INSERT INTO opt VALUES (131, 13, 'early')");
                bridge.sql("INSERT INTO line VALUES (13, 1)");
                bridge.sql("UPDATE opt SET line = 13 WHERE id = 122");
                bridge.sql("DELETE FROM line WHERE id = 13");
                bridge.sql("DELETE FROM opt WHERE id = 111");
                Await.until("all is told", () -> told(bridge).size() == 10);
            }
            var two = "{\"id\":2,\"lines\":";
            var one = "{\"id\":1,\"lines\":";
            var twelve = "{\"id\":12,\"options\":[";
            var thirteen = "{\"id\":13,\"options\":[";
            assertThat(told(bridge))
                    .containsExactlyInAnyOrder(
                            "Imported " + one + "[{\"id\":11,\"options\":[{\"name\":\"gift\"}]}]}",
                            "Imported " + two + "[]}",
                            "Changed " + one + "[]}",
                            "Changed " + two + "[{\"id\":11,\"options\":[{\"name\":\"gift\"}]}]}",
                            "Changed " + two + "[{\"id\":11,\"options\":[{\"name\":\"card\"}]}]}",
                            "Changed " + one + "[" + twelve + "{\"name\":\"engraved\"}]}]}",
                            "Changed " + one + "[" + twelve + "{\"name\":\"engraved\"}]}," + thirteen
                                    + "{\"name\":\"early\"}]}]}",
                            "Changed " + one + "[" + twelve + "]}," + thirteen
                                    + "{\"name\":\"engraved\"},{\"name\":\"early\"}]}]}",
                            "Changed " + one + "[" + twelve + "]}]}",
                            "Changed " + two + "[{\"id\":11,\"options\":[]}]}");
        }
    }

    /** Line 13 is known to nobody while its order waits, and takes order 2 with it when it moves there. */
    @ParameterizedTest
    @EnumSource
    void whatWaitsForAnOptionWaitsThroughAKillAndIsSentInOrderOnceMended(Dbms dbms) throws Exception {
        try (var bridge = new TestBridge(dbms, "nested_parked", folder)) {
            bridge.sql("CREATE TABLE ord (id BIGINT PRIMARY KEY)");
            bridge.sql("CREATE TABLE line (id BIGINT PRIMARY KEY, ord BIGINT)");
            bridge.sql("CREATE TABLE opt (id BIGINT PRIMARY KEY, line BIGINT, name TEXT)");
            var config = parkingConfig(bridge, "{column: name, as: integer}");
            try (var process = new BridgeProcess(folder, config)) {
                process.awaitStreaming();
                commit(bridge, "INSERT INTO ord VALUES (1), (2)", "INSERT INTO line VALUES (11, 1), (12, 2)");
                bridge.sql("INSERT INTO opt VALUES (111, 11, 'gift')");
                bridge.sql("INSERT INTO line VALUES (13, 1)");
                bridge.sql("INSERT INTO opt VALUES (131, 13, '3')");
                bridge.sql("INSERT INTO opt VALUES (121, 12, '5')");
                bridge.sql("UPDATE line SET ord = 2 WHERE id = 13");
                bridge.sql("DELETE FROM opt WHERE id = 131");
                Await.until("five parts wait", () -> FaultsTest.parked(process) == 5);
                process.kill();
            }
            try (var process = new BridgeThread(folder, config)) {
                process.awaitStreaming();
                bridge.sql("INSERT INTO opt VALUES (122, 12, '6')");
                bridge.sql("INSERT INTO ord VALUES (3)");
                Await.until("another order passes", () -> told(bridge, "ord/3").size() == 1);
                Await.until("six parts wait", () -> FaultsTest.parked(process) == 6);
            }
            var twelve = "{\"id\":12,\"options\":[";
            var addedTwo = "Added {\"id\":2,\"lines\":[" + twelve + "]}]}";
            var five = "OptionAdded {\"id\":2,\"lines\":{\"id\":12,\"options\":{\"id\":121,\"name\":5}}}";
            var changedTwo = "Changed {\"id\":2,\"lines\":[" + twelve + "{\"id\":121,\"name\":5}]}]}";
            assertThat(told(bridge, "ord/1"))
                    .containsExactly("Added {\"id\":1,\"lines\":[{\"id\":11,\"options\":[]}]}");
            assertThat(told(bridge, "ord/2")).containsExactly(addedTwo, five, changedTwo);

            parkingConfig(bridge, "name");
            var sent = Printed.of("events", "faults", "resubmit", "--config", config.toString(), "--all", "--send");
            assertThat(sent.exitCode()).as(sent.toString()).isZero();
            Await.until("all is told", () -> told(bridge, "ord/2").size() == 9);

            var eleven = "{\"id\":11,\"options\":[{\"id\":111,\"name\":\"gift\"}]}";
            var thirteen = "{\"id\":13,\"options\":[";
            var three = "{\"id\":131,\"name\":\"3\"}";
            assertThat(told(bridge, "ord/1"))
                    .containsExactly(
                            "Added {\"id\":1,\"lines\":[{\"id\":11,\"options\":[]}]}",
                            "OptionAdded {\"id\":1,\"lines\":{\"id\":11,\"options\":{\"id\":111,\"name\":\"gift\"}}}",
                            "Changed {\"id\":1,\"lines\":[" + eleven + "]}",
                            "Changed {\"id\":1,\"lines\":[" + eleven + "," + thirteen + "]}]}",
                            "OptionAdded {\"id\":1,\"lines\":{\"id\":13,\"options\":" + three + "}}",
                            "Changed {\"id\":1,\"lines\":[" + eleven + "," + thirteen + three + "]}]}",
                            "OptionRemoved {\"id\":1,\"lines\":{\"id\":13,\"options\":{\"id\":131,\"deleted\":true}}}",
                            "Changed {\"id\":1,\"lines\":[" + eleven + "]}");
            var was = "Changed {\"id\":2,\"lines\":[" + twelve + "{\"id\":121,\"name\":\"5\"}";
            assertThat(told(bridge, "ord/2"))
                    .containsExactly(
                            addedTwo,
                            five,
                            changedTwo,
                            "OptionAdded {\"id\":2,\"lines\":{\"id\":13,\"options\":" + three + "}}",
                            was + "]}," + thirteen + three + "]}]}",
                            "OptionRemoved {\"id\":2,\"lines\":{\"id\":13,\"options\":{\"id\":131,\"deleted\":true}}}",
                            was + "]}," + thirteen + "]}]}",
                            "OptionAdded {\"id\":2,\"lines\":{\"id\":12,\"options\":{\"id\":122,\"name\":\"6\"}}}",
                            was + ",{\"id\":122,\"name\":\"6\"}]}," + thirteen + "]}]}");
            assertThat(bridge.repeatedIds()).isEmpty();
        }
    }
}
