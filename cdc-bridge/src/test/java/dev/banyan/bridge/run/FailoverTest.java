package dev.banyan.bridge.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.bridge.Printed;
import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.hub.KafkaHub;
import dev.banyan.bridge.lake.Lake;
import dev.banyan.bridge.lake.LakeFilter;
import dev.banyan.bridge.lake.LakeReader;
import dev.banyan.bridge.mapping.Mapper;
import dev.banyan.bridge.mapping.MappingFile;
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

    private static final String TOPIC = "t.failover";

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
                """.formatted(TOPIC));
        return Files.writeString(folder.resolve("bridge.yaml"), """
                name: failover
                mapping: mapping.yaml
                source: {jdbcUrl: "%s", user: postgres, password: postgres, slot: slot_failover, publication: pub_failover, manage: true}
                store: {jdbcUrl: "jdbc:h2:file:./store"}
                hub: {kafka: {bootstrapServers: "%s"}}
                lake: {folder: lake}
                """.formatted(
                        url, Servers.kafka().bootstrapServers()));
    }

    private BridgeRun run(String url, Consumer<Point> watcher) throws Exception {
        var mapping = MappingFile.read(folder.resolve("mapping.yaml"));
        return new BridgeRun(
                new RunSettings(
                        "failover",
                        new Source(
                                url,
                                "postgres",
                                "postgres",
                                "slot_failover",
                                "pub_failover",
                                true,
                                List.of(new Source.Table(
                                        new TableId("public", "one"), List.of("id", "v"), List.of("id")))),
                        new BridgeStore.Settings("jdbc:h2:file:" + folder.resolve("store"), "", ""),
                        () -> new Mapper(mapping, "failover", null),
                        () -> new KafkaHub(
                                "failover",
                                new KafkaHub.Settings(
                                        Servers.kafka().bootstrapServers(), Map.of(), "/test", 1, Set.of(TOPIC))),
                        RunSettings.Limits.DEFAULT,
                        false,
                        Duration.ofMillis(300),
                        Duration.ofSeconds(15),
                        Duration.ofSeconds(3),
                        0,
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

    private static List<String> events() {
        return TopicReader.eventsOf(Servers.kafka().bootstrapServers(), TOPIC).stream()
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
        Servers.kafka().createTopic(TOPIC, 1);
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
            try (var accepted = new BridgeProcess(folder, config, List.of("--accept-timeline", "2"))) {
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

    private static void assertExplained(Path config) {
        var last =
                TopicReader.eventsOf(Servers.kafka().bootstrapServers(), TOPIC).getLast();
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
