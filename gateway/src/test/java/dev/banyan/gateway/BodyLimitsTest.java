package dev.banyan.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Request bodies that are longer than their route takes, and backends that do not take them. */
@ParameterizedClass
@EnumSource(value = Way.class, names = "EPOLL", mode = EnumSource.Mode.EXCLUDE)
class BodyLimitsTest {

    private static final int LIMIT = 4096;

    /** More than the buffers of two connections hold. */
    private static final int LARGE = 20_000_000;

    @Parameter
    Way way;

    @TempDir
    static Path folder;

    private static ScriptedServer legacy;
    private static ScriptedServer candidate;
    private static TestGateway gateway;
    private static final BlockingQueue<String> BODIES = new LinkedBlockingQueue<>();
    private static final Semaphore DONE = new Semaphore(0);

    @BeforeParameterizedClassInvocation
    static void start(Way way) throws Exception {
        TestGateway.take(way);
        legacy = new ScriptedServer("legacy");
        candidate = new ScriptedServer("new");
        for (ScriptedServer each : new ScriptedServer[] {legacy, candidate}) {
            each.on("/taken", (head, wire) -> {
                String body = head.toLowerCase(java.util.Locale.ROOT).contains("chunked")
                        ? wire.until("0\r\n\r\n")
                        : wire.bytes(LIMIT);
                BODIES.add(body.endsWith("0\r\n\r\n") || body.length() == LIMIT ? "whole" : "cut");
                wire.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
            });
        }
        legacy.on("/later", (head, wire) -> {
            wire.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
            java.util.concurrent.locks.LockSupport.parkNanos(900_000_000); // longer than its request timeout
            String taken = String.valueOf(wire.bytes(LARGE).length());
            wire.send(taken.length() + "\r\n" + taken + "\r\n0\r\n\r\n");
        });
        candidate.on("/early", (head, wire) -> {
            String begun = head.contains("/chunked")
                    ? "Transfer-Encoding: chunked\r\n\r\na\r\n0123456789\r\n"
                    : "Content-Length: 100\r\n\r\n0123456789";
            wire.send("HTTP/1.1 200 OK\r\n" + begun).toItsEnd();
        });
        legacy.reply("/soon", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        legacy.on("/deaf", (head, wire) -> DONE.acquireUninterruptibly());
        gateway = TestGateway.start(folder, """
                backends:
                  - {name: legacy, url: "%s", baseline: true, timeouts: {request: 700ms}}
                  - {name: new, url: "%s"}
                routes:
                  - {name: a, candidate: new, stage: shadow, maxBodySize: 4KiB, matches: [{path: {value: /taken/baseline}}]}
                  - {name: b, candidate: new, stage: complete, maxBodySize: 4KiB, matches: [{path: {value: /taken/candidate}}]}
                  - {name: c, candidate: new, stage: complete, maxBodySize: 4KiB, matches: [{path: {value: /early}}]}
                """.formatted(legacy.url(), candidate.url()));
    }

    @AfterParameterizedClassInvocation
    static void stop() throws IOException {
        gateway.close();
        legacy.close();
        candidate.close();
    }

    /** Both sides at once, since a stream that has not ended is waited for. */
    @Test
    void aLengthBeyondTheLimitIsRefusedBeforeTheBackendIsAsked() throws Exception {
        long before = refused();
        int asked = asked();
        try (var baseline = gateway.wire();
                var candidate = gateway.wire();
                var spelledOddly = gateway.wire()) {
            tooLong(baseline, "baseline");
            tooLong(candidate, "candidate");
            tooLong(spelledOddly, "x/../baseline");
            assertThat(baseline.ends()).isTrue();
            assertThat(candidate.ends()).isTrue();
            assertThat(spelledOddly.ends()).isTrue();
        }
        assertThat(asked()).isEqualTo(asked);
        assertThat(refused()).isEqualTo(before + 3);
    }

    private static int asked() {
        return legacy.heads("/taken").size() + candidate.heads("/taken").size();
    }

    private static void tooLong(Wire client, String side) throws IOException {
        client.send("POST /taken/" + side + " HTTP/1.1\r\nHost: a\r\nContent-Length: 4097\r\n\r\n");
        assertThat(client.reply()).startsWith("HTTP/1.1 413").contains("longer than this route takes");
    }

    @Test
    void whoAsksBeforeSendingIsToldAtOnce() throws Exception {
        try (var client = gateway.wire()) {
            client.send(
                    "POST /taken/baseline HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 4097\r\n\r\n");
            assertThat(client.reply()).startsWith("HTTP/1.1 413");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"baseline", "candidate"})
    void chunksBeyondTheLimitAreRefusedAndTheBackendSeesNoWholeBody(String side) throws Exception {
        long before = refused();
        String route = side.equals("baseline") ? "a" : "b";
        int counted = requests(route);
        try (var client = gateway.wire()) {
            client.send("POST /taken/" + side + " HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
            client.send("1000\r\n" + "x".repeat(LIMIT) + "\r\n");
            client.send("1\r\ny\r\n0\r\n\r\n");
            assertThat(client.reply()).startsWith("HTTP/1.1 413");
            assertThat(way.isHttp2() || client.ends())
                    .as("a connection of HTTP/1.1 ends")
                    .isTrue();
        }
        TestGateway.await("let go", () -> gateway.inFlight("legacy") == 0 && gateway.inFlight("new") == 0);
        assertThat(BODIES).doesNotContain("whole");
        assertThat(gateway.route(route).at("/errors/" + side).asInt()).isZero();
        assertThat(refused()).isEqualTo(before + 1);
        assertThat(requests(route)).as("counted twice").isEqualTo(counted);
    }

    private static int requests(String route) throws Exception {
        return gateway.route(route)
                .path("requests")
                .valueStream()
                .mapToInt(JsonNode::asInt)
                .sum();
    }

    /** Neither by how it ends, nor with the next reply in place of what is missing; and the backend is not to blame. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            length  | 1\\r\\ny\\r\\n0\\r\\n\\r\\n
            chunked | 1\\r\\ny\\r\\n0\\r\\n\\r\\n
            length  | what is no chunk\\r\\n
            chunked | what is no chunk\\r\\n
            """)
    void aReplyThatHasBegunNeverLooksWholeWhenItsRequestFails(String framing, String rest) throws Exception {
        if (!rest.startsWith("1")) {
            way.needsHttp1("there are no chunks in HTTP/2");
        }
        try (var client = gateway.wire()) {
            client.send("POST /early/" + framing + " HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
            assertThat(client.until("0123456789")).startsWith("HTTP/1.1 200");
            client.send("1000\r\n" + "x".repeat(LIMIT) + "\r\n" + rest.translateEscapes());
            client.sendIfOpen("GET /next HTTP/1.1\r\nHost: a\r\n\r\n");
            assertThat(client.toItsEnd()).doesNotContain("\r\n0\r\n", "HTTP/1.1");
        }
        TestGateway.await("let go", () -> gateway.inFlight("new") == 0);
        assertThat(gateway.route("c").path("errors").path("candidate").asInt()).isZero();
        assertThat(gateway.route("c").path("failures").toString()).isEqualTo("{}");
    }

    /** Who goes on sending is not cut off from the refusal. */
    @Test
    void aRefusalIsThereForWhoReadsItLate() throws Exception {
        way.needsHttp1("a stream is reset in good order");
        try (var client = gateway.wire()) {
            client.send("POST /taken/candidate HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
            String chunk = "1000\r\n" + "x".repeat(LIMIT) + "\r\n";
            client.send(chunk + chunk);
            assertThat(client.begins()).isTrue();
            for (int i = 0; i < 200; i++) {
                client.send(chunk);
            }
            assertThat(client.reply()).startsWith("HTTP/1.1 413");
            assertThat(client.ends()).isTrue();
        }
    }

    @Test
    void whatIsSentBehindAReplyIsReadNoFurtherThanALimit() throws Exception {
        try (var client = gateway.wire()) {
            client.send("POST /soon HTTP/1.1\r\nHost: a\r\nContent-Length: " + LARGE + "\r\n\r\n");
            assertThat(client.reply()).startsWith("HTTP/1.1 200");
            client.sendIfOpen("x".repeat(LARGE) + "GET /next HTTP/1.1\r\nHost: a\r\n\r\n");
            assertThat(client.toItsEnd()).doesNotContain("HTTP/1.1");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"baseline", "candidate"})
    void aBodyAtTheLimitIsTaken(String side) throws Exception {
        try (var client = gateway.wire()) {
            String head = "POST /taken/" + side + " HTTP/1.1\r\nHost: a\r\n";
            client.send(head + "Content-Length: 4096\r\n\r\n" + "x".repeat(LIMIT));
            assertThat(client.reply()).startsWith("HTTP/1.1 200");
            client.send(head + "Transfer-Encoding: chunked\r\n\r\n1000\r\n" + "x".repeat(LIMIT) + "\r\n0\r\n\r\n");
            assertThat(client.reply()).startsWith("HTTP/1.1 200");
        }
        TestGateway.await(
                "both whole", () -> BODIES.stream().filter("whole"::equals).count() == 2);
        BODIES.clear();
    }

    @Test
    void aBackendThatDoesNotTakeAnUploadIsGivenItsRequestTimeout() throws Exception {
        try (var client = gateway.wire()) {
            client.send("POST /deaf HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000000\r\n\r\n");
            var flood = Thread.ofVirtual().start(() -> {
                String piece = "x".repeat(1 << 16);
                try {
                    while (true) {
                        client.send(piece);
                    }
                } catch (IOException e) {
                    // refused in the middle, as it should be
                }
            });
            assertThat(client.until("\r\n\r\n")).startsWith("HTTP/1.1 504");
            client.reset();
            flood.join();
        }
        TestGateway.await("let go", () -> gateway.inFlight("legacy") == 0);
        DONE.release();
    }

    @Test
    void aBackendThatHasBegunToReplyTakesTheRestWhenItLikes() throws Exception {
        try (var client = gateway.wire()) {
            var sending = Thread.ofVirtual()
                    .start(() -> client.sendIfOpen("POST /later HTTP/1.1\r\nHost: a\r\nContent-Length: " + LARGE
                            + "\r\n\r\n" + "x".repeat(LARGE)));
            assertThat(client.reply()).startsWith("HTTP/1.1 200").contains("\r\n" + LARGE + "\r\n");
            sending.join();
        }
    }

    private static long refused() throws Exception {
        return gateway.adminText("/metrics")
                .lines()
                .filter(line -> line.startsWith("banyan_refused_total{status=\"413\"}"))
                .mapToLong(line -> (long) Double.parseDouble(line.substring(line.lastIndexOf(' '))))
                .sum();
    }
}
