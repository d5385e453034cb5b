package dev.banyan.bridge.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.bridge.Printed;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.DriverManager;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code banyan bridge backfill} beside a bridge that runs, that is stopped, and that was killed. */
class BackfillCommandTest {

    @TempDir
    Path folder;

    private static Printed backfill(Path config, String... arguments) {
        var all = new ArrayList<>(List.of("backfill"));
        all.addAll(List.of(arguments));
        all.addAll(List.of("--config", config.toString()));
        return Printed.of(all.toArray(String[]::new));
    }

    @Test
    void whatIsAskedForStaysThroughKillsWhetherTheBridgeRunsOrNot() throws Exception {
        try (var bridge = new TestBridge("asked", folder, "one", "two")) {
            bridge.sql("INSERT INTO one SELECT g, 'old' FROM generate_series(1, 3000) g");
            bridge.sql("ANALYZE one");
            var config = bridge.config();
            Files.writeString(config, Files.readString(config) + "backfill: {onFirstStart: false}\n");

            assertThat(backfill(config, "ls").out()).isEqualTo("no backfills\n");
            assertThat(backfill(config, "pause").err()).isEqualTo("no backfill is under way\n");
            assertThat(backfill(config, "start").exitCode()).isEqualTo(2);
            assertThat(backfill(config, "start", "one", "customers", "public.three")
                            .err())
                    .isEqualTo("table customers, public.three: not one of the mapping's"
                            + " (expected: of public.one, public.two)\n");
            var asked = backfill(config, "start", "one").out();
            assertThat(asked).matches("(?s)[0-9a-f-]{36} requested: 0 rows.*    public.one waiting: 0 rows.*");
            var id = asked.substring(0, 8);
            assertThat(backfill(config, "start", "public.one").err())
                    .startsWith("table public.one: backfill " + id)
                    .contains("is still to read it");
            assertThat(backfill(config, "pause", id).out()).startsWith(id).contains(" paused: ");

            try (var process = new BridgeProcess(folder, config)) {
                process.awaitStreaming();
                bridge.sql("INSERT INTO one VALUES (3001, 'new')");
                Await.until("the log is read", () -> !bridge.events().isEmpty());
                assertThat(backfill(config, "ls").out()).contains(" paused: 0 rows");
                assertThat(backfill(config, "cancel", "zz").err()).contains("backfill 'zz': 0 under way");
                assertThat(process.get("/health/migration", 503)).contains(": paused, 0 rows read");
                assertThat(process.get("/metrics", 200)).containsPattern("banyan_bridge_backfill_paused\\{.*} 1.0");
                assertThat(process.get("/status", 200)).contains("\"state\":\"paused\"");
                strangerIsRefused(folder.resolve("store.control"));
                process.kill();
            }
            try (var process = new BridgeProcess(folder, config)) {
                process.awaitStreaming();
                assertThat(backfill(config, "ls").out()).as("after a kill").contains(" paused: 0 rows");
                assertThat(backfill(config, "resume").exitCode()).isZero();
                Await.until("it is done", () -> backfill(config, "ls").out().contains(" done: "));
                assertThat(backfill(config, "ls", "--json").out())
                        .contains("\"state\":\"done\"", "\"table\":\"public.one\"", "\"secondsLeft\":null");
            }
            assertThat(folder.resolve("store.control")).doesNotExist();
            assertThat(backfill(config, "ls").out())
                    .as("the row that came through the log meanwhile is not one of its own")
                    .contains("    public.one read: 3001 rows");
            assertThat(bridge.events().stream().map(event -> event.key()).distinct())
                    .hasSize(3001);
            resyncSaysWhatTheStoreSays(config, bridge.store.jdbcUrl());
        }
    }

    private static void resyncSaysWhatTheStoreSays(Path config, String store) throws Exception {
        try (var connection = DriverManager.getConnection(store);
                var statement = connection.createStatement()) {
            statement.execute("ALTER TABLE bridge_backfill RENAME TO away");
        }
        var resync = Printed.of("resync", "--config", config.toString());
        assertThat(resync.exitCode()).isEqualTo(1);
        assertThat(resync.err()).startsWith("reading the backfills: ").doesNotContain("\tat ");
    }

    private static void strangerIsRefused(Path control) throws Exception {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(control)))
                .isEqualTo("rw-------");
        var lines = Files.readAllLines(control);
        var uri = URI.create("http://127.0.0.1:" + lines.getFirst() + "/backfills");
        assertThat(post(uri, "guessed", "{\"ask\":\"CANCEL\",\"names\":[]}").statusCode())
                .isEqualTo(403);
        for (var body :
                List.of("null", "{}", "{\"ask\":\"LS\"}", "{\"names\":[]}", "{\"ask\":\"LS\",\"names\":[null]}")) {
            var answer = post(uri, lines.getLast(), body);
            assertThat(answer.statusCode()).as(body).isEqualTo(400);
            assertThat(answer.body()).as(body).contains("ask or names: missing");
        }
    }

    private static HttpResponse<String> post(URI uri, String token, String body) throws Exception {
        try (var client = HttpClient.newHttpClient()) {
            var request = HttpRequest.newBuilder(uri)
                    .header("Authorization", "Bearer " + token)
                    .POST(HttpRequest.BodyPublishers.ofString(body))
                    .build();
            return client.send(request, HttpResponse.BodyHandlers.ofString());
        }
    }
}
