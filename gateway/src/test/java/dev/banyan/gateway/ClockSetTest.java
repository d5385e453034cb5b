package dev.banyan.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A gateway whose time of day is set by hours, forwards and back, while it runs: nothing goes off, and nothing waits for it. */
@SuppressWarnings("StringConcatToTextBlock") // line ends on the wire are CRLF
class ClockSetTest {

    /** Of Debian's package libfaketime; the nanosecond clock stays as it is, as it does when a clock is set. */
    private static final Path FAKE_TIME = Path.of("/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1");

    private static final List<Duration> SETTINGS =
            List.of(Duration.ofHours(5), Duration.ofHours(-5), Duration.ofDays(3), Duration.ZERO);

    private static final HttpClient ADMIN = HttpClient.newHttpClient();

    @TempDir
    static Path folder;

    private static ScriptedServer legacy;
    private static ScriptedServer candidate;
    private static GatewayProcess gateway;
    private static int version;
    private static volatile CountDownLatch go = new CountDownLatch(1);

    @BeforeAll
    static void start() throws Exception {
        if (!Files.exists(FAKE_TIME)) {
            if (List.of(System.getenv().getOrDefault("BANYAN_REQUIRE", "").split(",", -1))
                    .contains("faketime")) {
                Assertions.fail("no " + FAKE_TIME + ", and BANYAN_REQUIRE asks for it");
            }
            Assumptions.abort("no " + FAKE_TIME + " to set the time with");
        }
        legacy = new ScriptedServer("legacy");
        candidate = new ScriptedServer("candidate");
        legacy.on("/slow", (_, wire) -> {
            DrainTest.await(go);
            wire.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        });
        Files.createDirectories(folder.resolve("rules"));
        save(0);
        set(Duration.ZERO);
        gateway = GatewayProcess.start(
                folder,
                List.of(
                        "env",
                        "LD_PRELOAD=" + FAKE_TIME,
                        "FAKETIME_DONT_FAKE_MONOTONIC=1",
                        "FAKETIME_FORCE_MONOTONIC_FIX=0", // else waits with a limit end at once
                        "FAKETIME_NO_CACHE=1",
                        "FAKETIME_TIMESTAMP_FILE=" + folder.resolve("time")),
                List.of(),
                List.of("--rules", folder.resolve("rules").toString()));
    }

    @AfterAll
    static void stop() throws IOException {
        if (gateway != null) {
            gateway.close();
            candidate.close();
            legacy.close();
        }
    }

    private static void set(Duration to) throws IOException {
        Path draft = Files.writeString(folder.resolve("time.new"), "%+d\n".formatted(to.toSeconds()));
        Files.move(draft, folder.resolve("time"), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private static void save(int version) throws IOException {
        Path draft = Files.writeString(
                folder.resolve("draft"), """
                backends:
                  - {name: legacy, url: "%s", baseline: true, maxConnections: %d}
                  - {name: new, url: "%s", circuitBreaker: {failureRate: 50%%, windowCalls: 2, minCalls: 2, openFor: 1s, trialCalls: 1}}
                  - {name: half, url: "%s"}
                cohorts:
                  - {name: people, key: [{header: X-Who}], salt: test}
                routes:
                  - {name: breaks, matches: [{path: {value: /breaks}}], candidate: new, stage: complete}
                  - {name: shared, matches: [{path: {value: /shared}}], candidate: half, cohort: people, stage: live, weight: 50%%}
                  - name: steps
                    matches: [{path: {value: /steps}}]
                    candidate: half
                    cohort: people
                    analysis: {minRequests: 60, minDuration: 1s, gates: [{metric: errorRate, max: 20%%}]}
                    steps: [{setWeight: 50%%, pause: 1h}, {setWeight: 100%%}, {stage: complete}]
                """.formatted(legacy.url(), 500 + version, candidate.url(), candidate.url()));
        Files.move(
                draft,
                folder.resolve("rules/rules.yaml"),
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
    }

    private static Wire wire() throws IOException {
        return Wire.to(gateway.port());
    }

    private static String get(String path, String more) throws IOException {
        try (var wire = wire()) {
            return wire.send("GET " + path + " HTTP/1.1\r\nHost: a\r\n" + more + "\r\n")
                    .reply();
        }
    }

    private static JsonNode admin(String path, String body) throws Exception {
        String token = Files.readString(folder.resolve("run/admin.token")).strip();
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + gateway.adminPort() + path))
                .header("Authorization", "Bearer " + token);
        if (!body.isEmpty()) {
            request.POST(HttpRequest.BodyPublishers.ofString(body));
        }
        return JsonMapper.shared()
                .readTree(ADMIN.send(request.build(), HttpResponse.BodyHandlers.ofString())
                        .body());
    }

    private static JsonNode steps() throws Exception {
        return admin("/admin/shifts/steps", "");
    }

    private static String command(String command) throws Exception {
        return admin(
                        "/admin/shifts",
                        "{\"route\": \"steps\", \"command\": \"" + command
                                + "\", \"by\": \"ada\", \"reason\": \"test\"}")
                .path("outcome")
                .asString("");
    }

    private static List<String> sides() throws IOException {
        List<String> sides = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            String reply = get("/shared", "X-Who: w" + i + "\r\n");
            sides.add(reply.substring(reply.lastIndexOf('\n') + 1));
        }
        return sides;
    }

    @Test
    void nothingThatLastsIsLongerOrShorter() throws Exception {
        TestGateway.await("the first step", () -> steps().path("weight").asInt() == 5_000);
        TestGateway.await("all but its pause speaks for the next", () -> {
            get("/steps", "X-Who: " + System.nanoTime() + "\r\n");
            return steps().path("verdict").asString("").equals("pass");
        });
        List<String> sides = sides();
        assertThat(sides).contains("legacy", "candidate");
        for (Duration to : SETTINGS) {
            openTheBreaker();
            go = new CountDownLatch(1);
            int slow = legacy.heads("/slow").size();
            try (var idle = wire();
                    var head = wire();
                    var call = wire()) {
                assertThat(idle.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").reply())
                        .endsWith("legacy");
                head.send("GET / HTTP/1.1\r\nHost: a\r\n");
                call.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n");
                TestGateway.await("asked", () -> legacy.heads("/slow").size() == slow + 1);
                set(to);
                TestGateway.await("the gateway says " + to, () -> isAt(to));
                go.countDown();
                assertThat(call.reply()).startsWith("HTTP/1.1 200").endsWith("ok");
                assertThat(head.send("\r\n").reply()).endsWith("legacy");
                assertThat(idle.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").reply())
                        .endsWith("legacy");
            }
            TestGateway.await(
                    "the breaker tries again", () -> get("/breaks", "").endsWith("candidate"));
            assertThat(sides()).isEqualTo(sides);
            // Whoever leads looks at all routes in the turn in which it answers.
            for (String command : List.of("freeze", "unfreeze")) {
                TestGateway.await(command, () -> command(command).equals("done"));
            }
            assertThat(steps().path("weight").asInt()).isEqualTo(5_000);
        }
    }

    /** Whether new rules come into force at that time: by the clock of the store, which is looked at twice a second. */
    private static boolean isAt(Duration set) throws Exception {
        save(++version);
        Thread.sleep(100); // a folder is read once nothing in it changes any more
        Instant loaded =
                Instant.parse(admin("/admin/rules", "").path("loadedAt").asString(""));
        return Duration.between(Instant.now().plus(set), loaded).abs().toMinutes() < 10;
    }

    private static void openTheBreaker() throws IOException {
        candidate.on("/breaks", (_, wire) -> wire.close());
        String reply = "";
        while (!reply.startsWith("HTTP/1.1 503")) {
            reply = get("/breaks", "Cache-Control: no-cache\r\n");
        }
        candidate.reply("/breaks", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\ncandidate");
    }
}
