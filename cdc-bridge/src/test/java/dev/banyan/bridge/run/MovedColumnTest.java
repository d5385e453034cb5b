package dev.banyan.bridge.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.bridge.Printed;
import dev.banyan.bridge.change.Dbms;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A column moves from one table of an aggregate to another, and what is written meanwhile waits for the mapping that finds it there. */
class MovedColumnTest {

    @TempDir
    Path folder;

    private Path config(TestBridge bridge, String fields, String lineFields) throws Exception {
        var config = bridge.config();
        Files.writeString(
                folder.resolve("mapping.yaml"), """
                version: 1
                schema: %s
                aggregates:
                  ord:
                    topic: %s
                    subject: ord/{id}
                    type: t.{event}.v1
                    onFault: park
                    table: ord
                    key: [id]
                    fields: {id: {column: id, as: integer}%s}
                    children:
                      lines: {table: line, key: [id], parent: [ord], fields: {no: {column: id, as: integer}%s}}
                    events:
                      - {event: Imported, when: backfill}
                      - {event: Added, when: created}
                      - {event: Removed, when: removed}
                      - {event: Changed, when: otherwise}
                """.formatted(bridge.schema(), bridge.topic(), fields, lineFields));
        Files.writeString(folder.resolve("fault.key"), "thirty-two bytes of nobody's business");
        return Files.writeString(config, Files.readString(config) + "faultKeyFile: fault.key\n");
    }

    private static List<String> told(TestBridge bridge) {
        return bridge.events().stream()
                .map(event -> TestBridge.header(event, "ce_type").replaceAll("t\\.|\\.v1", "") + " " + event.value())
                .toList();
    }

    @ParameterizedTest
    @EnumSource
    void whatIsWrittenMeanwhileHasItWhereItWentTo(Dbms dbms) throws Exception {
        try (var bridge = new TestBridge(dbms, "moved_column", folder)) {
            bridge.sql("CREATE TABLE ord (id BIGINT PRIMARY KEY, v TEXT)");
            bridge.sql("CREATE TABLE line (id BIGINT PRIMARY KEY, ord BIGINT)");
            try (var process = new BridgeThread(folder, config(bridge, ", v: v", ""))) {
                process.awaitStreaming();
                Await.until("the first backfill is done", () -> process.isWell("/health/migration"));
                bridge.sql("INSERT INTO ord VALUES (1, 'a')");
                Await.until("it is told", () -> told(bridge).size() == 1);
                bridge.sql("ALTER TABLE ord DROP COLUMN v");
                bridge.sql("ALTER TABLE line ADD v TEXT");
                WholeTransactionsTest.commit(
                        bridge, "INSERT INTO ord VALUES (2)", "INSERT INTO line VALUES (7, 2, 'b')");
                bridge.sql("UPDATE line SET v = 'c' WHERE id = 7");
                Await.until("both wait", () -> process.get("/faults", 200).contains("\"waiting\":2"));
            }
            var config = config(bridge, "", ", v: v");
            var printed = Printed.of("events", "faults", "resubmit", "--config", config.toString(), "--all", "--send");
            assertThat(printed.exitCode()).as(printed.toString()).isZero();
            assertThat(told(bridge))
                    .containsExactly(
                            "Added {\"id\":1,\"v\":\"a\",\"lines\":[]}",
                            "Added {\"id\":2,\"lines\":[{\"no\":7,\"v\":\"b\"}]}",
                            "Changed {\"id\":2,\"lines\":[{\"no\":7,\"v\":\"c\"}]}");
        }
    }
}
