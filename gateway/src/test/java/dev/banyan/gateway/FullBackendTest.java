package dev.banyan.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;

/** Backends with as many calls in flight as they may have. */
@ParameterizedClass
@EnumSource(Way.class)
class FullBackendTest {

    private static final int CALLS_MAX = 3;

    @Parameter
    Way way;

    @TempDir
    static Path folder;

    private static ScriptedServer legacy;
    private static ScriptedServer candidate;
    private static TestGateway gateway;
    private static final Semaphore GO_ON = new Semaphore(0);

    @BeforeParameterizedClassInvocation
    static void start(Way way) throws Exception {
        TestGateway.take(way);
        legacy = new ScriptedServer("legacy");
        candidate = new ScriptedServer("new");
        candidate.on("/", (_, wire) -> {
            GO_ON.acquireUninterruptibly();
            wire.send("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nnew");
        });
        gateway = TestGateway.start(
                folder, """
                backends:
                  - {name: legacy, url: "%s", baseline: true}
                  - {name: full, url: "%s", maxConnections: %d}
                  - {name: slow, url: "%s", adaptiveLimit: {target: 50ms, min: 2}}
                  - {name: held, url: "%s", adaptiveLimit: {target: 1m, min: 2}, circuitBreaker: {windowCalls: 1000, minCalls: 1000}}
                routes:
                  - {name: full, matches: [{path: {value: /full}}], candidate: full, stage: complete}
                  - {name: slow, matches: [{path: {value: /slow}}], candidate: slow, stage: complete}
                  - {name: held, matches: [{path: {value: /held}}], candidate: held, stage: complete}
                """.formatted(legacy.url(), candidate.url(), CALLS_MAX, candidate.url(), legacy.url()));
    }

    @AfterParameterizedClassInvocation
    static void stop() throws IOException {
        gateway.close();
        legacy.close();
        candidate.close();
    }

    @Test
    void whoComesTooManyIsToldAtOnceAndOthersAreServed() throws Exception {
        List<Wire> served = new ArrayList<>();
        for (int i = 0; i < CALLS_MAX; i++) {
            served.add(gateway.wire().send("GET /full HTTP/1.1\r\nHost: a\r\n\r\n"));
        }
        TestGateway.await("full", () -> gateway.inFlight("full") == CALLS_MAX);
        String refused = gateway.ask("GET", "/full").toLowerCase(Locale.ROOT);
        assertThat(refused).startsWith("http/1.1 503").contains("retry-after: 1");
        assertThat(gateway.ask("GET", "/old")).endsWith("legacy");
        GO_ON.release(CALLS_MAX);
        for (Wire each : served) {
            assertThat(each.reply()).endsWith("new");
            each.close();
        }
        GO_ON.release();
        assertThat(gateway.ask("GET", "/full")).endsWith("new");
    }

    @Test
    void repliesThatComeLateLowerTheLimitAndRepliesInTimeRaiseIt() throws Exception {
        int before = limit("slow");
        for (int i = 0; i < 20 && limit("slow") > 2; i++) {
            try (var client = gateway.wire()) {
                client.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n");
                TestGateway.await("asked", () -> gateway.inFlight("slow") == 1);
                java.util.concurrent.locks.LockSupport.parkNanos(60_000_000); // longer than the target
                GO_ON.release();
                assertThat(client.reply()).endsWith("new");
            }
        }
        assertThat(limit("slow")).isEqualTo(2).isLessThan(before);
        TestGateway.await("raised by pairs that are in time", () -> {
            GO_ON.release(2);
            try (var one = gateway.wire();
                    var two = gateway.wire()) {
                one.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n");
                two.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n");
                one.reply();
                two.reply();
            }
            return limit("slow") > 2;
        });
    }

    @Test
    void whatStreamsOrBringsABodyTakesNoPlaceOfThoseThatWait() throws Exception {
        legacy.reply("/held/503", "HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n");
        legacy.on("/held/events", (_, wire) -> {
            wire.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
            StreamsTest.hold(wire);
        });
        legacy.on("/held/ws", (_, wire) -> {
            wire.send(StreamsTest.SWITCHED);
            StreamsTest.hold(wire);
        });
        legacy.on("/held/up", (_, wire) -> wire.bytes(9));
        legacy.on("/held/never", (_, _) -> {});
        for (int i = 0; i < 20 && limit("held") > 2; i++) {
            gateway.ask("GET", "/held/503");
        }
        assertThat(limit("held")).isEqualTo(2);
        List<Wire> open = new ArrayList<>();
        try {
            for (int i = 0; i < 5; i++) {
                open.add(begun("GET /held/events HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 200"));
                if (!way.isHttp2()) {
                    open.add(begun(StreamsTest.UPGRADE.replace("/ws", "/held/ws"), "HTTP/1.1 101"));
                }
                open.add(gateway.wire().send("PUT /held/up HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhalf"));
            }
            TestGateway.await("all there", () -> gateway.inFlight("held") == open.size());
            assertThat(gateway.ask("GET", "/held/fine")).endsWith("legacy");
            for (int i = limit("held"); i > 0; i--) {
                open.add(gateway.wire().send("GET /held/never HTTP/1.1\r\nHost: a\r\n\r\n"));
            }
            TestGateway.await("all wait", () -> backend("held").path("waiting").asInt() == limit("held"));
            assertThat(gateway.ask("GET", "/held/fine")).startsWith("HTTP/1.1 503");
        } finally {
            for (Wire each : open) {
                each.close();
            }
        }
        TestGateway.await("let go", () -> gateway.inFlight("held") == 0);
        assertThat(backend("held").path("waiting").asInt()).isZero();
    }

    private static Wire begun(String request, String reply) throws IOException {
        Wire client = gateway.wire().send(request);
        assertThat(client.until("\r\n\r\n")).startsWith(reply);
        return client;
    }

    private static int limit(String backend) throws Exception {
        return backend(backend).path("waitingMax").asInt();
    }

    private static JsonNode backend(String name) throws Exception {
        for (JsonNode backend : gateway.admin("/admin/routes").path("backends")) {
            if (backend.path("name").asString("").equals(name)) {
                return backend;
            }
        }
        throw new AssertionError("no backend " + name);
    }
}
