package dev.banyan.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Clients that take their time: which are cut off, and which are not. All tests at once, since they wait for limits. */
@SuppressWarnings("StringConcatToTextBlock") // line ends on the wire are CRLF
@ParameterizedClass
@EnumSource(
        value = Way.class,
        names = {"CHAIN", "HTTP2", "LEAN"})
class SlowClientsTest {

    @Parameter
    Way way;

    /** Of HTTP/2, {@link Http2LimitsTest} sends half ones. */
    private static final String HALF_HEADS = "the bridge to HTTP/2 passes on whole heads only";

    /** Longer than every limit of this gateway. */
    private static final int LONG_MILLIS = 2_500;

    @TempDir
    static Path folder;

    private static ScriptedServer server;
    private static TestGateway gateway;
    private static TestGateway strict;
    /** The backend's ends of calls, by the first element of their paths. */
    private static final Map<String, BlockingQueue<Wire>> CALLS = new ConcurrentHashMap<>();

    /** Each test whose call is one that is given up, or counted, has a backend of its own. */
    private static final List<String> BACKENDS = List.of("stalls", "trickles", "deaf", "old", "slowly");

    /** How many were answered with 408. */
    private static final AtomicInteger REFUSED = new AtomicInteger();

    @BeforeParameterizedClassInvocation
    static void start(Way way) throws Exception {
        TestGateway.take(way);
        server = new ScriptedServer("legacy");
        for (String path : List.of("/stalls", "/moves", "/trickles")) {
            server.on(path, (head, wire) -> {
                called(head, wire);
                String body = wire.until("end");
                wire.send("HTTP/1.1 200 OK\r\nContent-Length: " + body.length() + "\r\n\r\n" + body);
            });
        }
        server.on("/lazy", (_, wire) -> {
            pause(LONG_MILLIS);
            wire.until("end");
            wire.send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ntook");
        });
        for (String path : List.of("/strict", "/deaf", "/slowly")) {
            server.on(path, (head, wire) -> {
                called(head, wire);
                flood(wire, "HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n");
            });
        }
        server.on("/old", (head, wire) -> {
            called(head, wire);
            flood(wire, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
        });
        server.on("/events", (_, wire) -> {
            wire.send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n");
            pause(LONG_MILLIS);
            wire.send("5\r\nevent\r\n0\r\n\r\n");
        });
        gateway = TestGateway.start(
                folder,
                """
                backends:
                  - {name: legacy, url: "%1$s", baseline: true}
                %2$sroutes:
                %3$s""".formatted(
                                server.url(),
                                forEach("  - {name: %1$s, url: \"" + server.url() + "\"}\n"),
                                forEach(
                                        "  - {name: %1$s, matches: [{path: {value: /%1$s}}], candidate: %1$s, stage: complete}\n")),
                "--client-head-timeout",
                "1",
                "--client-idle-timeout",
                "1.6",
                "--client-stall-timeout",
                "1.2",
                "--client-min-rate",
                "20");
        strict = TestGateway.over(
                folder.resolve("strict"),
                folder.resolve("rules").toString(),
                "--client-stall-timeout",
                "1.2",
                "--client-min-rate",
                "100000000");
        for (TestGateway each : List.of(gateway, strict)) {
            each.ask("GET", "/"); // the first of a JVM takes long
        }
    }

    private static String forEach(String rule) {
        return BACKENDS.stream().map(rule::formatted).collect(Collectors.joining());
    }

    private static BlockingQueue<Wire> calls(String path) {
        return CALLS.computeIfAbsent(path, _ -> new LinkedBlockingQueue<>());
    }

    private static void called(String head, Wire wire) {
        calls(head.split(" ", 3)[1]).add(wire);
    }

    private static void flood(Wire wire, String head) throws IOException {
        wire.send(head);
        String piece = "x".repeat(1 << 16);
        while (true) {
            wire.send(piece);
        }
    }

    private static void pause(int millis) {
        LockSupport.parkNanos(millis * 1_000_000L);
    }

    /** A client that moves at least each 900 ms, or else is kept from it by a busy machine, and then cut off with reason. */
    private static final class Steps {

        private static final long MAX_NANOS = 900_000_000;

        private final long first = System.nanoTime();
        private long last = first;
        private long longest;

        void pauseFor(int millis) {
            pause(millis);
            long now = System.nanoTime();
            longest = Math.max(longest, now - last);
            last = now;
        }

        boolean wereSmall() {
            return longest < MAX_NANOS;
        }

        boolean wereSmallTogether() {
            return last - first < MAX_NANOS;
        }
    }

    private interface Moving {
        void go(Steps steps, Wire wire) throws Exception;
    }

    /** Sends a client until one has moved as it means to. Returns how many had not, and were cut off. */
    private static int served(Moving client) throws Exception {
        return served(client, Steps::wereSmall);
    }

    private static int served(Moving client, Predicate<Steps> moved) throws Exception {
        for (int cut = 0; ; cut++) {
            var steps = new Steps();
            try (var wire = gateway.wire()) {
                client.go(steps, wire);
                return cut;
            } catch (IOException | AssertionError end) {
                if (moved.test(steps)) {
                    throw end;
                }
            }
        }
    }

    @AfterParameterizedClassInvocation
    static void stop() throws Exception {
        try (var _ = server;
                var _ = strict;
                var _ = gateway) {
            TestGateway.await("each counted once", () -> refused() == REFUSED.get());
        } finally {
            REFUSED.set(0);
            CALLS.clear();
        }
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void aHeadThatDoesNotEndIsAnswered408() throws Exception {
        way.needsHttp1(HALF_HEADS);
        int late = served(
                (steps, slow) -> {
                    slow.send("GET / HTTP/1.1\r\nHost: a\r\n");
                    // Bytes that keep coming do not prolong it.
                    for (int i = 0; i < 4; i++) {
                        steps.pauseFor(200);
                        slow.send("X-" + i + ": 1\r\n");
                    }
                    isRefused(slow);
                    assertThat(slow.ends()).isTrue();
                },
                Steps::wereSmallTogether);
        REFUSED.addAndGet(late);
    }

    private static void isRefused(Wire client) throws IOException {
        assertThat(client.until("\r\n\r\n")).startsWith("HTTP/1.1 408");
        REFUSED.incrementAndGet();
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void theSecondHeadOfAConnectionIsHeldToTheSameLimit() throws Exception {
        way.needsHttp1(HALF_HEADS);
        try (var slow = gateway.wire()) {
            assertThat(slow.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").reply()).endsWith("legacy");
            slow.send("GET / HTTP/1.1\r\n");
            isRefused(slow);
        }
    }

    /** Also when its first bytes came in one piece with the request before, and long before it was its turn. */
    @ParameterizedTest
    @Execution(ExecutionMode.CONCURRENT)
    @CsvSource({"/, legacy", "/events, 'event\r\n0\r\n\r\n'"})
    void aHeadSentAheadIsHeldToTheSameLimitFromItsTurnOn(String path, String end) throws Exception {
        way.needsHttp1(HALF_HEADS);
        try (var slow = gateway.wire()) {
            slow.send("GET " + path + " HTTP/1.1\r\nHost: a\r\n\r\nGET /next HT");
            assertThat(slow.reply()).startsWith("HTTP/1.1 200").endsWith(end);
            isRefused(slow);
        }
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void anIdleConnectionIsClosedWithoutAWord() throws Exception {
        try (var silent = gateway.wire();
                var used = gateway.wire()) {
            assertThat(used.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").reply()).endsWith("legacy");
            assertThat(used.until("never")).isEmpty();
            assertThat(silent.until("never")).isEmpty();
        }
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void aConnectionThatIsUsedStaysOpen() throws Exception {
        served((steps, used) -> {
            for (int i = 0; i < 4; i++) {
                assertThat(used.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").reply())
                        .endsWith("legacy");
                steps.pauseFor(500);
            }
        });
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void anUploadThatStallsIsAnswered408AndItsBackendLetGo() throws Exception {
        try (var slow = gateway.wire()) {
            slow.send("POST /stalls HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nfirst");
            Wire call = calls("/stalls").take();
            isRefused(slow);
            assertThat(slow.ends()).isTrue();
            TestGateway.await("let go", () -> gateway.inFlight("stalls") == 0);
            call.close();
        }
        assertThat(gateway.route("stalls").at("/errors/candidate").asInt()).isZero();
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void anUploadThatIsSlowButMovesIsTaken() throws Exception {
        REFUSED.addAndGet(served((steps, slow) -> {
            slow.send("POST /moves HTTP/1.1\r\nHost: a\r\nContent-Length: 378\r\n\r\n");
            for (int i = 0; i < 15; i++) {
                slow.send("twenty-five bytes a time ");
                steps.pauseFor(170);
            }
            slow.send("end");
            assertThat(slow.reply()).startsWith("HTTP/1.1 200").endsWith("end");
        }));
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void anUploadThatOnlyTricklesIsRefused() throws Exception {
        try (var slow = gateway.wire()) {
            slow.send("POST /trickles HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n");
            Wire call = calls("/trickles").take();
            TestGateway.await("let go", () -> {
                pause(100);
                slow.sendIfOpen(".");
                return gateway.inFlight("trickles") == 0;
            });
            REFUSED.incrementAndGet(); // what it was answered it may have missed, since it went on sending
            call.close();
        }
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void aReplyThatIsTakenTooSlowlyIsCutOff() throws Exception {
        try (var slow = strict.wire()) {
            slow.send("GET /strict HTTP/1.1\r\nHost: a\r\n\r\n");
            Wire call = calls("/strict").take();
            TestGateway.await("let go", () -> {
                slow.bytes(50_000);
                return strict.inFlight("legacy") == 0;
            });
            call.close();
        }
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void aClientIsNotBlamedForABackendThatDoesNotRead() throws Exception {
        try (var client = gateway.wire()) {
            int pieces = 200;
            String piece = "x".repeat(100_000); // none takes a busy machine long to make
            client.send(
                    "POST /lazy HTTP/1.1\r\nHost: a\r\nContent-Length: " + (pieces * piece.length() + 3) + "\r\n\r\n");
            for (int i = 0; i < pieces; i++) {
                client.send(piece);
            }
            client.send("end");
            assertThat(client.reply()).startsWith("HTTP/1.1 200").endsWith("took");
        }
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void aClientThatReadsNothingIsCutOffAndItsBackendLetGo() throws Exception {
        try (var socket = new Socket()) {
            socket.setReceiveBufferSize(4096);
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), gateway.port()));
            var deaf = Wire.over(socket);
            deaf.send("GET /deaf HTTP/1.1\r\nHost: a\r\n\r\n");
            Wire call = calls("/deaf").take();
            TestGateway.await("let go", () -> gateway.inFlight("deaf") == 0);
            call.close();
        }
    }

    /** A reply of no known length ends with its connection, so that the end of one that is cut must not be an orderly one. */
    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void whatAnOldClientWasCutOffFromDoesNotLookWhole() throws Exception {
        way.needsHttp1("there is no HTTP/1.0 over HTTP/2");
        try (var socket = new Socket()) {
            socket.setReceiveBufferSize(4096);
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), gateway.port()));
            var deaf = Wire.over(socket);
            deaf.send("GET /old HTTP/1.0\r\nHost: a\r\n\r\n");
            Wire call = calls("/old").take();
            TestGateway.await("let go", () -> gateway.inFlight("old") == 0);
            assertThatThrownBy(deaf::rest).isInstanceOf(SocketException.class);
            call.close();
        }
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void aClientThatReadsSlowlyIsNot() throws Exception {
        int cut = served((steps, slow) -> {
            slow.send("GET /slowly HTTP/1.1\r\nHost: a\r\n\r\n");
            for (int i = 0; i < 15; i++) {
                assertThat(slow.bytes(500_000)).hasSize(500_000);
                steps.pauseFor(170);
            }
            assertThat(gateway.inFlight("slowly")).isEqualTo(1);
        });
        TestGateway.await("let go", () -> gateway.inFlight("slowly") == 0);
        for (int i = 0; i <= cut; i++) {
            calls("/slowly").take().close();
        }
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void aStreamThatHasNothingToSayIsNotCut() throws Exception {
        try (var client = gateway.wire()) {
            client.send("GET /events HTTP/1.1\r\nHost: a\r\n\r\n");
            assertThat(client.reply()).contains("event\r\n");
        }
    }

    private static long refused() throws Exception {
        return gateway.adminText("/metrics")
                .lines()
                .filter(line -> line.startsWith("banyan_refused_total{status=\"408\"}"))
                .mapToLong(line -> (long) Double.parseDouble(line.substring(line.lastIndexOf(' '))))
                .sum();
    }
}
