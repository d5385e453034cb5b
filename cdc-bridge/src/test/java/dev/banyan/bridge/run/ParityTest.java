package dev.banyan.bridge.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.bridge.Printed;
import dev.banyan.bridge.change.Dbms;
import dev.banyan.bridge.change.Row;
import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.store.BridgeStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Rows of the legacy database beside what is remembered of them: what differs is found, and nothing else. */
class ParityTest {

    private static final int ROWS = 3_000;
    private static final int CHUNK_ROWS = 2_048;

    @TempDir
    Path folder;

    private static Printed parity(Path config, String... arguments) {
        var all = new ArrayList<>(List.of("parity"));
        all.addAll(List.of(arguments));
        all.addAll(List.of("--config", config.toString()));
        return Printed.of(all.toArray(String[]::new));
    }

    private static JsonNode run(RunningBridge bridge, int number) throws Exception {
        return JsonMapper.shared().readTree(bridge.status()).path("parity").path(number);
    }

    private static JsonNode ended(RunningBridge bridge, int number) throws Exception {
        Await.until(
                "run " + number + " is done",
                () -> run(bridge, number).path("state").asString().equals("done"));
        return run(bridge, number);
    }

    /** What was found of a table, without the rows. */
    private static String counts(JsonNode run, int table) {
        var of = run.path("tables").path(table);
        return of.path("compared").asLong() + " compared, " + of.path("missing").asLong() + " missing, "
                + of.path("altered").asLong() + " altered " + of.path("columns") + ", "
                + of.path("gone").asLong() + " gone, " + of.path("waiting").asLong() + " waiting";
    }

    private static List<String> found(JsonNode run, int table) {
        return run.path("tables")
                .path(table)
                .path("found")
                .valueStream()
                .map(row -> row.path("fate").asString() + " " + row.path("key").asString())
                .sorted()
                .toList();
    }

    private static long imported(TestBridge bridge) {
        return bridge.events().stream()
                .filter(event -> TestBridge.header(event, "ce_type").contains("Imported"))
                .count();
    }

    /** A table {@code one} with redacted columns; of {@code two} a value may have no answer. */
    private Path config(TestBridge bridge) throws Exception {
        bridge.sql("ALTER TABLE one ADD mail TEXT, ADD card TEXT, ADD tel TEXT");
        bridge.sql("INSERT INTO one SELECT g, 'old', 'mail', 'card', 'tel' FROM " + bridge.series(1, ROWS));
        bridge.sql("INSERT INTO two SELECT g, '1' FROM " + bridge.series(1, 10));
        var config = bridge.config();
        var mapping = folder.resolve("mapping.yaml");
        var text = Files.readString(mapping);
        var two = text.indexOf(" two:");
        Files.writeString(
                mapping,
                text.substring(0, two).replaceAll("(?m)^( +)v: v$", """
                        $1v: v
                        $1mail: {column: mail, as: hash}
                        $1card: {column: card, as: encrypt}
                        $1tel: {column: tel, as: token}""")
                        + text.substring(two)
                                .replace("v: v", "v: {column: v, as: integer}")
                                .replaceAll("(?m)^( +)topic:", "$1onFault: park\n$1topic:"));
        Files.writeString(folder.resolve("fault.key"), "thirty-two bytes of nobody's business");
        Files.writeString(folder.resolve("hash.key"), "thirty-two bytes of somebody else's");
        Printed.of("keys", "create", folder.resolve("encrypt.keys").toString());
        return Files.writeString(config, Files.readString(config) + """
                heartbeatMillis: 200
                faultKeyFile: fault.key
                hashKeyFile: hash.key
                keys: {encrypt: {file: encrypt.keys}}
                """);
    }

    private static void awaitBackfilled(RunningBridge bridge) throws Exception {
        bridge.awaitStreaming();
        Await.until("all is read", () -> bridge.get("/backfills", 200).contains("\"state\":\"done\""));
    }

    /** An application that writes all the time, but for some rows. */
    private static final class Application implements AutoCloseable {

        private final AtomicBoolean isOver = new AtomicBoolean();
        private final Thread thread;
        private volatile @Nullable SQLException failure;

        Application(TestBridge bridge) {
            thread = Thread.ofPlatform().start(() -> {
                try (var connection = bridge.connect();
                        var statement = connection.createStatement()) {
                    for (var n = 0; !isOver.get(); n++) {
                        var id = 10 + 3 * (n * 37 % 990);
                        statement.execute("UPDATE one SET mail = 'm" + n + "', card = 'c" + n + "' WHERE id = " + id);
                        statement.execute("DELETE FROM one WHERE id = " + (id + 1));
                        statement.execute("INSERT INTO one VALUES (" + (id + 1) + ", 'new', 'm', 'c', 't" + n + "')");
                        statement.execute("UPDATE one SET id = -id WHERE id IN (" + (id + 2) + ", " + -(id + 2) + ")");
                    }
                } catch (SQLException e) {
                    failure = e;
                }
            });
        }

        @Override
        public void close() {
            isOver.set(true);
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            assertThat((Throwable) failure).isNull();
        }
    }

    @Test
    void whatIsWrittenPastTheLogIsFoundAndNothingElseWhileTheApplicationWritesOn() throws Exception {
        var store = "parity_store";
        Servers.postgres().createDatabase(store);
        try (var bridge = new TestBridge(Dbms.MARIADB, "parity", folder, "one", "two")) {
            bridge.store = new BridgeStore.Settings(Servers.postgres().jdbcUrl(store), "postgres", "postgres");
            var config = config(bridge);
            Files.writeString(
                    config,
                    Files.readString(config).replaceAll("(store: .*)\\}", "$1, user: postgres, password: postgres}"));
            try (var running = new BridgeThread(folder, config)) {
                awaitBackfilled(running);
                assertThat(running.get("/parity", 503)).contains("were never compared", "parity start");
                var before = imported(bridge);
                try (var _ = new Application(bridge)) {
                    assertThat(parity(config, "start").out()).contains("parity-", "so far");
                    var first = ended(running, 0);
                    assertThat(first.path("differing").asLong())
                            .as(first.toString())
                            .isZero();
                    assertThat(first.path("compared").asLong()).isPositive();

                    pastTheLog(bridge);
                    parity(config, "start", "one");
                    var second = ended(running, 1);
                    assertThat(found(second, 0))
                            .as(second.toString())
                            .containsExactly("altered 7", "gone 9", "missing 5001");
                    assertThat(second.path("tables").path(0).path("columns").toString())
                            .isEqualTo("{\"card\":1,\"mail\":1,\"tel\":1,\"v\":1}");
                }
                assertThat(running.get("/parity", 200))
                        .matches(
                                "\\{\"compared\":\\d+,\"differing\":3,\"at\":\"20\\d\\d-[-0-9:.T]+Z\",\"waiting\":0,\"changed\":\\d+}");
                Await.until("the numbers tell", () -> running.get("/metrics", 200)
                        .contains("banyan_bridge_parity_differing{bridge=\"parity_m\"} 3.0"));
                assertThat(running.status()).contains("\"parity\":[{\"id\":\"parity-", "\"gone\":1");
                assertThat(running.log()).contains("one 7 is altered in ").doesNotContain("elsewhere");
                assertThat(imported(bridge)).as("nothing is told").isEqualTo(before);
                assertThat(parity(config, "ls").out())
                        .contains(
                                " 3 of ",
                                "        gone: 9\n",
                                "to make it good: ./banyan bridge resync --config FILE --table parity_m.one");
                assertThat(Printed.of("backfill", "ls", "--config", config.toString())
                                .out())
                        .doesNotContain("parity-");
            }
        }
    }

    /** As who loads data without the log. */
    private static void pastTheLog(TestBridge bridge) throws SQLException {
        try (var connection = bridge.connect();
                var statement = connection.createStatement()) {
            statement.execute("SET sql_log_bin = 0");
            statement.execute(
                    "UPDATE one SET v = 'x', mail = 'elsewhere', card = 'elsewhere', tel = 'elsewhere' WHERE id = 7");
            statement.execute("DELETE FROM one WHERE id = 9");
            statement.execute("INSERT INTO one VALUES (5001, 'new', 'm', 'c', 't')");
        }
    }

    @Test
    void eachRowCountsOnceThroughAKillAndWhatWaitsIsNotTakenToDiffer() throws Exception {
        try (var bridge = new TestBridge("parity", folder, "one", "two")) {
            var config = config(bridge);
            try (var running = new BridgeThread(folder, config)) {
                awaitBackfilled(running);
                bridge.sql("INSERT INTO two VALUES (11, 'no number')");
                bridge.sql("DELETE FROM two WHERE id = 3");
                Await.until("one waits, one is told", () -> running.tells("\"waitingAggregates\":1", "\"rows\":2"));
            }
            var told = bridge.events().size();
            forge(bridge);
            closeLater(bridge);
            try (var gate = bridge.connect();
                    var statement = gate.createStatement();
                    var process = new BridgeProcess(folder, config)) {
                statement.execute("SELECT pg_advisory_lock(2)");
                process.awaitStreaming();
                assertThat(parity(config, "start").exitCode()).isZero();
                Await.until(
                        "a chunk is compared, and the next is held up",
                        () -> run(process, 0).path("rowsRead").asLong() >= CHUNK_ROWS);
                process.kill();
            }
            bridge.sql("DROP TRIGGER later ON banyan.signal");
            try (var running = new BridgeThread(folder, config)) {
                running.awaitStreaming();
                var run = ended(running, 0);
                assertThat(counts(run, 0)).isEqualTo("3001 compared, 0 missing, 0 altered {}, 1 gone, 0 waiting");
                assertThat(counts(run, 1)).isEqualTo("9 compared, 1 missing, 1 altered {\"v\":1}, 0 gone, 1 waiting");
                assertThat(found(run, 0)).containsExactly("gone 9000");
                assertThat(found(run, 1)).containsExactly("altered 5", "missing 4");
                assertThat(run.path("cures").toString())
                        .isEqualTo(
                                "[\"./banyan bridge resync --config FILE --table public.one\",\"./banyan bridge backfill start --config FILE public.two\"]");
                bridge.sql("INSERT INTO two VALUES (12, '12')");
                Await.until("the log goes on", () -> bridge.events().size() > told);
                assertThat(bridge.events()).as("nothing else is told").hasSize(told + 1);
            }
        }
    }

    /** From now on a chunk is closed when nobody else has the lock of its number. */
    private static void closeLater(TestBridge bridge) {
        bridge.sql("CREATE SEQUENCE closed");
        bridge.sql("""
                CREATE FUNCTION close_later() RETURNS trigger LANGUAGE plpgsql AS
                'BEGIN PERFORM pg_advisory_xact_lock_shared(nextval(''closed'')); RETURN OLD; END'""");
        bridge.sql("CREATE TRIGGER later BEFORE DELETE ON banyan.signal FOR EACH ROW EXECUTE FUNCTION close_later()");
    }

    /** Changes what a stopped bridge remembers. */
    private static void forge(TestBridge bridge) {
        var one = new TableId("public", "one");
        var two = new TableId("public", "two");
        try (var store =
                BridgeStore.open(bridge.store, bridge.name, "test", Duration.ofSeconds(3), InstantSource.system())) {
            assertThat(store.tryLease()).isTrue();
            try (var session = store.session()) {
                var images = session.images();
                var copy = new HashMap<>(
                        Objects.requireNonNull(images.get(one, List.of(1L))).values());
                copy.put("id", 9000L);
                images.put(one, List.of(9000L), new Row(copy), List.of());
                images.remove(two, List.of(4L));
                var other = new HashMap<>(
                        Objects.requireNonNull(images.get(two, List.of(5L))).values());
                other.put("v", "6");
                images.put(two, List.of(5L), new Row(other), List.of());
                session.commit(store.position().orElseThrow());
            }
            store.releaseLease();
        }
    }
}
