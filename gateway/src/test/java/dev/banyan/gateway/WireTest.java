package dev.banyan.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
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

/** What a client sees on the wire: where replies end, in which order they come, and what becomes of the connection. */
@SuppressWarnings("StringConcatToTextBlock") // line ends on the wire are CRLF
@ParameterizedClass
@EnumSource(Way.class)
class WireTest {

    private static final String HEAD = " HTTP/1.1\r\nHost: a\r\n";
    private static final String AFTER = "GET /after" + HEAD + "\r\n";

    @TempDir
    static Path folder;

    private static ScriptedServer server;
    private static TestGateway gateway;
    private static final AtomicLong SENT = new AtomicLong();
    private static CountDownLatch later = new CountDownLatch(1);

    /** Event loops of Reactor Netty's own that tests before these have left behind. */
    private static final Set<Thread> OTHER_LOOPS = threads("reactor-http");

    @Parameter
    Way way;

    @BeforeParameterizedClassInvocation
    static void start(Way way) throws Exception {
        TestGateway.take(way);
        server = new ScriptedServer("legacy");
        server.reply("/304", "HTTP/1.1 304 Not Modified\r\nETag: \"a\"\r\nContent-Length: 99\r\n\r\n");
        server.reply("/204", "HTTP/1.1 204 No Content\r\n\r\n");
        server.reply("/head", "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n");
        server.reply(
                "/chunks", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n4\r\n you\r\n0\r\n\r\n");
        server.on("/takes", (_, wire) -> {
            wire.bytes(4);
            wire.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        });
        server.on("/until-close", (_, wire) -> wire.send("HTTP/1.1 200 OK\r\n\r\nall of it")
                .close());
        server.on("/echo", (head, wire) -> {
            String body = head.toLowerCase(java.util.Locale.ROOT).contains("chunked")
                    ? wire.until("0\r\n\r\n")
                    : wire.bytes(4);
            wire.send("HTTP/1.1 200 OK\r\nContent-Length: " + body.length() + "\r\n\r\n" + body);
        });
        server.on("/flood", (_, wire) -> {
            SENT.set(0);
            wire.send("HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n");
            for (int i = 0; i < 1_000; i++) {
                wire.send("x".repeat(100_000));
                SENT.addAndGet(100_000);
            }
        });
        for (String path : List.of("/later", "/filtered/later")) {
            server.on(path, (_, wire) -> {
                DrainTest.await(later);
                wire.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nlater");
            });
        }
        int dead = 1; // where nobody listens, and which nobody is given by chance
        gateway = TestGateway.start(
                folder, """
                backends:
                  - {name: legacy, url: "%s", baseline: true}
                  - {name: dead, url: "http://127.0.0.1:%d"}
                  - {name: nameless, url: "http://no-such-host.invalid:80"}
                  - {name: same, url: "%s"}
                routes:
                  - {name: filtered, matches: [{path: {type: PathPrefix, value: /filtered}}], candidate: same, stage: complete, filters: ["AddResponseHeader=X-Fig, 1"]}
                  - {name: dead, matches: [{path: {value: /dead}}], candidate: dead, stage: complete}
                  - {name: nameless, matches: [{path: {value: /nameless}}], candidate: nameless, stage: complete}
                  - {name: gone, matches: [{path: {value: /gone}}], candidate: dead, stage: retired}
                """.formatted(server.url(), dead, server.url()), "--client-head-timeout", "3");
    }

    @AfterParameterizedClassInvocation
    static void stop() throws IOException {
        gateway.close();
        server.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET /304", "GET /204", "HEAD /head", "HEAD /gone"})
    void aReplyWithoutABodyEndsWithItsHead(String request) throws Exception {
        try (var client = gateway.wire()) {
            client.send(request + HEAD + "\r\n" + AFTER);
            assertThat(client.until("\r\n\r\n")).doesNotContainIgnoringCase("transfer-encoding");
            assertThat(client.reply()).startsWith("HTTP/1.1 200").endsWith("legacy");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET /dead", "GET /nameless", "GET /gone", "GET /chunks", "GET /until-close"})
    void aConnectionLivesOnAfterAnyReplyThatIsWhole(String request) throws Exception {
        try (var client = gateway.wire()) {
            for (int i = 0; i < 3; i++) {
                assertThat(client.send(request + HEAD + "\r\n").reply()).startsWith("HTTP/1.1 ");
            }
            assertThat(client.send(AFTER).reply()).endsWith("legacy");
        }
    }

    @Test
    void aBodyThatEndsWithTheConnectionGetsAnEndOfItsOwn() throws Exception {
        try (var client = gateway.wire()) {
            String reply = client.send("GET /until-close" + HEAD + "\r\n").reply();
            assertThat(reply).containsIgnoringCase("transfer-encoding: chunked").contains("all of it");
            assertThat(client.send(AFTER).reply()).endsWith("legacy");
        }
    }

    @Test
    void whoWantsTheConnectionClosedGetsItClosed() throws Exception {
        way.needsHttp1("a stream ends anyway");
        try (var client = gateway.wire()) {
            client.send("GET /x" + HEAD + "Connection: close\r\n\r\n");
            assertThat(client.until("\r\n\r\nlegacy")).containsIgnoringCase("connection: close");
            assertThat(client.ends()).isTrue();
        }
    }

    @Test
    void anOldClientGetsNoChunks() throws Exception {
        way.needsHttp1("there is no HTTP/1.0 over HTTP/2");
        try (var client = gateway.wire()) {
            client.send("GET /chunks HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\n\r\n");
            assertThat(client.until("never"))
                    .doesNotContainIgnoringCase("chunked")
                    .containsIgnoringCase("connection: close")
                    .endsWith("\r\n\r\nhello you");
        }
    }

    /** On the filter chain it ends: kept for a second request, that one was never answered by Reactor Netty. */
    @ParameterizedTest
    @CsvSource({"GET, /x", "GET, /204", "GET, /304", "HEAD, /head"})
    void anOldClientMayKeepItsConnectionOrIsToldThatItEnds(String method, String target) throws Exception {
        way.needsHttp1("there is no HTTP/1.0 over HTTP/2");
        boolean kept = way != Way.CHAIN;
        try (var client = gateway.wire()) {
            client.send(method + " " + target + " HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\n\r\n");
            assertThat(client.until("\r\n\r\n"))
                    .startsWith("HTTP/1.1 ")
                    .doesNotContainIgnoringCase("chunked")
                    .containsIgnoringCase("connection: " + (kept ? "keep-alive" : "close"));
            if (target.equals("/x")) {
                assertThat(client.until("legacy")).isEqualTo("legacy");
            }
            if (kept) {
                assertThat(client.send("GET /x HTTP/1.0\r\nHost: a\r\n\r\n").reply())
                        .endsWith("legacy");
            }
            assertThat(client.rest()).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Length: 4\r\n\r\nbody",
                "Transfer-Encoding: chunked\r\n\r\n2\r\nbo\r\n2\r\ndy\r\n0\r\n\r\n",
                "Connection: content-length\r\nContent-Length: 4\r\n\r\nbody"
            })
    void aBodyArrivesHoweverItIsFramed(String rest) throws Exception {
        try (var client = gateway.wire()) {
            client.send("POST /echo" + HEAD + rest + AFTER);
            assertThat(client.reply()).startsWith("HTTP/1.1 200").contains("bo").contains("dy");
            assertThat(client.reply()).endsWith("legacy");
        }
    }

    @Test
    void manyRequestsSentAheadAreAnsweredInTheirOrder() throws Exception {
        way.needsHttp1("streams need no order");
        var requests = new StringBuilder();
        List<String> wanted = new ArrayList<>();
        for (int i = 0; i < 150; i++) {
            server.reply(
                    "/ahead" + i + "/", "HTTP/1.1 200 OK\r\nContent-Length: " + ("" + i).length() + "\r\n\r\n" + i);
            requests.append(i % 7 == 3 ? "POST" : "GET")
                    .append(" /ahead")
                    .append(i)
                    .append('/')
                    .append(HEAD);
            requests.append(i % 7 == 3 ? "Content-Length: 0\r\n\r\n" : "\r\n");
            wanted.add("" + i);
        }
        try (var client = gateway.wire()) {
            client.send(requests.toString());
            List<String> got = new ArrayList<>();
            for (int i = 0; i < 150; i++) {
                String reply = client.reply();
                got.add(reply.substring(reply.indexOf("\r\n\r\n") + 4));
            }
            assertThat(got).isEqualTo(wanted);
        }
    }

    @Test
    void requestsSentAheadMayChangeFromOnePathToTheOther() throws Exception {
        var requests = new StringBuilder();
        String body = "0123456789".repeat(10_000);
        server.on("/plain/body", (_, wire) -> answerIf(body, wire));
        server.on("/filtered/body", (_, wire) -> answerIf(body, wire));
        for (int i = 0; i < 60; i++) {
            boolean filtered = i % 3 == 1 || i % 5 == 0;
            if (i == 8 || i == 16) {
                requests.append(filtered ? "POST /filtered/body" : "POST /plain/body")
                        .append(HEAD + "Content-Length: 100000\r\n\r\n")
                        .append(body);
                continue;
            }
            requests.append(i % 4 == 2 ? "POST" : "GET")
                    .append(filtered ? " /filtered/" : " /plain/")
                    .append(i);
            requests.append(HEAD).append(i % 4 == 2 ? "Content-Length: 0\r\n\r\n" : "\r\n");
        }
        try (var client = gateway.wire()) {
            client.send(requests.toString());
            for (int i = 0; i < 60; i++) {
                String reply = client.reply();
                assertThat(reply).startsWith("HTTP/1.1 200").endsWith("legacy");
                assertThat(reply.contains("X-Fig: 1"))
                        .as("reply %d: %s", i, reply)
                        .isEqualTo(i % 3 == 1 || i % 5 == 0);
            }
            assertThat(client.send(AFTER).reply()).endsWith("legacy");
        }
    }

    private static void answerIf(String body, Wire wire) throws IOException {
        boolean same = wire.bytes(body.length()).equals(body);
        wire.send("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n" + (same ? "legacy" : "others"));
    }

    @Test
    void theEventLoopsUseTheTransportThatWasAskedFor() throws Exception {
        assertThat(gateway.ask("GET", "/x")).endsWith("legacy");
        String transport = way == Way.EPOLL ? "epoll" : Transport.best().word();
        assertThat(threads("gateway-" + transport + "-")).isNotEmpty();
        assertThat(OTHER_LOOPS).containsAll(threads("reactor-http"));
    }

    private static Set<Thread> threads(String prefix) {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith(prefix))
                .collect(Collectors.toSet());
    }

    @Test
    void moreHeadersThanAnybodySendsAreRefused() throws Exception {
        try (var client = gateway.wire()) {
            client.send("GET /x" + HEAD + "X-Many: 1\r\n".repeat(100) + "\r\n");
            assertThat(client.until("\r\n\r\n")).startsWith("HTTP/1.1 431");
        }
        assertThat(gateway.ask("GET /x" + HEAD + "X-Many: 1\r\n".repeat(99) + "\r\n"))
                .startsWith("HTTP/1.1 200");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/later", "/filtered/later"})
    void aBodySentAheadIsNotGathered(String path) throws Exception {
        way.needsHttp1("a stream has one request");
        later = new CountDownLatch(1);
        int size = 200_000_000;
        var sent = new AtomicLong();
        try (var client = gateway.wire()) {
            client.send("GET " + path + HEAD + "\r\nPOST /x" + HEAD + "Content-Length: " + size + "\r\n\r\n");
            var sending = Thread.ofVirtual().start(() -> {
                String piece = "x".repeat(100_000);
                for (int i = 0; i < size / 100_000; i++) {
                    client.sendIfOpen(piece);
                    sent.addAndGet(100_000);
                }
            });
            long before = -1;
            while (sent.get() != before) {
                before = sent.get();
                Thread.sleep(300);
            }
            assertThat(before).isLessThan(40_000_000);
            later.countDown();
            assertThat(client.reply()).startsWith("HTTP/1.1 200").endsWith("later");
            client.reset();
            sending.join();
        } finally {
            later.countDown();
        }
    }

    @Test
    void aSlowReaderHoldsTheBackendBackAndThenGetsAll() throws Exception {
        try (var client = gateway.wire()) {
            client.send("GET /flood" + HEAD + "\r\n");
            client.until("\r\n\r\n");
            long before = -1;
            while (SENT.get() != before) {
                before = SENT.get();
                Thread.sleep(300);
            }
            // What the four socket buffers between them take, and not much of our own.
            assertThat(before).isLessThan(40_000_000);
            for (int i = 0; i < 1_000; i++) {
                assertThat(client.bytes(100_000)).hasSize(100_000);
            }
            assertThat(client.send(AFTER).reply()).endsWith("legacy");
        }
    }

    @Test
    void aBodyWhoseFramingBreaksIsTheClientsFault() throws Exception {
        way.needsHttp1("a stream has no chunks");
        long errors =
                gateway.admin("/admin/routes").at("/unrouted/errors/baseline").asLong();
        try (var client = gateway.wire()) {
            client.send("POST /echo" + HEAD + "Transfer-Encoding: chunked\r\n\r\n2\r\nbo\r\nZZ\r\nx");
            assertThat(client.until("\r\n\r\n")).startsWith("HTTP/1.1 400");
            assertThat(client.ends()).isTrue();
        }
        TestGateway.await("let go", () -> gateway.inFlight("legacy") == 0);
        assertThat(gateway.admin("/admin/routes")
                        .at("/unrouted/errors/baseline")
                        .asLong())
                .isEqualTo(errors);
    }

    @Test
    void anEarlyReplyToAnUploadLeavesNothingOfItForTheNextRequest() throws Exception {
        String hidden = "GET /hidden" + HEAD + "\r\n";
        server.on("/early", (_, wire) -> wire.send("HTTP/1.1 413 No\r\nContent-Length: 2\r\n\r\nno"));
        try (var client = gateway.wire()) {
            client.send("POST /early" + HEAD + "Content-Length: " + hidden.length() + "\r\n\r\n");
            assertThat(client.reply()).startsWith("HTTP/1.1 413");
            client.send(hidden); // the body, which looks like a request
            client.send("GET /next" + HEAD + "\r\n");
            assertThat(client.reply()).endsWith("legacy");
        }
        TestGateway.await("let go", () -> gateway.inFlight("legacy") == 0);
        assertThat(server.heads("/hidden")).isEmpty();
        assertThat(gateway.ask("GET", "/x")).endsWith("legacy");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /fold HTTP/1.1\r\nHost: a\r\nX-A: 1\r\n 2\r\n\r\n",
                "GET /fold HTTP/1.1\r\nHost: a\r\nX-A: 1\r\n\t2\r\n\r\n",
                "GET /fold HTTP/1.1\r\nHost: a\r\nX-A: 1\r\n \r\n\r\n",
                "GET /fold HTTP/1.1\r\n Host: a\r\nHost: a\r\n\r\n",
                "\r\n\r\nGET /fold HTTP/1.1\r\nHost: a\r\nX-A: 1\r\n 2\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a\r\n\r\nGET /fold HTTP/1.1\r\nHost: a\r\nX-A: 1\r\n 2\r\n\r\n",
                "POST /takes HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\na\n bGET /fold HTTP/1.1\r\nHost: a\r\nX-A: 1\r\n 2\r\n\r\n"
            })
    void aFoldedHeaderIsRefusedWhereverItStands(String requests) throws Exception {
        way.needsHttp1("frames fold nothing");
        int fold = Math.max(requests.indexOf("\n "), requests.indexOf("\n\t", requests.indexOf("/fold"))) + 1;
        for (int cut : new int[] {0, fold}) {
            try (var client = gateway.wire()) {
                client.send(requests.substring(0, cut));
                client.send(requests.substring(cut));
                if (!requests.strip().startsWith("GET /fold")) {
                    assertThat(client.reply()).startsWith("HTTP/1.1 200");
                }
                String refusal = client.until("\r\n\r\n");
                boolean first = requests.strip().startsWith("GET /fold");
                // What was sent ahead and cannot be read ends a connection of the chain without a word.
                if (first || way != Way.CHAIN || !refusal.isEmpty()) {
                    assertThat(refusal).startsWith("HTTP/1.1 400");
                }
                assertThat(client.ends()).isTrue();
            }
        }
        assertThat(server.heads("/fold")).isEmpty();
    }

    @Test
    void anUpgradeToHttp2IsIgnored() throws Exception {
        assertThat(
                        gateway.ask(
                                "GET /h2c" + HEAD
                                        + "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAARAAAAA\r\n\r\n"))
                .startsWith("HTTP/1.1 200");
        assertThat(server.heads("/h2c").getLast())
                .doesNotContainIgnoringCase("upgrade")
                .doesNotContainIgnoringCase("http2");
    }

    @ParameterizedTest
    @ValueSource(ints = {414, 431})
    void headsBeyondTheLimitsAreRefused(int status) throws Exception {
        String request = status == 414
                ? "GET /" + "x".repeat(9_000) + HEAD + "\r\n"
                : "GET /" + HEAD + "X-Long: " + "x".repeat(40_000) + "\r\n\r\n";
        try (var client = gateway.wire()) {
            client.send(request);
            assertThat(client.until("\r\n\r\n")).startsWith("HTTP/1.1 " + status);
        }
    }
}
