package dev.banyan.bridge.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.hub.KafkaHub;
import dev.banyan.bridge.source.Source;
import dev.banyan.bridge.store.BridgeStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The legacy database fails over to a standby, which has what the dead one had on its disk. */
class FailoverTest {

    private static final String TOPIC = "t.failover";

    @TempDir
    Path folder;

    private BridgeRun run(String url, int acceptedTimeline) {
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
                        () -> new RowEvents(TOPIC),
                        () -> new KafkaHub(
                                "failover",
                                new KafkaHub.Settings(
                                        Servers.kafka().bootstrapServers(), Map.of(), "/test", 1, Set.of(TOPIC))),
                        RunSettings.Limits.DEFAULT,
                        false,
                        Duration.ofMillis(300),
                        Duration.ofSeconds(3),
                        acceptedTimeline,
                        null,
                        null),
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

    private static void awaitEvents(String... data) throws Exception {
        Await.until(
                "events " + List.of(data),
                () -> TopicReader.eventsOf(Servers.kafka().bootstrapServers(), TOPIC).stream()
                        .map(event -> event.value())
                        .toList()
                        .equals(List.of(data)));
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
            var before = run(url, 0);
            var ended = start(before);
            Await.until("it streams", () -> before.progress().state() == Progress.State.STREAMING);
            sql(url, "CREATE TABLE other AS SELECT repeat('x', 1000) FROM generate_series(1, 20000)");
            sql(url, "INSERT INTO one VALUES (1, 'before')");
            awaitEvents("c|one|1|before|");
            database.kill();
            Files.createFile(folder.resolve("pgdata").resolve("standby.signal"));
            database.start();
            Await.until(
                    "it waits for the standby", () -> before.progress().reason().contains("the server is a standby"));
            sql(url, "SELECT pg_promote()");
            sql(url, "INSERT INTO one VALUES (2, 'after')");
            assertThat(ended.get(3, TimeUnit.MINUTES)).isEqualTo(BridgeRun.End.REFUSED);
            assertThat(before.progress().reason())
                    .contains("failed over or restored: timeline 2 (expected: 1)", "--accept-timeline 2");
            try (var connection = connect(url)) {
                assertThat(MortalDatabase.awaitText(connection, "SELECT timeline_id FROM pg_control_checkpoint()"))
                        .as("the checkpoint that follows a promotion takes minutes: so much is to be written")
                        .isEqualTo("1");
            }
            var accepted = run(url, 2);
            var stopped = start(accepted);
            awaitEvents("c|one|1|before|", "c|one|2|after|");
            accepted.stop();
            assertThat(stopped.get(3, TimeUnit.MINUTES)).isEqualTo(BridgeRun.End.STOPPED);
        }
    }
}
