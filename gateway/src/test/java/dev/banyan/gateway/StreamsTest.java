package dev.banyan.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Replies that do not end, bodies that come late, and the rarer parts of HTTP/1.1. */
@SuppressWarnings("StringConcatToTextBlock") // line ends on the wire are CRLF
@ParameterizedClass
@EnumSource(Way.class)
class StreamsTest {

    @Parameter
    Way way;

    static final String UPGRADE = "GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";
    static final String SWITCHED = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\n"
            + "Upgrade: websocket\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";

    @TempDir
    static Path folder;

    private static ScriptedServer server;
    private static TestGateway gateway;
    /** The backend's ends of streams that a test opened, in order. */
    private static final BlockingQueue<Wire> STREAMS = new LinkedBlockingQueue<>();

    @BeforeParameterizedClassInvocation
    static void start(Way way) throws Exception {
        TestGateway.take(way);
        server = new ScriptedServer("legacy");
        server.on("/events", (_, wire) -> {
            wire.send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n");
            STREAMS.add(wire);
            hold(wire);
        });
        server.on("/ws", (_, wire) -> {
            wire.send(SWITCHED);
            STREAMS.add(wire);
            hold(wire);
        });
        gateway = TestGateway.start(folder, rules(0));
    }

    /** Leaves the connection to the test until it is closed. */
    static void hold(Wire wire) {
        while (!wire.socket().isClosed()) {
            java.util.concurrent.locks.LockSupport.parkNanos(20_000_000);
        }
    }

    private static String rules(int version) {
        return """
                backends:
                  - {name: legacy, url: "%s", baseline: true, maxConnections: %d}
                """.formatted(server.url(), 500 + version);
    }

    @AfterParameterizedClassInvocation
    static void stop() throws IOException {
        gateway.close();
        server.close();
    }

    @Test
    void anEventReachesTheClientBeforeTheNextIsSent() throws Exception {
        try (var client = gateway.wire()) {
            client.send("GET /events HTTP/1.1\r\nHost: a\r\n\r\n");
            var backend = STREAMS.take();
            assertThat(client.until("\r\n\r\n")).contains("text/event-stream");
            for (int i = 0; i < 20; i++) {
                String event = "data: " + (char) ('a' + i) + "\n\n";
                backend.send("9\r\n" + event + "\r\n");
                assertThat(client.until("\n\n")).endsWith(event);
            }
            backend.close();
        }
    }

    @Test
    void openStreamsSurviveEverySwapOfRules() throws Exception {
        List<Wire> clients = new ArrayList<>();
        List<Wire> backends = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            boolean socket = i % 2 == 0 && !way.isHttp2();
            var client = gateway.wire();
            client.send(socket ? UPGRADE : "GET /events HTTP/1.1\r\nHost: a\r\n\r\n");
            clients.add(client);
            backends.add(STREAMS.take());
            client.until("\r\n\r\n");
        }
        for (int i = 1; i <= 500; i++) {
            // The backend itself changes each time, so that its pool is let go while streams still use it.
            gateway.gateway()
                    .rules()
                    .swapIn(dev.banyan.rules.RuleSet.of(List.of(backend(500 + i)), List.of(), List.of()));
        }
        for (int i = 0; i < clients.size(); i++) {
            boolean socket = i % 2 == 0 && !way.isHttp2();
            backends.get(i).send(socket ? "hello" : "5\r\nhello\r\n");
            assertThat(clients.get(i).until("hello")).endsWith("hello");
            if (socket) {
                clients.get(i).send("back");
                assertThat(backends.get(i).bytes(4)).isEqualTo("back");
            }
            clients.get(i).close();
        }
        assertThat(gateway.ask("GET", "/")).endsWith("legacy");
        for (Wire backend : backends) {
            TestGateway.await("let go", () -> backend.ends());
            backend.close();
        }
    }

    private static dev.banyan.rules.Backend backend(int version) {
        String host = version % 2 == 0 ? "localhost" : "127.0.0.1";
        return dev.banyan.rules.Backend.baseline("legacy", java.net.URI.create("http://" + host + ":" + server.port()));
    }

    @Test
    void earlyHintsAreLeftOutAndTheReplyIsWhole() throws Exception {
        server.reply(
                "/hints",
                "HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\n\r\n"
                        + "HTTP/1.1 103 Early Hints\r\nLink: </b>; rel=preload\r\n\r\n"
                        + "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        try (var client = gateway.wire()) {
            for (int i = 0; i < 3; i++) {
                assertThat(client.send("GET /hints HTTP/1.1\r\nHost: a\r\n\r\n").reply())
                        .startsWith("HTTP/1.1 200")
                        .endsWith("ok");
            }
        }
    }

    @Test
    void aClientThatAsksFirstIsToldToGoOnAndTheBackendIsNotAsked() throws Exception {
        server.on("/continue", (head, wire) -> {
            String body = wire.bytes(4);
            wire.send("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n" + body);
        });
        try (var client = gateway.wire()) {
            client.send("PUT /continue HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n");
            assertThat(client.until("\r\n\r\n")).isEqualTo("HTTP/1.1 100 Continue\r\n\r\n");
            assertThat(client.send("body").reply()).startsWith("HTTP/1.1 200").endsWith("body");
        }
        assertThat(server.heads("/continue").getFirst()).doesNotContainIgnoringCase("expect");
    }

    @Test
    void aClientOfHttp10IsNotToldToGoOn() throws Exception {
        way.needsHttp1("streams have no older version");
        server.on("/unasked", (_, wire) -> wire.send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n" + wire.bytes(4)));
        try (var client = gateway.wire()) {
            client.send("PUT /unasked HTTP/1.0\r\nHost: a\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n");
            TestGateway.await("asked", () -> !server.heads("/unasked").isEmpty());
            assertThat(client.send("body").reply()).contains(" 200 OK").endsWith("body");
        }
    }

    @Test
    void aReplyBeforeTheWholeBodyReachesTheClient() throws Exception {
        server.on("/early", (_, wire) -> {
            wire.bytes(5);
            wire.send("HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            wire.close();
        });
        try (var client = gateway.wire()) {
            client.send("PUT /early HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\nfirst");
            assertThat(client.until("\r\n\r\n")).startsWith("HTTP/1.1 413");
        }
    }

    @Test
    void trailersEndHereAndTheBodyIsWhole() throws Exception {
        server.on("/trailers", (_, wire) -> {
            String body = wire.until("\r\n\r\n");
            String text = body.contains("X-Sum") ? "came" : "none";
            wire.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n4\r\n" + text
                    + "\r\n0\r\nX-Sum: 1\r\n\r\n");
        });
        try (var client = gateway.wire()) {
            client.send("POST /trailers HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n"
                    + "2\r\nhi\r\n0\r\nX-Sum: 1\r\n\r\n");
            assertThat(client.reply()).contains("none").doesNotContain("X-Sum").endsWith("0\r\n\r\n");
            assertThat(client.send("GET /after HTTP/1.1\r\nHost: a\r\n\r\n").reply())
                    .endsWith("legacy");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n",
                "OPTIONS * HTTP/1.1\r\nHost: a\r\nOrigin: http://b\r\n\r\n"
            })
    void theWholeServerMayBeAskedForItsOptions(String request) throws Exception {
        assertThat(gateway.ask(request)).startsWith("HTTP/1.1 200").endsWith("legacy");
        assertThat(server.heads("*")).isNotEmpty();
    }

    @Test
    void anAsteriskIsATargetOfOptionsAlone() throws Exception {
        way.needsHttp1("such a stream is reset");
        assertThat(gateway.ask("GET * HTTP/1.1\r\nHost: a\r\n\r\n")).startsWith("HTTP/1.1 400");
    }

    @Test
    void requestsSentAheadAreAnsweredInTheirOrder() throws Exception {
        server.reply("/first", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nfirst");
        server.reply("/second", "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsecond");
        try (var client = gateway.wire()) {
            client.send("GET /first HTTP/1.1\r\nHost: a\r\n\r\nGET /second HTTP/1.1\r\nHost: a\r\n\r\n");
            assertThat(client.reply()).endsWith("first");
            assertThat(client.reply()).endsWith("second");
        }
    }
}
