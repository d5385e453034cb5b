package dev.banyan.bridge.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.bridge.ConfiguredRun;
import dev.banyan.bridge.Printed;
import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.hub.KafkaHub;
import dev.banyan.bridge.lake.Lake;
import dev.banyan.bridge.lake.LakeFilter;
import dev.banyan.bridge.lake.LakeReader;
import dev.banyan.bridge.mapping.Mapper;
import dev.banyan.bridge.mapping.MappingFile;
import dev.banyan.bridge.source.Preflight;
import dev.banyan.bridge.source.Source;
import dev.banyan.bridge.store.BridgeStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The legacy database fails over to a standby, which has what the dead one had on its disk. */
class FailoverTest {

    private String name = "failover";

    @TempDir
    Path folder;

    /** The configuration of the bridge that {@link #run} is. */
    private Path config(String url) throws Exception {
        Files.writeString(folder.resolve("mapping.yaml"), """
                version: 1
                schema: public
                aggregates:
                  one:
                    topic: %s
                    subject: "one/{id}"
                    type: "t.{event}.v1"
                    table: one
                    key: [id]
                    fields:
                      id: {column: id, as: integer}
                      v: v
                    events:
                      - {event: Imported, when: backfill}
                      - {event: Added, when: created}
                      - {event: Removed, when: removed}
                      - {event: Changed, when: otherwise}
                """.formatted(topic()));
        return Files.writeString(folder.resolve("bridge.yaml"), """
                name: %1$s
                mapping: mapping.yaml
                source: {jdbcUrl: "%2$s", user: postgres, password: postgres, slot: slot_%1$s, publication: pub_%1$s, manage: true}
                store: {jdbcUrl: "jdbc:h2:file:./store"}
                hub: {kafka: {bootstrapServers: "%3$s"}}
                lake: {folder: lake}
                """.formatted(
                        name, url, Servers.kafka().bootstrapServers()));
    }

    private String topic() {
        return "t." + name;
    }

    private BridgeRun run(String url, Consumer<Point> watcher) throws Exception {
        var mapping = MappingFile.read(folder.resolve("mapping.yaml"));
        return new BridgeRun(
                new RunSettings(
                        name,
                        new Source(
                                url,
                                "postgres",
                                "postgres",
                                "slot_" + name,
                                "pub_" + name,
                                true,
                                List.of(new Source.Table(
                                        new TableId("public", "one"), List.of("id", "v"), List.of("id")))),
                        new BridgeStore.Settings("jdbc:h2:file:" + folder.resolve("store"), "", ""),
                        () -> new Mapper(mapping, name, null),
                        () -> new KafkaHub(
                                name,
                                new KafkaHub.Settings(
                                        Servers.kafka().bootstrapServers(), Map.of(), "/test", 1, Set.of(topic()))),
                        RunSettings.Limits.DEFAULT,
                        false,
                        Duration.ofMillis(300),
                        Duration.ofSeconds(15),
                        Duration.ofSeconds(3),
                        Preflight.Accepted.NONE,
                        new Lake.Settings(folder.resolve("lake"), "/test", 1 << 20, Duration.ofHours(1)),
                        null,
                        watcher),
                InstantSource.system());
    }

    private static CompletableFuture<BridgeRun.End> start(BridgeRun run) {
        return CompletableFuture.supplyAsync(
                () -> {
                    try {
                        return run.run();
                    } catch (InterruptedException e) {
                        throw new CompletionException(e);
                    }
                },
                work -> Thread.ofPlatform().name("bridge-failover").start(work));
    }

    private List<String> events() {
        return TopicReader.eventsOf(Servers.kafka().bootstrapServers(), topic()).stream()
                .map(event -> TestBridge.field(event.value(), "v"))
                .toList();
    }

    private List<String> eventsInLake() throws Exception {
        var events = new ArrayList<String>();
        new LakeReader(folder.resolve("lake"))
                .read(
                        LakeFilter.ALL,
                        0,
                        record -> events.add(TestBridge.field(record.event().data(), "v")));
        return events;
    }

    private static void sql(String url, String sql) throws SQLException {
        try (var connection = connect(url);
                var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static Connection connect(String url) throws SQLException {
        return DriverManager.getConnection(url, "postgres", "postgres");
    }

    @Test
    void rightAfterAPromotionItIsRefusedAndOnceAcceptedItGoesOnWithoutARepeat() throws Exception {
        Servers.kafka().createTopic(topic(), 1);
        try (var database = new MortalPostgres(folder.resolve("pgdata"), "127.0.0.1")) {
            var url = database.createDatabase("failover");
            sql(url, "CREATE TABLE one (id BIGINT PRIMARY KEY, v TEXT)");
            var config = config(url);
            var isToDie = new AtomicBoolean();
            var before = run(url, point -> {
                if (point == Point.KEPT_IN_LAKE && isToDie.get()) {
                    kill(database);
                    throw new IllegalStateException("ended between the lake and the store");
                }
            });
            var ended = start(before);
            Await.until("it streams", () -> before.progress().state() == Progress.State.STREAMING);
            sql(url, "CREATE TABLE other AS SELECT repeat('x', 1000) FROM generate_series(1, 20000)");
            sql(url, "INSERT INTO one VALUES (1, 'before')");
            Await.until("it is stored", () -> before.progress().transactions() == 1);
            isToDie.set(true);
            sql(url, "INSERT INTO one VALUES (2, 'not stored')");
            Await.until("its database is gone", () -> before.progress().state() == Progress.State.RESTARTING);
            Files.createFile(folder.resolve("pgdata").resolve("standby.signal"));
            database.start();
            Await.until(
                    "it waits for the standby", () -> before.progress().reason().contains("the server is a standby"));
            sql(url, "SELECT pg_promote()");
            sql(url, "INSERT INTO one VALUES (3, 'after')");
            assertThat(ended.get(3, TimeUnit.MINUTES)).isEqualTo(BridgeRun.End.REFUSED);
            assertThat(before.progress().reason())
                    .contains("failed over or restored: timeline 2 (expected: 1)", "--accept-timeline 2");
            try (var connection = connect(url)) {
                assertThat(MortalDatabase.awaitText(connection, "SELECT timeline_id FROM pg_control_checkpoint()"))
                        .as("the checkpoint that follows a promotion takes minutes: so much is to be written")
                        .isEqualTo("1");
            }
            assertThat(eventsInLake()).containsExactly("before", "not stored");
            try (var accepted = new BridgeThread(folder, ConfiguredRun.of(config, 2))) {
                accepted.awaitStreaming();
                Await.until("what came after it arrives", () -> events().contains("after"));
                Await.until("it is stored", () -> accepted.tells("\"transactions\":2"));
                assertThat(accepted.status()).contains("\"suppressedEvents\":1");
            }
            assertThat(events()).containsExactly("before", "not stored", "after");
            assertThat(eventsInLake()).containsExactly("before", "not stored", "after");
            assertExplained(config);
        }
    }

    @Test
    void aServerThatTakesItsPlaceBetweenTheCheckAndTheFirstRecordIsRefused() throws Exception {
        name = "switched";
        Servers.kafka().createTopic(topic(), 1);
        try (var first = new MortalPostgres(folder.resolve("first"), "127.0.0.1");
                var address = new MovingAddress()) {
            address.leadTo(first.port());
            var url = first.createDatabase(name).replaceFirst(":[0-9]+/", ":" + address.port() + "/");
            sql(url, "CREATE TABLE one (id BIGINT PRIMARY KEY, v TEXT)");
            config(url);
            var before = run(url, _ -> {});
            var ended = start(before);
            Await.until("it streams", () -> before.progress().state() == Progress.State.STREAMING);
            sql(url, "INSERT INTO one VALUES (1, 'before')");
            Await.until("it is stored", () -> before.progress().transactions() == 1);
            before.stop();
            assertThat(ended.get(3, TimeUnit.MINUTES)).isEqualTo(BridgeRun.End.STOPPED);
            first.stop();
            var copied = new ProcessBuilder(
                            "cp",
                            "-a",
                            folder.resolve("first").toString(),
                            folder.resolve("standby").toString())
                    .inheritIO()
                    .start();
            assertThat(copied.waitFor()).isZero();
            Files.createFile(folder.resolve("standby").resolve("standby.signal"));
            first.start();
            try (var standby = new MortalPostgres(folder.resolve("standby"), "127.0.0.1")) {
                var after = run(url, point -> {
                    if (point == Point.CHECKED) {
                        promote(standby, address, url);
                    }
                });
                var end = start(after);
                Await.until("it ends, or goes on with the other's", () -> end.isDone() || events().size() > 1);
                assertThat(events()).containsExactly("before");
                assertThat(end.get(3, TimeUnit.MINUTES)).isEqualTo(BridgeRun.End.REFUSED);
                assertThat(after.progress().reason()).contains("failed over or restored: timeline 2 (expected: 1)");
                assertThat(after.progress().engineStarts())
                        .as("the first was stopped at what came first")
                        .isEqualTo(2);
            }
        }
    }

    private static void promote(MortalPostgres standby, MovingAddress address, String url) {
        try {
            address.leadTo(standby.port());
            sql(url, "SELECT pg_promote()");
            sql(url, "INSERT INTO one VALUES (2, 'of the other')");
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private void assertExplained(Path config) {
        var last = TopicReader.eventsOf(Servers.kafka().bootstrapServers(), topic())
                .getLast();
        var transaction = TestBridge.header(last, "ce_txid");
        var file = config.toString();
        assertThat(Printed.of("explain", "--config", file, "--transaction", transaction)
                        .out())
                .contains("transaction " + transaction + " at 0/", ", 1 events in the lake")
                .contains("one/3: t.Added.v1, by line 15 Added, rule 'created'");
        assertThat(Printed.of("explain", "--config", file, "--transaction", transaction, "--json")
                        .out())
                .contains("\"rule\":\"created\"", "\"line\":15");
        var nothing = Printed.of("explain", "--config", file, "--transaction", "1");
        assertThat(nothing.exitCode()).isEqualTo(1);
        assertThat(nothing.err()).contains("transaction 1: no event of it in the lake");
    }

    private static void kill(MortalPostgres database) {
        try {
            database.kill();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
