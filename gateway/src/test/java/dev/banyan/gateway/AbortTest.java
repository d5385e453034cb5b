package dev.banyan.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.netty.buffer.ByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.LoggerFactory;

/** Clients and backends that leave in the middle: the call ends on the other side, and nothing is kept. */
@SuppressWarnings("StringConcatToTextBlock") // line ends on the wire are CRLF
@ParameterizedClass
@EnumSource(Way.class)
class AbortTest {

    @Parameter
    Way way;

    @TempDir
    static Path folder;

    private static ScriptedServer server;
    private static TestGateway gateway;
    private static final BlockingQueue<Wire> CALLS = new LinkedBlockingQueue<>();
    private static final String LOST = "lost on purpose at ";
    private static final ListAppender<ILoggingEvent> LEAKS = new ListAppender<>();
    private static ResourceLeakDetector.Level level;

    @BeforeParameterizedClassInvocation
    static void start(Way way) throws Exception {
        TestGateway.take(way);
        level = ResourceLeakDetector.getLevel();
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
        server = new ScriptedServer("legacy");
        for (String path : new String[] {"/silent", "/part", "/flood", "/upload", "/ws"}) {
            server.on(path, (_, wire) -> {
                if (path.equals("/part")) {
                    wire.send("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\npart");
                }
                CALLS.add(wire);
                if (path.equals("/flood")) {
                    flood(wire);
                }
                if (path.equals("/ws")) {
                    wire.send("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                            + "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n");
                }
                while (!wire.socket().isClosed()) {
                    java.util.concurrent.locks.LockSupport.parkNanos(10_000_000);
                }
            });
        }
        server.on("/twice", (_, wire) -> {
            if (server.heads("/twice").size() > 1) {
                CALLS.add(wire);
                StreamsTest.hold(wire);
            } else {
                wire.send("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n");
            }
        });
        gateway = TestGateway.start(folder, """
                backends:
                  - {name: legacy, url: "%s", baseline: true}
                  - {name: new, url: "%s"}
                  - {name: twice, url: "%s", retries: {attempts: 1, budget: 50%%}}
                routes:
                  - {name: filtered, matches: [{headers: [{name: Filter, value: "yes"}]}], candidate: new, stage: complete, filters: ["AddResponseHeader=X-Fig, 1"]}
                  - {name: twice, matches: [{path: {value: /twice}}], candidate: twice, stage: complete, filters: ["AddResponseHeader=X-Fig, 1"]}
                """.formatted(server.url(), server.url(), server.url()));
        LEAKS.start();
        leakLog().addAppender(LEAKS); // the start of a gateway takes those away that were there
    }

    private static void flood(Wire wire) throws IOException {
        wire.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
        String chunk = "4000\r\n" + "x".repeat(0x4000) + "\r\n";
        while (true) {
            wire.send(chunk);
        }
    }

    private static List<tools.jackson.databind.JsonNode> counts() throws Exception {
        var all = gateway.admin("/admin/routes");
        return List.of(all.path("unrouted"), all.at("/routes/0"));
    }

    private static Logger leakLog() {
        return (Logger) LoggerFactory.getLogger(ResourceLeakDetector.class);
    }

    @AfterParameterizedClassInvocation
    static void stop() throws IOException {
        gateway.close();
        server.close();
        leakLog().detachAppender(LEAKS);
        ResourceLeakDetector.setLevel(level);
    }

    @Test
    void whoeverLeavesTheOtherSideIsToldAndThePlaceIsFreeAgain() throws Exception {
        leaveInEveryWay(4);
    }

    @Test
    @Tag("soak")
    void howeverManyLeaveTheOtherSideIsToldAndThePlaceIsFreeAgain() throws Exception {
        leaveInEveryWay(100);
    }

    private void leaveInEveryWay(int rounds) throws Exception {
        for (int i = 0; i < rounds; i++) {
            for (String filter : List.of("no", "yes")) {
                String host = " HTTP/1.1\r\nHost: a\r\nFilter: " + filter + "\r\n";
                leave("GET /silent" + host + "\r\n", null, i);
                leave("GET /part" + host + "\r\n", "part", i);
                leave("POST /upload" + host + "Content-Length: 1000000\r\n\r\n" + "x".repeat(70_000), null, i);
                leave("POST /upload" + host + "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", null, i);
                leave("GET /flood" + host + "\r\n", "xxx", i);
            }
            if (way.isHttp2()) {
                continue; // without WebSockets
            }
            leave(
                    "GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                            + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n",
                    "\r\n\r\n",
                    i);
        }
        // Five kinds in each round; a WebSocket that ends is no call that was given up.
        TestGateway.await("counted", () -> counts().stream()
                .allMatch(each -> each.path("aborted").asInt() == 5 * rounds));
        for (var each : counts()) {
            assertThat(each.at("/errors/baseline").asInt()
                            + each.at("/errors/candidate").asInt())
                    .as(each.toString())
                    .isZero();
            assertThat(each.path("failures")).isEmpty();
        }
        assertThat(gateway.ask("GET", "/")).endsWith("legacy");
        assertThat(leaks()).isEmpty();
    }

    /** What a reply that was given up said of its length is not true of the next one. */
    @Test
    void whoLeavesWhileItIsTriedAgainHasGotNoReply() throws Exception {
        var client = gateway.wire();
        client.send("HEAD /twice HTTP/1.1\r\nHost: a\r\n\r\n");
        Wire call = CALLS.take();
        client.close();
        TestGateway.await(
                "counted",
                () -> gateway.route("twice").at("/requests/candidate").asInt() == 1);
        assertThat(gateway.route("twice").path("aborted").asInt()).isEqualTo(1);
        assertThat(call.ends()).isTrue();
        call.close();
    }

    private static void leave(String request, @org.jspecify.annotations.Nullable String after, int round)
            throws Exception {
        var client = gateway.wire();
        client.send(request);
        Wire call = CALLS.take();
        if (after != null) {
            client.until(after);
        }
        String backend = request.contains("Filter: yes") ? "new" : "legacy";
        assertThat(gateway.inFlight(backend)).isEqualTo(1);
        if (round % 2 == 0) {
            client.close();
        } else {
            client.reset();
        }
        TestGateway.await("free again: " + request.substring(0, 40), () -> gateway.inFlight(backend) == 0);
        assertThat(call.ends()).as(request.substring(0, 12)).isTrue();
        call.close();
    }

    /** Returns what Netty has to say about buffers that were collected without having been released, once it has said so of one that is lost here. */
    private static List<String> leaks() throws Exception {
        String lost = LOST + System.nanoTime();
        lose(lost);
        TestGateway.await("a leak is seen", () -> {
            System.gc();
            for (int j = 0; j < 50; j++) {
                ByteBufAllocator.DEFAULT.directBuffer(64).release();
            }
            return said().stream().anyMatch(each -> each.contains(lost));
        });
        return said().stream().filter(each -> !each.contains(LOST)).toList();
    }

    private static void lose(String mark) {
        ByteBufAllocator.DEFAULT.directBuffer(64).touch(mark);
    }

    private static List<String> said() {
        return List.copyOf(LEAKS.list).stream()
                .map(ILoggingEvent::getFormattedMessage)
                .toList();
    }
}
