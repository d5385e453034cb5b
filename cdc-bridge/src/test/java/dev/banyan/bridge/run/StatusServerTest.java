package dev.banyan.bridge.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.source.Preflight;
import dev.banyan.bridge.source.Source;
import dev.banyan.bridge.store.BridgeStore;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The status port of a bridge whose legacy database is away, when its store and its disk fail as well. */
class StatusServerTest {

    @TempDir
    Path folder;

    private static HttpResponse<String> get(StatusServer status, String path) throws Exception {
        return get(status.port(), path);
    }

    private static HttpResponse<String> get(int port, String path) throws Exception {
        try (var client = HttpClient.newHttpClient()) {
            var uri = URI.create("http://127.0.0.1:" + port + path);
            return client.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
        }
    }

    @Test
    void answersWithoutItsControlFileAndWithoutItsStore() throws Exception {
        var jdbcUrl = "jdbc:h2:" + folder.resolve("store");
        var inTheWay = folder.resolve("store.control");
        Files.createDirectories(inTheWay.resolve("full"));
        var run = new BridgeRun(settings(jdbcUrl), InstantSource.system());
        try (var status = StatusServer.start(0, "away", run)) {
            run.onOpen(() -> status.control(inTheWay));
            var running = Thread.ofVirtual().start(() -> {
                try {
                    run.run();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
            Await.until("it tries", () -> run.progress().state() == Progress.State.RESTARTING);
            assertThat(get(status, "/backfills").statusCode()).isEqualTo(200);
            assertThat(get(status, "/health/migration").body()).contains("state: restarting");

            try (var connection = DriverManager.getConnection(jdbcUrl, "sa", "");
                    var statement = connection.createStatement()) {
                statement.execute("ALTER TABLE bridge_backfill RENAME TO away");
            }

            for (var path : List.of("/backfills", "/health/migration")) {
                assertThat(get(status, path).statusCode()).as(path).isEqualTo(503);
                assertThat(get(status, path).body()).as(path).contains("store: reading the backfills: ");
            }
            for (var path : List.of("/health/liveness", "/status", "/metrics")) {
                assertThat(get(status, path).statusCode()).as(path).isEqualTo(200);
            }
            assertThat(get(status, "/health/readiness").body()).contains("state: restarting");
            run.stop();
            running.join();
        }
        assertThat(inTheWay.resolve("full")).exists();
    }

    @Test
    void theMetricsAreThoseThatTheReferencePageNames() throws Exception {
        var run = new BridgeRun(settings("jdbc:h2:" + folder.resolve("store")), InstantSource.system());
        run.progress().withoutEvent(Map.of(new TableId("public", "cust"), 3L));
        try (var status = StatusServer.start(0, "away", run)) {
            var scraped = get(status, "/metrics").body();

            var page = Files.readString(Path.of("../docs/reference/bridge-config.md"));
            assertThat(found("(?m)^# TYPE (\\S+)", scraped)).isEqualTo(found("`(banyan_bridge_[a-z_]+)`", page));
            assertThat(scraped).contains("changes_without_event_total{bridge=\"away\",table=\"public.cust\"} 3.0");
        }
    }

    @Test
    void otherHostsMayAskForHealthAndMetricsAndForNothingElse() throws Exception {
        var run = new BridgeRun(settings("jdbc:h2:file:" + folder.resolve("store")), InstantSource.system());
        try (var status = StatusServer.start(0, "away", run)) {
            var probes = status.probes("0.0.0.0", 0);
            assertThat(get(probes, "/health/liveness").statusCode()).isEqualTo(200);
            assertThat(get(probes, "/health").statusCode()).isEqualTo(503);
            assertThat(get(probes, "/health/readiness").body()).contains("state: starting");
            assertThat(get(probes, "/metrics").body()).contains("banyan_bridge_healthy{bridge=\"away\"} 0.0");
            for (var path : List.of("/status", "/faults", "/backfills", "/")) {
                assertThat(get(status, path).statusCode()).as(path).isEqualTo(path.equals("/") ? 404 : 200);
                assertThat(get(probes, path).statusCode()).as(path).isEqualTo(404);
            }
            assertThatThrownBy(() -> status.probes("0.0.0.0", probes))
                    .hasMessageContaining("status.probes 0.0.0.0:" + probes + ": ")
                    .hasMessageContaining("a free port");
        }
    }

    private static Set<String> found(String pattern, String text) {
        return Pattern.compile(pattern)
                .matcher(text)
                .results()
                .map(match -> match.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static RunSettings settings(String storeUrl) {
        return new RunSettings(
                "away",
                new Source("jdbc:postgresql://127.0.0.1:1/away", "u", "", "s", "p", true, List.of()),
                new BridgeStore.Settings(storeUrl, "sa", ""),
                () -> {
                    throw new AssertionError("no mapper without the legacy database");
                },
                () -> {
                    throw new AssertionError("no hub without the legacy database");
                },
                RunSettings.Limits.DEFAULT,
                false,
                Duration.ofMillis(300),
                Duration.ofSeconds(3),
                Preflight.Accepted.NONE,
                null,
                null);
    }
}
