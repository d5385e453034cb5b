package dev.banyan.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;

/** Requests for a WebSocket, up to the reply: what holds for other calls holds for them. */
@SuppressWarnings("StringConcatToTextBlock") // line ends on the wire are CRLF
@ParameterizedClass
@EnumSource(
        value = Way.class,
        names = {"LEAN", "EPOLL"})
class UpgradeTest {

    @Parameter
    Way way;

    @TempDir
    static Path folder;

    private static ScriptedServer server;
    private static ScriptedServer other;
    private static BlackHole hole;
    private static TestGateway gateway;
    /** The backend's ends of calls that get no reply by themselves. */
    private static final BlockingQueue<Wire> CALLS = new LinkedBlockingQueue<>();

    @BeforeParameterizedClassInvocation
    static void start(Way way) throws Exception {
        TestGateway.take(way);
        server = new ScriptedServer("one");
        other = new ScriptedServer("two");
        for (ScriptedServer each : List.of(server, other)) {
            each.reply("/both", StreamsTest.SWITCHED);
        }
        for (String path : List.of("/hurt/silent", "/narrow", "/no-socket")) {
            server.on(path, (_, wire) -> {
                CALLS.add(wire);
                StreamsTest.hold(wire);
            });
        }
        hole = new BlackHole(InetAddress.getLoopbackAddress(), 0);
        gateway = TestGateway.start(folder, """
                backends:
                  - {name: legacy, url: "%1$s", baseline: true, timeouts: {request: 1s}}
                  - {name: hurt, url: "%1$s", circuitBreaker: {windowCalls: 4, minCalls: 2, failureRate: 50%%}}
                  - {name: narrow, url: "%1$s", maxConnections: 1}
                  - {name: hole, url: "%3$s", timeouts: {connect: 5m}}
                  - {name: both, urls: ["%1$s", "%2$s"]}
                routes:
                  - {name: hurt, matches: [{path: {value: /hurt}}], candidate: hurt, stage: complete}
                  - {name: narrow, matches: [{path: {value: /narrow}}], candidate: narrow, stage: complete}
                  - {name: both, matches: [{path: {value: /both}}], candidate: both, stage: complete}
                  - {name: hole, matches: [{path: {value: /hole}}], candidate: hole, stage: complete}
                  - name: away
                    matches: [{path: {value: /away}}]
                    redirect: {hostname: www.shop.test}
                    stage: complete
                  - name: gone
                    matches: [{path: {value: /gone}}]
                    stage: retired
                    retired: {body: "Use the new API.", contentType: text/plain, link: "https://shop.test/docs"}
                """.formatted(server.url(), other.url(), hole.url()));
    }

    @AfterParameterizedClassInvocation
    static void stop() throws IOException {
        gateway.close();
        server.close();
        other.close();
        hole.close();
    }

    private static String upgrade(String target) {
        return StreamsTest.UPGRADE.replace("/ws", target);
    }

    private static Wire call() throws InterruptedException {
        Wire call = CALLS.poll(15, TimeUnit.SECONDS);
        if (call == null) {
            throw new AssertionError("no call reached the backend within 15 s");
        }
        return call;
    }

    @Test
    void aClientThatLeavesBeforeTheReplyIsNoFailureOfTheBackend() throws Exception {
        for (int i = 0; i < 6; i++) {
            Wire client = gateway.wire().send(upgrade("/hurt/silent"));
            Wire call = call();
            if (i % 2 == 0) {
                client.close();
            } else {
                client.reset();
            }
            TestGateway.await("let go", () -> gateway.inFlight("hurt") == 0);
            assertThat(call.ends()).isTrue();
            call.close();
        }
        JsonNode counts = gateway.route("hurt");
        assertThat(counts.path("aborted").asInt()).isEqualTo(6);
        assertThat(counts.path("failures")).isEmpty();
        assertThat(counts.at("/errors/candidate").asInt()).isZero();
        assertThat(gateway.ask("GET", "/hurt/on")).endsWith("one");
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void nobodyGoesOnConnectingForAClientThatHasLeft() throws Exception {
        for (int i = 0; i < 5; i++) {
            Wire client = gateway.wire().send(upgrade("/hole"));
            TestGateway.await("on its way", () -> hole.knocks() > 0);
            client.close();
            TestGateway.await("given up", () -> hole.knocks() == 0);
        }
        assertThat(gateway.inFlight("hole")).isZero();
    }

    @ParameterizedTest
    @CsvSource({
        "'NOT HTTP AT ALL\r\n\r\n', no HTTP",
        "'', nothing",
        "'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n', no word for the key",
        "'HTTP/1.1 101 Switching Protocols\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n', switched to nothing",
        "'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: HSmrc0sMlYUkAGmm5OPpG2HaGWk=\r\n\r\n', the word for another key",
        "'HTTP/1.1 403 No\u0001\r\nContent-Length: 0\r\n\r\n', control character in the phrase",
        "'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nokk', two lengths",
        "'HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n', doubtful coding",
    })
    void aReplyThatIsNoneIsAnsweredLikeAnyOther(String reply, String why) throws Exception {
        server.on("/none", (_, wire) -> wire.send(reply).close());
        assertIsBadGateway(why, "/none");
    }

    @Test
    void aHeadMayBeAsLongAsOfAnyReply() throws Exception {
        String head = "HTTP/1.1 403 No\r\nContent-Length: 0\r\nX-Long: ";
        server.reply("/long", head + "x".repeat(60_000) + "\r\n\r\n");
        assertThat(gateway.ask(upgrade("/long"))).startsWith("HTTP/1.1 403 No\r\n");
        server.reply("/too-long", head + "x".repeat(70_000) + "\r\n\r\n");
        assertIsBadGateway("too long", "/too-long");
    }

    private static void assertIsBadGateway(String why, String target) throws Exception {
        try (var client = gateway.wire()) {
            assertThat(client.send(upgrade(target)).reply())
                    .as(why)
                    .startsWith("HTTP/1.1 502 Bad Gateway\r\n")
                    .contains("\r\n502 Bad Gateway: ");
            assertThat(client.ends()).isTrue();
        }
    }

    @Test
    void aBackendThatSaysNothingIsGivenUpAfterItsLimit() throws Exception {
        server.on("/mute", (_, wire) -> StreamsTest.hold(wire));
        assertThat(gateway.ask(upgrade("/mute"))).startsWith("HTTP/1.1 504 ").contains("\r\n504 Gateway Timeout: ");
    }

    @Test
    void whatItExpectsIsHeldToTheSameRule() throws Exception {
        try (var client = gateway.wire()) {
            client.send(upgrade("/both").replace("Connection", "Expect: cake\r\nConnection"));
            assertThat(client.reply()).startsWith("HTTP/1.1 417 ").containsIgnoringCase("connection: close\r\n");
            assertThat(client.ends()).isTrue();
        }
        assertThat(gateway.ask(upgrade("/both").replace("Connection", "Expect: 100-continue\r\nConnection")))
                .startsWith("HTTP/1.1 101 ");
    }

    @Test
    void whatAClientSendsTogetherWithItsRequestReachesTheBackend() throws Exception {
        server.on("/ahead", (_, wire) -> wire.send(StreamsTest.SWITCHED).send(wire.bytes(5)));
        try (var client = gateway.wire()) {
            client.send(upgrade("/ahead") + "hello");
            assertThat(client.until("\r\n\r\n")).startsWith("HTTP/1.1 101 ");
            assertThat(client.bytes(5)).isEqualTo("hello");
        }
    }

    /** To a backend that knows no WebSockets it would be another request, which no rule has seen (RFC 9931). */
    @Test
    void butOnlyOnceTheBackendHasSwitched() throws Exception {
        String hidden = "GET /hidden HTTP/1.1\r\nHost: a\r\n\r\n";
        try (var client = gateway.wire()) {
            client.send(upgrade("/no-socket") + hidden);
            try (Wire call = call()) {
                client.send(hidden);
                call.socket().setSoTimeout(200);
                assertThatThrownBy(() -> call.bytes(1)).isInstanceOf(SocketTimeoutException.class);
                call.send("HTTP/1.1 403 No\r\nContent-Length: 2\r\n\r\nno");
                assertThat(client.reply()).startsWith("HTTP/1.1 403 ").endsWith("\r\n\r\nno");
                assertThat(client.toItsEnd()).isEmpty();
                call.socket().setSoTimeout(15_000);
                assertThat(call.toItsEnd()).isEmpty();
            }
        }
    }

    @Test
    void anEarlyHintIsNotTakenForTheReply() throws Exception {
        server.on(
                "/hint", (_, wire) -> wire.send("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + StreamsTest.SWITCHED)
                        .send(wire.bytes(5)));
        try (var client = gateway.wire()) {
            assertThat(client.send(upgrade("/hint")).until("\r\n\r\n")).startsWith("HTTP/1.1 101 ");
            assertThat(client.send("hello").bytes(5)).isEqualTo("hello");
        }
    }

    @Test
    void aReplyIsMendedWhetherItSwitchesOrNot() throws Exception {
        String head = "Location: " + server.url() + "/login\r\nSet-Cookie: a=1; Domain=127.0.0.1\r\n"
                + "Keep-Alive: timeout=5\r\nX-Hop: 1\r\nConnection: X-Hop";
        server.reply(
                "/mended/no",
                "HTTP/1.1 302 Found\r\n" + head
                        + "\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nno\r\n0\r\nX-Trailer: 1\r\n\r\n");
        server.reply("/mended/yes", StreamsTest.SWITCHED.replace("Connection: Upgrade", head + ", Upgrade"));
        for (String target : List.of("/mended/no", "/mended/yes")) {
            String reply = gateway.ask(upgrade(target));
            assertThat(reply)
                    .containsIgnoringCase("Location: http://a/login\r\n")
                    .containsIgnoringCase("Set-Cookie: a=1\r\n")
                    .contains("X-Banyan-Backend: legacy")
                    .doesNotContain("Keep-Alive", "X-Hop", "X-Trailer")
                    .containsIgnoringCase(
                            target.equals("/mended/no")
                                    ? "connection: close\r\n"
                                    : "connection: upgrade\r\nupgrade: websocket\r\n");
            assertThat(reply).endsWith(target.equals("/mended/no") ? "\r\n2\r\nno\r\n0\r\n\r\n" : "\r\n\r\n");
        }
    }

    @Test
    void aReplyCutShortNeverLooksWhole() throws Exception {
        server.on("/cut", (_, wire) -> wire.send("HTTP/1.1 403 No\r\nTransfer-Encoding: chunked\r\n\r\n4\r\npart\r\n")
                .close());
        try (var client = gateway.wire()) {
            assertThat(client.send(upgrade("/cut")).until("0\r\n\r\n"))
                    .startsWith("HTTP/1.1 403 No\r\n")
                    .contains("part")
                    .doesNotEndWith("0\r\n\r\n");
        }
    }

    @Test
    void aReplyThatEndsWithItsConnectionIsWhole() throws Exception {
        server.on("/ends", (_, wire) -> wire.send("HTTP/1.1 403 No\r\nConnection: close\r\n\r\nall of it")
                .close());
        try (var client = gateway.wire()) {
            assertThat(client.send(upgrade("/ends")).until("0\r\n\r\n"))
                    .startsWith("HTTP/1.1 403 No\r\n")
                    .endsWith("\r\nall of it\r\n0\r\n\r\n");
        }
    }

    @Test
    void whatTheGatewayAnswersItselfIsWhole() throws Exception {
        assertThat(gateway.ask(upgrade("/away"))).startsWith("HTTP/1.1 302 ").contains("://www.shop.test");
        assertThat(gateway.ask(upgrade("/gone")))
                .startsWith("HTTP/1.1 410 ")
                .containsIgnoringCase("link: <https://shop.test/docs>; rel=\"successor-version\"")
                .endsWith("Use the new API.");
        try (var _ = gateway.wire().send(upgrade("/narrow"));
                var _ = call()) {
            assertThat(gateway.ask(upgrade("/narrow")))
                    .startsWith("HTTP/1.1 503 ")
                    .containsIgnoringCase("retry-after: 1\r\n")
                    .contains("\r\n503 Service Unavailable: ");
        }
    }

    @Test
    void aWebSocketTakesAPlaceAtItsInstance() throws Exception {
        List<Wire> clients = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            Wire client = gateway.wire().send(upgrade("/both"));
            assertThat(client.until("\r\n\r\n")).startsWith("HTTP/1.1 101 ");
            clients.add(client);
        }
        assertThat(inFlightOfBoth()).containsExactly(2, 2);
        for (Wire client : clients) {
            client.close();
        }
        TestGateway.await("free again", () -> inFlightOfBoth().equals(List.of(0, 0)));
    }

    private static List<Integer> inFlightOfBoth() throws Exception {
        List<Integer> all = new ArrayList<>();
        for (JsonNode backend : gateway.admin("/admin/routes").path("backends")) {
            if (backend.path("name").asString("").equals("both")) {
                backend.path("instances")
                        .forEach(each -> all.add(each.path("inFlight").asInt()));
            }
        }
        return all;
    }
}
