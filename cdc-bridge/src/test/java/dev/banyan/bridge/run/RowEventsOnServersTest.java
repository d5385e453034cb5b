package dev.banyan.bridge.run;

import static dev.banyan.bridge.run.WholeTransactionsTest.commit;
import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.bridge.ConfiguredRun;
import dev.banyan.bridge.change.Dbms;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Events about lines beside those of their orders, on a real database: none from a backfill, one for each line from its log. */
class RowEventsOnServersTest {

    private static final int ORDERS = 20;
    private static final int LINES = 50;
    private static final int IN_MEMORY = 200;

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
                        key: [ord, no]
                        parent: [ord]
                        fields: {no: {column: no, as: integer}, sku: sku}
                        events:
                          - {event: LineAdded, when: created}
                          - {event: LineRemoved, when: removed}
                          - {event: LineChanged, when: otherwise}
                    events:
                      - {event: Imported, when: backfill}
                      - {event: Added, when: created}
                      - {event: Removed, when: removed}
                      - {event: Changed, when: otherwise}
                """.formatted(bridge.schema(), bridge.topic()));
        return config;
    }

    private static List<String> told(TestBridge bridge, String subject) {
        return bridge.events().stream()
                .filter(event -> subject.equals(TestBridge.header(event, "ce_subject")))
                .map(event -> TestBridge.header(event, "ce_type").replaceAll("t\\.|\\.v1", "") + " " + event.value())
                .toList();
    }

    private static void tables(TestBridge bridge) throws Exception {
        bridge.sql("CREATE TABLE ord (id BIGINT PRIMARY KEY)");
        bridge.sql("CREATE TABLE line (ord BIGINT, no BIGINT, sku VARCHAR(40), PRIMARY KEY (ord, no))");
        bridge.sql("INSERT INTO ord VALUES (1), (2)");
        bridge.sql("INSERT INTO line VALUES (1, 1, 'A'), (1, 2, 'B')");
    }

    @ParameterizedTest
    @EnumSource
    void eachLineIsToldOnceBeforeTheStateOfItsOrder(Dbms dbms) throws Exception {
        try (var bridge = new TestBridge(dbms, "row_events", folder)) {
            tables(bridge);
            try (var process = new BridgeThread(folder, config(bridge))) {
                process.awaitStreaming();
                Await.until(
                        "the backfill is done",
                        () -> told(bridge, "ord/1").size() == 1
                                && told(bridge, "ord/2").size() == 1);
                commit(
                        bridge,
                        "INSERT INTO line VALUES (1, 3, 'C'), (1, 4, 'none')",
                        "UPDATE line SET sku = 'D' WHERE ord = 1 AND no = 3",
                        "UPDATE line SET sku = 'b' WHERE ord = 1 AND no = 2",
                        "DELETE FROM line WHERE ord = 1 AND no IN (1, 4)");
                bridge.sql("UPDATE line SET ord = 2 WHERE ord = 1 AND no = 3");
                commit(bridge, "DELETE FROM line WHERE ord = 2", "DELETE FROM ord WHERE id = 2");
                Await.until("all is told", () -> told(bridge, "ord/2").size() == 5);
            }
            assertThat(told(bridge, "ord/1"))
                    .containsExactly(
                            "Imported {\"id\":1,\"lines\":[{\"no\":1,\"sku\":\"A\"},{\"no\":2,\"sku\":\"B\"}]}",
                            "LineRemoved {\"id\":1,\"lines\":{\"no\":1,\"deleted\":true}}",
                            "LineChanged {\"id\":1,\"lines\":{\"no\":2,\"sku\":\"b\"}}",
                            "LineAdded {\"id\":1,\"lines\":{\"no\":3,\"sku\":\"D\"}}",
                            "Changed {\"id\":1,\"lines\":[{\"no\":2,\"sku\":\"b\"},{\"no\":3,\"sku\":\"D\"}]}",
                            "LineRemoved {\"id\":1,\"lines\":{\"no\":3,\"deleted\":true}}",
                            "Changed {\"id\":1,\"lines\":[{\"no\":2,\"sku\":\"b\"}]}");
            assertThat(told(bridge, "ord/2"))
                    .containsExactly(
                            "Imported {\"id\":2,\"lines\":[]}",
                            "LineAdded {\"id\":2,\"lines\":{\"no\":3,\"sku\":\"D\"}}",
                            "Changed {\"id\":2,\"lines\":[{\"no\":3,\"sku\":\"D\"}]}",
                            "LineRemoved {\"id\":2,\"lines\":{\"no\":3,\"deleted\":true}}",
                            "Removed {\"id\":2,\"deleted\":true}");
        }
    }

    /** More rows than are mapped at once. */
    @ParameterizedTest
    @EnumSource
    void aTransactionThatGoesThroughFilesTellsEachLineOnce(Dbms dbms) throws Exception {
        try (var bridge = new TestBridge(dbms, "row_events_large", folder)) {
            tables(bridge);
            try (var process =
                    new BridgeThread(folder, ConfiguredRun.of(config(bridge), 0).inMemory(IN_MEMORY))) {
                process.awaitStreaming();
                Await.until("the backfill is done", () -> bridge.events().size() == 2);
                var series = dbms == Dbms.POSTGRESQL
                        ? "SELECT n AS seq FROM generate_series(%d, %d) AS n"
                        : "SELECT seq FROM seq_%d_to_%d";
                commit(
                        bridge,
                        "INSERT INTO line SELECT 10 + seq %% %d, seq, 'X' FROM (%s) AS s"
                                .formatted(ORDERS, series.formatted(1, ORDERS * LINES)),
                        "INSERT INTO ord SELECT seq FROM (%s) AS s".formatted(series.formatted(10, 9 + ORDERS)));
                Await.until("all is told", () -> bridge.events().size() >= 2 + ORDERS + ORDERS * LINES);
            }
            var events = bridge.events().stream()
                    .filter(event -> TestBridge.header(event, "ce_type").equals("t.LineAdded.v1"))
                    .toList();
            assertThat(events).hasSize(ORDERS * LINES);
            assertThat(new HashSet<>(events.stream()
                            .map(event -> TestBridge.header(event, "ce_id"))
                            .toList()))
                    .hasSize(ORDERS * LINES);
            for (var order = 10; order < 10 + ORDERS; order++) {
                assertThat(told(bridge, "ord/" + order))
                        .hasSize(LINES + 1)
                        .last()
                        .asString()
                        .startsWith("Added ");
            }
        }
    }
}
