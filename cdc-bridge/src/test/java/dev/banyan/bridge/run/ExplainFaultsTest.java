package dev.banyan.bridge.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.bridge.Printed;
import dev.banyan.bridge.change.Dbms;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.json.JsonMapper;

/** What explain says of aggregates that wait is what the bridge then does. */
class ExplainFaultsTest {

    @TempDir
    Path folder;

    private Path config(TestBridge bridge) throws Exception {
        var config = bridge.config();
        var mapping = folder.resolve("mapping.yaml");
        Files.writeString(
                mapping,
                Files.readString(mapping)
                        .replaceAll("(?m)^( +)topic:", "$1onFault: park\n$1topic:")
                        .replaceFirst("v: v\n", "v: {column: v, as: integer}\n"));
        Files.writeString(folder.resolve("fault.key"), "thirty-two bytes of nobody's business");
        return Files.writeString(config, Files.readString(config) + "faultKeyFile: fault.key\n");
    }

    private static List<String> told(TestBridge bridge) {
        return bridge.events().stream()
                .map(event ->
                        event.key() + ": " + TestBridge.header(event, "ce_type").replaceAll("t\\.|\\.v1", ""))
                .toList();
    }

    private static void both(TestBridge bridge, String sql) {
        bridge.sql(
                bridge.dbms == Dbms.POSTGRESQL
                        ? "DO $$ BEGIN " + sql + " END $$"
                        : "BEGIN NOT ATOMIC START TRANSACTION; " + sql + " COMMIT; END");
    }

    /** What Debezium logs in this JVM beside it, when a reader of its ends in the middle of something. */
    private static final Pattern LOGGED =
            Pattern.compile("(\\d\\d:\\d\\d:\\d\\d\\.|at |\\.\\.\\. \\d|Caused by: |[\\w.]+Exception: ).*");

    /** Each line of what explain prints, of a decision as far as its cause. */
    private static List<String> explained(Path config) {
        var ran = Printed.of("explain", "--config", config.toString());
        assertThat(ran.exitCode()).as(ran.toString()).isZero();
        return ran.out()
                .lines()
                .filter(line -> !line.startsWith("transaction ") && !line.contains(" transactions from "))
                .map(line -> line.replaceAll("(transaction|: (public|explained_faults_m)\\.one\\.v).*", "...")
                        .replaceAll("(public|explained_faults_m)\\.", "")
                        .replaceAll(", (its root|the first).*", "")
                        .strip())
                .filter(line ->
                        !line.startsWith("line ") && !LOGGED.matcher(line).matches())
                .toList();
    }

    @ParameterizedTest
    @EnumSource
    void saysWhatIsParkedWhatWaitsBehindItAndWhichTableIsPaused(Dbms dbms) throws Exception {
        try (var bridge = new TestBridge(dbms, "explained_faults", folder, "one", "two")) {
            var config = config(bridge);
            try (var process = new BridgeThread(folder, config)) {
                process.awaitStreaming();
                Await.until("the first backfill is done", () -> process.isWell("/health/migration"));
                bridge.sql("INSERT INTO one VALUES (1, '11'), (2, '12')");
                Await.until("both are told", () -> told(bridge).size() == 2);
            }
            both(bridge, "UPDATE one SET v = 'bad' WHERE id = 1; INSERT INTO two VALUES (1, 'a');");
            both(bridge, "UPDATE one SET v = '21' WHERE id = 1; UPDATE one SET v = '22' WHERE id = 2;");
            bridge.sql("ALTER TABLE one RENAME COLUMN v TO w");
            both(bridge, "INSERT INTO one VALUES (3, '13'); INSERT INTO two VALUES (2, 'b');");

            for (var attempt = 0; attempt < 2; attempt++) {
                assertThat(explained(config))
                        .containsExactly(
                                "one/1: no event, parked: ...",
                                "two/1: Added",
                                "one/1: no event, parked: behind what waits of it",
                                "one/2: Changed",
                                "the bridge pauses one with all of one...",
                                "one: no event, parked: 1 changes, with all of one, which a table pauses",
                                "two/2: Added");
            }
            var json = Printed.of("explain", "--config", config.toString(), "--json")
                    .out()
                    .lines()
                    .filter(line -> line.startsWith("{"))
                    .toList();
            assertThat(json).hasSize(4);
            assertThat(JsonMapper.shared()
                            .readTree(json.getFirst())
                            .at("/decisions/0/fault")
                            .asString())
                    .isEqualTo("parked");
            assertThat(JsonMapper.shared().readTree(json.get(2)).at("/pauses").asString())
                    .isEqualTo(bridge.schema() + ".one");

            try (var process = new BridgeThread(folder, config)) {
                process.awaitStreaming();
                Await.until("what passes is told", () -> told(bridge).size() == 5);
                Await.until("the rest waits", () -> process.tells("\"waitingAggregates\":2"));
            }
            assertThat(told(bridge).subList(2, 5)).containsExactly("two/1: Added", "one/2: Changed", "two/2: Added");

            both(bridge, "UPDATE one SET w = '31' WHERE id = 3; UPDATE two SET v = 'c' WHERE id = 2;");
            assertThat(explained(config))
                    .as("it is paused from the start")
                    .containsExactly(
                            "one: no event, parked: 1 changes, with all of one, which a table pauses",
                            "two/2: Changed");
        }
    }
}
