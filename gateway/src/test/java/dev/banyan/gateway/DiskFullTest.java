package dev.banyan.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.gateway.faults.Faults;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A gateway whose run folder lies on a disk that is full: nobody who is served notices, and it says what it could not write down. */
@SuppressWarnings("StringConcatToTextBlock") // line ends on the wire are CRLF
class DiskFullTest {

    private static final int SAID_MAX = 100;

    private static final HttpClient ADMIN = HttpClient.newHttpClient();

    @TempDir
    Path folder;

    private ScriptedServer legacy;
    private ScriptedServer candidate;
    private GatewayProcess gateway;

    @BeforeEach
    void start() throws Exception {
        Faults.needsMounts();
        legacy = new ScriptedServer("legacy");
        candidate = new ScriptedServer("candidate");
        Files.createDirectories(folder.resolve("rules"));
        Path run = Files.createDirectories(folder.resolve("run"));
        save("a");
        String disk = "mount -t tmpfs -o size=1m,mode=700 none \"$0\" && exec \"$@\"";
        gateway = GatewayProcess.start(
                folder,
                List.of("unshare", "-rm", "sh", "-c", disk, run.toString()),
                List.of(),
                List.of("--rules", folder.resolve("rules").toString()));
    }

    @AfterEach
    void stop() throws IOException {
        if (gateway != null) {
            gateway.close();
            candidate.close();
            legacy.close();
        }
    }

    @Test
    void trafficRulesAndRollBacksGoOnAndAreWrittenDownWhenThereIsRoomAgain() throws Exception {
        TestGateway.await("the store", () -> admin("/metrics").contains("banyan_store_up 1.0"));
        TestGateway.await("the first step", () -> ask("/browse").endsWith("candidate"));
        awaitCopyOf("a");
        Path ballast = run().resolve("ballast");
        fill(ballast);
        save("b");
        TestGateway.await("rules change", () -> ask("/b").endsWith("candidate"));
        TestGateway.await("it is said", () -> admin("/metrics").contains("banyan_rules_unkept 1.0"));
        assertThat(post("rollback")).contains("\"outcome\"").doesNotContain("refused");
        TestGateway.await("rolled back", () -> ask("/browse").endsWith("legacy"));
        TestGateway.await("the store is down", () -> admin("/admin/store").contains("No space left on device"));
        awaitCopyOf("a");
        assertThat(post("resume")).contains("refused");
        assertThat(post("pause")).contains("later", "may forget it");
        assertThat(run().resolve("shifts.json"))
                .as("which puts it up after a restart")
                .doesNotExist();

        Files.delete(ballast);
        TestGateway.await("the store", () -> admin("/metrics").contains("banyan_store_up 1.0"));
        TestGateway.await("the journal", () -> admin("/admin/shifts/browse").contains("\"rolled-back\""));
        awaitCopyOf("b");
        TestGateway.await("shifts are kept", () -> Files.exists(run().resolve("shifts.json")));
        TestGateway.await("nothing is amiss", () -> admin("/metrics").contains("banyan_rules_unkept 0.0"));
        assertThat(ask("/browse")).endsWith("legacy");
        assertThat(gateway.said().lines()).hasSizeLessThan(SAID_MAX); // on what may be the same disk
    }

    /** The run folder as the gateway sees it. */
    private Path run() {
        return Path.of("/proc/" + gateway.process().pid() + "/root" + folder.resolve("run"));
    }

    /** Awaits that what is kept for a start without rules is these, and nothing else. */
    private void awaitCopyOf(String route) throws Exception {
        TestGateway.await("a copy of " + route, () -> {
            try (Stream<Path> all = Files.walk(run().resolve("last-good-rules"))) {
                List<Path> files = all.filter(Files::isRegularFile).toList();
                return files.size() == 1 && Files.readString(files.getFirst()).contains("value: /" + route);
            } catch (NoSuchFileException | UncheckedIOException e) {
                return false; // it is being replaced
            }
        });
    }

    private static void fill(Path ballast) throws IOException {
        try (OutputStream out = Files.newOutputStream(ballast)) {
            while (true) {
                out.write(new byte[4096]);
            }
        } catch (IOException e) {
            assertThat(e).hasMessageContaining("No space left");
        }
    }

    private void save(String route) throws IOException {
        Path draft =
                Files.writeString(folder.resolve("draft"), """
                backends:
                  - {name: legacy, url: "%s", baseline: true}
                  - {name: new, url: "%s"}
                cohorts:
                  - {name: people, key: [{header: X-Who}], salt: test}
                routes:
                  - name: browse
                    matches: [{path: {value: /browse}}]
                    candidate: new
                    cohort: people
                    analysis: {minRequests: 60, gates: [{metric: errorRate, max: 20%%}]}
                    steps: [{setWeight: 100%%, pause: 1h}, {stage: complete}]
                  - {name: %s, matches: [{path: {value: /%s}}], candidate: new, stage: complete}
                """.formatted(legacy.url(), candidate.url(), route, route));
        Files.move(
                draft,
                folder.resolve("rules/rules.yaml"),
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
    }

    private String ask(String target) throws IOException {
        try (var client = Wire.to(gateway.port())) {
            return client.send("GET " + target + " HTTP/1.1\r\nHost: a\r\n\r\n").reply();
        }
    }

    private String admin(String path) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(uri(path)).GET());
    }

    private String post(String command) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(uri("/admin/shifts"))
                .POST(BodyPublishers.ofString("{\"route\": \"browse\", \"command\": \"" + command
                        + "\", \"by\": \"ada\", \"reason\": \"a test\"}")));
    }

    private URI uri(String path) {
        return URI.create("http://127.0.0.1:" + gateway.adminPort() + path);
    }

    private String send(HttpRequest.Builder request) throws IOException, InterruptedException {
        String token = Files.readString(run().resolve("admin.token")).strip();
        return ADMIN.send(request.header("Authorization", "Bearer " + token).build(), BodyHandlers.ofString())
                .body();
    }
}
