package dev.banyan.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.gateway.faults.Faults;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
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
import org.junit.jupiter.params.provider.ValueSource;

/** How long a backend may be silent within a reply, and what counts as its silence. All tests at once, since they wait for that limit. */
@SuppressWarnings("StringConcatToTextBlock") // line ends on the wire are CRLF
@ParameterizedClass
@EnumSource(
        value = Way.class,
        names = {"CHAIN", "HTTP2", "LEAN"})
class SilenceTest {

    @Parameter
    Way way;

    /** More than all buffers on the way hold. */
    private static final int BIG = 64 << 20;

    /** More than the system and the gateway hold of it for a backend that takes nothing. */
    private static final int UPLOAD = 16 << 20;

    @TempDir
    static Path folder;

    private static ScriptedServer server;
    private static Faults process;
    private static TestGateway gateway;
    /** The backend's ends of what may be silent. */
    private static final BlockingQueue<Wire> EVENTS = new LinkedBlockingQueue<>();

    private static final BlockingQueue<Wire> SOCKETS = new LinkedBlockingQueue<>();

    @BeforeParameterizedClassInvocation
    static void start(Way way) throws Exception {
        TestGateway.take(way);
        server = new ScriptedServer("legacy");
        var forgotten = new LinkedBlockingQueue<Wire>();
        begins("/length", "HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nhalf", forgotten);
        begins("/chunks", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n", forgotten);
        begins("/end", "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhalf", forgotten);
        begins(
                "/events",
                "HTTP/1.1 200 OK\r\nContent-Type: Text/Event-Stream; charset=utf-8\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n",
                EVENTS);
        begins("/ws", StreamsTest.SWITCHED, SOCKETS);
        server.on("/big", (_, wire) -> {
            wire.send("HTTP/1.1 200 OK\r\nContent-Length: " + BIG + "\r\n\r\n");
            String block = "x".repeat(1 << 16);
            for (int i = 0; i < BIG; i += block.length()) {
                wire.send(block);
            }
        });
        process = new Faults("stopped", folder.resolve("history"));
        gateway = TestGateway.start(folder, """
                backends:
                  - {name: legacy, url: "%s", baseline: true, timeouts: {silence: 1s}}
                  - {name: stopped, url: "%s", timeouts: {silence: 1s}}
                routes:
                  - {name: stopped, matches: [{path: {value: /stopped}}], candidate: stopped, stage: complete}
                """.formatted(server.url(), process.url()) + counted());
    }

    /** A route for each reply that falls silent, which has its counts; the baseline answers. */
    private static String counted() {
        var routes = new StringBuilder();
        for (String reply : List.of("length", "chunks", "end")) {
            for (boolean toUpgrade : new boolean[] {false, true}) {
                routes.append("""
                          - {name: %1$s, matches: [{path: {value: /%2$s/%1$s}}], candidate: stopped, stage: shadow}
                        """.formatted(reply + "-" + toUpgrade, reply));
            }
        }
        return routes.toString();
    }

    /** Begins a reply and leaves its rest to the test. */
    private static void begins(String target, String reply, BlockingQueue<Wire> begun) {
        server.on(target, (_, wire) -> {
            wire.send(reply);
            begun.add(wire);
            StreamsTest.hold(wire);
        });
    }

    private static Wire begun(BlockingQueue<Wire> replies) throws InterruptedException {
        Wire next = replies.poll(15, TimeUnit.SECONDS);
        assertThat(next).as("a reply that has begun").isNotNull();
        return next;
    }

    @AfterParameterizedClassInvocation
    static void stop() throws IOException {
        gateway.close();
        process.kill();
        server.close();
        EVENTS.clear();
        SOCKETS.clear();
    }

    /** Waits for longer than a backend may be silent. */
    private static void outlastTheLimit() throws Exception {
        for (int i = 0; i < 2; i++) {
            try (var wire = gateway.wire()) {
                wire.send("GET /length HTTP/1.1\r\nHost: a\r\n\r\n");
                assertThat(wire.toItsEnd()).endsWith("half");
            }
        }
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void aProcessThatIsStoppedWithinItsReplyHoldsNoCall() throws Exception {
        try (var client = gateway.wire()) {
            client.send("GET /stopped HTTP/1.1\r\nHost: a\r\nX-Id: 1\r\nX-Do: drip\r\nX-Size: 1\r\n\r\n");
            assertThat(client.until("dripdrip")).startsWith("HTTP/1.1 200");
            process.freeze();
            try {
                assertThat(client.toItsEnd()).doesNotContain("HTTP/1.1");
                TestGateway.await("its place is free", () -> gateway.inFlight("stopped") == 0);
            } finally {
                process.goOn();
            }
        }
        assertThat(gateway.route("stopped").toString()).contains("timeout");
    }

    /** Asks for a WebSocket, or for nothing but a reply. */
    private String asks(String target, boolean forWebSocket) {
        if (forWebSocket) {
            way.needsHttp1("WebSockets come by HTTP/1.1");
            return StreamsTest.UPGRADE.replace("/ws", target);
        }
        return "GET " + target + " HTTP/1.1\r\nHost: a\r\n\r\n";
    }

    @ParameterizedTest
    @Execution(ExecutionMode.CONCURRENT)
    @CsvSource({"/length, false", "/chunks, false", "/end, false", "/length, true", "/chunks, true", "/end, true"})
    void aReplyThatFallsSilentNeverLooksWhole(String target, boolean toUpgrade) throws Exception {
        String route = target.substring(1) + "-" + toUpgrade;
        try (var client = gateway.wire()) {
            client.send(asks(target + "/" + route, toUpgrade));
            String got = client.toItsEnd();
            assertThat(got).startsWith("HTTP/1.1 200").contains("half");
            if (target.equals("/length")) {
                assertThat(got).endsWith("half");
            } else {
                assertThat(got.toLowerCase(java.util.Locale.ROOT))
                        .contains("transfer-encoding: chunked")
                        .doesNotEndWith("0\r\n\r\n");
            }
        }
        TestGateway.await(
                "its reason is counted",
                () -> gateway.route(route).at("/failures/timeout").asInt(0) == 1);
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void eventStreamsAndWebSocketsMayBeSilent() throws Exception {
        try (var events = gateway.wire();
                var socket = gateway.wire()) {
            events.send("GET /events HTTP/1.1\r\nHost: a\r\n\r\n");
            events.until("half");
            Wire eventSource = begun(EVENTS);
            Wire other = null;
            if (!way.isHttp2()) { // WebSockets come by HTTP/1.1
                socket.send(StreamsTest.UPGRADE);
                socket.until("\r\n\r\n");
                other = begun(SOCKETS);
            }
            outlastTheLimit();
            eventSource.send("4\r\nmore\r\n0\r\n\r\n");
            assertThat(events.until("0\r\n\r\n")).contains("more");
            eventSource.close(); // nobody reads another request there
            if (other != null) {
                other.send("\u0081\u0002ok");
                assertThat(socket.bytes(4)).endsWith("ok");
            }
        }
    }

    @ParameterizedTest
    @Execution(ExecutionMode.CONCURRENT)
    @ValueSource(booleans = {false, true})
    void aClientThatReadsNothingForAWhileGetsAllOfIt(boolean toUpgrade) throws Exception {
        try (var client = gateway.wire()) {
            client.send(asks("/big", toUpgrade)).until("\r\n\r\n");
            outlastTheLimit();
            assertThat(client.bytes(BIG).length()).isEqualTo(BIG);
        }
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void aReplyToAnUploadThatIsStillUnderWayMayWaitForIt() throws Exception {
        server.on("/early", (_, wire) -> {
            wire.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n");
            wire.until("0\r\n\r\n");
            wire.send("4\r\nlate\r\n0\r\n\r\n");
        });
        try (var client = gateway.wire()) {
            client.send("POST /early HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n");
            client.until("ok\r\n");
            outlastTheLimit();
            client.send("0\r\n\r\n");
            assertThat(client.until("0\r\n\r\n")).contains("late");
        }
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void onceAnUploadHasEndedItsReplyMayNotBeSilent() throws Exception {
        server.on("/over", (_, wire) -> {
            wire.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n");
            wire.until("0\r\n\r\n");
        });
        try (var client = gateway.wire()) {
            client.send("POST /over HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n");
            client.until("ok\r\n");
            client.send("0\r\n\r\n");
            assertThat(client.toItsEnd()).doesNotEndWith("0\r\n\r\n");
        }
    }

    /** Nobody sees whether it takes something of what the system has room for, or stands still for a while, as here. */
    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void whoTakesAnUploadSlowlyIsNotSilent() throws Exception {
        String block = "x".repeat(1 << 16);
        var goesOn = new CountDownLatch(1);
        server.on("/slow", (_, wire) -> {
            wire.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n");
            DrainTest.await(goesOn);
            for (int i = 0; i < UPLOAD; i += block.length()) {
                wire.bytes(block.length());
            }
            wire.send("4\r\nlate\r\n0\r\n\r\n");
        });
        try (var client = gateway.wire()) {
            client.send("POST /slow HTTP/1.1\r\nHost: a\r\nContent-Length: " + UPLOAD + "\r\n\r\n");
            Thread sends = Thread.ofVirtual().start(() -> {
                for (int i = 0; i < UPLOAD; i += block.length()) {
                    client.sendIfOpen(block);
                }
            });
            client.until("ok\r\n");
            outlastTheLimit();
            goesOn.countDown();
            sends.join();
            assertThat(client.until("0\r\n\r\n")).contains("late");
        }
    }
}
