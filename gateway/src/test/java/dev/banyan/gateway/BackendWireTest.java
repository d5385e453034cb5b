package dev.banyan.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.util.concurrent.EventExecutor;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Assumptions;
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

/** Backends that say what nobody asked for, or close when they should not: no client gets what was meant for another. */
@SuppressWarnings("StringConcatToTextBlock") // line ends on the wire are CRLF
@ParameterizedClass
@EnumSource(value = Way.class, names = "HTTP2_CHAIN", mode = EnumSource.Mode.EXCLUDE)
class BackendWireTest {

    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    @TempDir
    static Path folder;

    private static ScriptedServer server;
    private static TestGateway gateway;
    private static BlackHole hole;

    @Parameter
    Way way;

    @BeforeParameterizedClassInvocation
    static void start(Way way) throws Exception {
        TestGateway.take(way);
        server = new ScriptedServer("legacy");
        hole = new BlackHole(InetAddress.getLoopbackAddress(), 0);
        gateway = TestGateway.start(
                folder, """
                backends:
                  - {name: legacy, url: "%s", baseline: true}
                  - {name: one, url: "%s", maxConnections: 1}
                  - {name: gone, url: "%s", timeouts: {request: 1s}}
                  - {name: mute, url: "https://127.0.0.1:%d", timeouts: {connect: 400ms}}
                  - {name: hole, url: "http://127.0.0.1:%d", timeouts: {connect: 400ms, request: 60s}}
                routes:
                  - {name: hole, matches: [{path: {value: /hole}}], candidate: hole, stage: complete}
                  - {name: gone, matches: [{path: {value: /gone}}], candidate: gone, stage: complete}
                  - {name: one, matches: [{path: {value: /one}}], candidate: one, stage: complete}
                  - {name: mute, matches: [{path: {value: /mute}}], candidate: mute, stage: complete}
                """.formatted(server.url(), server.url(), server.url(), server.port(), hole.port()));
    }

    @AfterParameterizedClassInvocation
    static void stop() throws IOException {
        gateway.close();
        server.close();
        hole.close();
    }

    @Test
    void aBodyInReplyToHeadIsNobodysReply() throws Exception {
        server.reply("/body-to-head", "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil");
        try (var client = gateway.wire()) {
            for (int i = 0; i < 10; i++) {
                client.send("HEAD /body-to-head HTTP/1.1\r\nHost: a\r\n\r\n");
                assertThat(client.until("\r\n\r\n")).startsWith("HTTP/1.1 200");
                assertThat(client.send("GET /x HTTP/1.1\r\nHost: a\r\n\r\n").reply())
                        .endsWith("legacy");
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "'HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n', doubtful coding",
        "'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n', coding twice",
        "'HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n', too old for chunks",
        "'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nokk', two lengths",
        "'HTTP/1.0 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nokk', two lengths of old",
        "'HTTP/1.1 200 OK\r\nContent-Length: two\r\n\r\nok', no length",
        "'HTTP/1.1 200 O\u001bK\r\nContent-Length: 2\r\n\r\nok', control character in the phrase",
        "'HTTP/1.1 200 OK\rX-A: 1\r\nContent-Length: 2\r\n\r\nok', half a line end in the phrase",
        "'HTTP/1.1 200 \u007f\r\nContent-Length: 2\r\n\r\nok', DEL for a phrase",
        "'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-A: \u0001\r\n\r\nok', control character in a value",
        "'NOT HTTP AT ALL\r\n\r\n', no HTTP",
        "'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n', nobody asked to switch",
    })
    void aReplyThatCanBeReadInTwoWaysIsNone(String reply, String why) throws Exception {
        server.on("/doubtful", (_, wire) -> wire.send(reply).close());
        assertThat(gateway.ask("GET", "/doubtful")).as(why).startsWith("HTTP/1.1 502");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Very Good", "All\tRight", "d'accord \u00e9"})
    void aPhraseOfItsOwnIsABackendsToSay(String phrase) throws Exception {
        server.on("/phrase", (_, wire) -> wire.send("HTTP/1.1 200 " + phrase + "\r\nContent-Length: 2\r\n\r\nok"));
        assertThat(gateway.ask("GET", "/phrase")).startsWith("HTTP/1.1 200 ").endsWith("\r\nok");
    }

    @Test
    void aHeadBeyondTheLimitIsNoReply() throws Exception {
        server.reply(
                "/long-head", "HTTP/1.1 200 OK\r\nX-Long: " + "x".repeat(70_000) + "\r\nContent-Length: 0\r\n\r\n");
        assertThat(gateway.ask("GET", "/long-head")).startsWith("HTTP/1.1 502");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\npart",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\npart\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\npart\r\nZZ\r\n"
            })
    void aReplyCutShortEndsTheClientsConnectionToo(String part) throws Exception {
        server.on("/cut", (_, wire) -> wire.send(part).close());
        try (var client = gateway.wire()) {
            client.send("GET /cut HTTP/1.1\r\nHost: a\r\n\r\n");
            String reply = client.until("0\r\n\r\n");
            assertThat(reply).startsWith("HTTP/1.1 200").doesNotEndWith("0\r\n\r\n");
        }
    }

    /** The server closes the connection in the moment its second request comes. */
    @Test
    void aReadIsAskedAgainWhenItsConnectionHasJustBeenClosedAndAWriteIsNot() throws Exception {
        server.reply("/first", OK);
        var seen = new AtomicInteger();
        server.on("/second", (_, wire) -> {
            if (seen.getAndIncrement() == 0) {
                wire.close();
            } else {
                wire.send(OK);
            }
        });
        String first = "GET /first HTTP/1.1\r\nHost: a\r\n\r\n";
        try (var client = gateway.wire()) {
            assertThat(client.send(first).reply()).endsWith("ok");
            assertThat(client.send("GET /second HTTP/1.1\r\nHost: a\r\n\r\n").reply())
                    .endsWith("ok");
            assertThat(client.send(first).reply()).endsWith("ok");
            seen.set(0);
            client.send("POST /second HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n");
            assertThat(client.reply()).startsWith("HTTP/1.1 502");
        }
        assertThat(seen).hasValue(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Connection: close", "Content-Length: 9", "Transfer-Encoding: chunked"})
    void aReplyThatIsResetNeverLooksWhole(String framing) throws Exception {
        var read = new CountDownLatch(1);
        String half = framing.startsWith("T") ? "4\r\nhalf\r\n" : "half";
        server.on("/reset", (_, wire) -> {
            wire.send("HTTP/1.1 200 OK\r\n" + framing + "\r\n\r\n" + half);
            await(read);
            wire.reset();
        });
        try (var client = gateway.wire()) {
            client.send("GET /reset HTTP/1.1\r\nHost: a\r\n\r\n").until("half");
            read.countDown();
            assertThat(client.toItsEnd()).doesNotEndWith("0\r\n\r\n");
        }
    }

    /** The reply and the reset behind it are there before the gateway looks at either. */
    @Test
    void aWriteDoesNotGoOverAConnectionThatWasResetRightBehindAReply() throws Exception {
        server.on("/behind", (_, wire) -> {
            Runnable release = holdLoops(way == Way.EPOLL ? Transport.EPOLL : Transport.best());
            try (wire) {
                wire.send(OK);
                wire.reset();
            } finally {
                release.run();
            }
        });
        for (int i = 0; i < 20; i++) {
            try (var client = gateway.wire()) {
                assertThat(client.send("GET /behind HTTP/1.1\r\nHost: a\r\n\r\n")
                                .reply())
                        .endsWith("ok");
                // Whether a connection was reset is asked once it has waited for a little.
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
                client.send("POST /written HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n");
                assertThat(client.reply()).endsWith("legacy");
            }
        }
    }

    /** More of an upload than a backend takes at once is there, and then its reset, before the gateway looks at either. */
    @Test
    void anUploadWhoseBackendResetsWhileItIsWrittenIsReadToItsEnd() throws Exception {
        Assumptions.assumeTrue(way == Way.EPOLL || way == Way.LEAN, "elsewhere others write to the backend");
        BlockingQueue<Wire> calls = new ArrayBlockingQueue<>(1);
        server.on("/breaks", (_, wire) -> {
            calls.add(wire);
            StreamsTest.hold(wire);
        });
        String body = "x".repeat(200_000);
        try (var client = gateway.wire()) {
            client.send("POST /breaks HTTP/1.1\r\nHost: a\r\nContent-Length: " + 2 * body.length() + "\r\n\r\n");
            try (Wire call = calls.take()) {
                Runnable release = holdLoops(way == Way.EPOLL ? Transport.EPOLL : Transport.best());
                try {
                    client.send(body);
                    call.reset();
                } finally {
                    release.run();
                }
            }
            assertThat(client.reply()).startsWith("HTTP/1.1 502");
            client.send(body);
            assertThat(client.send("GET /x HTTP/1.1\r\nHost: a\r\n\r\n").reply())
                    .endsWith("legacy");
        }
    }

    /** Keeps every event loop from its connections until what is returned runs. */
    private static Runnable holdLoops(Transport transport) {
        List<EventExecutor> loops = new ArrayList<>();
        EventLoops.over(transport).onServer(true).forEach(loops::add);
        var held = new CountDownLatch(loops.size());
        var released = new CountDownLatch(1);
        for (EventExecutor loop : loops) {
            loop.execute(() -> {
                held.countDown();
                await(released);
            });
        }
        await(held);
        return released::countDown;
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(120, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The server closes each connection in the moment its second request comes, as one does that starts anew. */
    @Test
    void aReadIsAskedAgainOverANewConnectionSinceOthersThatWaitMayBeClosedToo() throws Exception {
        Map<Wire, Integer> calls = new ConcurrentHashMap<>();
        int more = 2 * Math.max(4, Runtime.getRuntime().availableProcessors()) + 1; // than one for each event loop
        var all = new CountDownLatch(more);
        server.on("/again", (_, wire) -> {
            if (calls.merge(wire, 1, Integer::sum) > 1) {
                wire.close();
                return;
            }
            all.countDown();
            while (all.getCount() > 0) {
                LockSupport.parkNanos(1_000_000);
            }
            wire.send(OK);
        });
        List<Wire> clients = new ArrayList<>();
        for (int i = 0; i < more; i++) {
            clients.add(gateway.wire().send("GET /again HTTP/1.1\r\nHost: a\r\n\r\n"));
        }
        for (Wire client : clients) {
            assertThat(client.reply()).endsWith("ok");
        }
        for (Wire client : clients) {
            assertThat(client.send("GET /again HTTP/1.1\r\nHost: a\r\n\r\n").reply())
                    .endsWith("ok");
            client.close();
        }
    }

    /** Nothing ever comes back on a connection that was used before, as if its other end had vanished without a word. */
    @ParameterizedTest
    @Execution(ExecutionMode.CONCURRENT)
    @ValueSource(strings = {"GET", "POST"})
    void aCallOnAConnectionWhoseOtherEndHasVanishedEndsAtItsLimitAndNoneFollowsIt(String method) throws Exception {
        Map<Wire, Integer> calls = new ConcurrentHashMap<>();
        server.on("/gone/" + method, (_, wire) -> {
            if (calls.merge(wire, 1, Integer::sum) == 1) {
                wire.send(OK);
            }
        });
        String request = method + " /gone/" + method + " HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n";
        // A connection that is not back in its pool yet when the next call comes is not used for it.
        try (var client = gateway.wire()) {
            askUntil("HTTP/1.1 504", client, request);
            askUntil("HTTP/1.1 200", client, request);
        }
        assertThat(calls.values()).contains(2).allMatch(each -> each <= 2);
        TestGateway.await("nothing in flight", () -> gateway.inFlight("gone") == 0);
    }

    private static void askUntil(String expected, Wire client, String request) throws Exception {
        String reply = "";
        for (int i = 0; i < 10 && !reply.startsWith(expected); i++) {
            reply = client.send(request).reply();
        }
        assertThat(reply).startsWith(expected);
    }

    @Test
    void aBackendOfOneConnectionServesClientsOfEveryEventLoop() throws Exception {
        List<Wire> clients = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            clients.add(gateway.wire());
        }
        for (int round = 0; round < 5; round++) {
            for (Wire client : clients) {
                assertThat(client.send("GET /one HTTP/1.1\r\nHost: a\r\n\r\n").reply())
                        .endsWith("legacy");
                TestGateway.await("its place is free", () -> gateway.inFlight("one") == 0);
            }
        }
        for (Wire client : clients) {
            client.close();
        }
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void aBackendThatNeverSpeaksTlsIsGivenUpAndAClientThatLeavesMeanwhileTakesNoPlace() throws Exception {
        try (var client = gateway.wire()) {
            client.send("GET /mute HTTP/1.1\r\nHost: a\r\n\r\n");
            TestGateway.await("on its way", () -> gateway.inFlight("mute") == 1);
        }
        TestGateway.await("left", () -> gateway.inFlight("mute") == 0);
        assertThat(gateway.ask("GET", "/mute")).startsWith("HTTP/1.1 502");
        assertThat(gateway.route("mute").at("/failures/connect").asInt()).isEqualTo(1);
    }

    /** By the system's own limit that takes minutes, and by that of the request a minute. */
    @Test
    void aBackendWhoseConnectionsVanishIsGivenUpAfterItsLimitOfConnecting() throws Exception {
        assertThat(gateway.ask("GET", "/hole")).startsWith("HTTP/1.1 502");
        assertThat(gateway.ask("POST /hole HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi"))
                .startsWith("HTTP/1.1 502");
        assertThat(gateway.route("hole").at("/failures/connect").asInt()).isEqualTo(2);
        assertThat(gateway.ask("GET", "/")).endsWith("legacy");
    }
}
