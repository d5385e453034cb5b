package dev.banyan.gateway;

import static dev.banyan.gateway.TestGateway.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.pkitesting.CertificateBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Backends that say what nobody asked for, over plain connections, over TLS, and to copies: it is nobody's reply. */
@SuppressWarnings("StringConcatToTextBlock") // line ends on the wire are CRLF
@ParameterizedClass
@EnumSource(value = Way.class, names = "HTTP2_CHAIN", mode = EnumSource.Mode.EXCLUDE)
class StrayBytesTest {

    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    @TempDir
    static Path folder;

    private static ScriptedServer plain;
    private static ScriptedServer secure;
    private static ScriptedServer candidate;
    private static TestGateway gateway;
    private static volatile String stray = "";
    /** Connections that have carried a reply and wait for the next call. */
    private static final BlockingQueue<Wire> IDLE = new LinkedBlockingQueue<>();

    private static volatile String owed = "";
    /** Connections over which a body has been announced that is still to come. */
    private static final Set<Wire> OWING = ConcurrentHashMap.newKeySet();

    @Parameter
    Way way;

    @BeforeParameterizedClassInvocation
    static void start(Way way) throws Exception {
        TestGateway.take(way);
        var certificate = new CertificateBuilder()
                .subject("CN=new.internal")
                .addSanDnsName("new.internal")
                .setIsCertificateAuthority(true)
                .buildSelfSigned();
        plain = new ScriptedServer("legacy");
        secure = new ScriptedServer("secure", TlsTest.listen(certificate));
        candidate = new ScriptedServer("candidate");
        Path rules = Files.createDirectories(folder.resolve("rules"));
        Files.writeString(rules.resolve("new.pem"), certificate.getCertificatePEM());
        gateway = TestGateway.start(folder, """
                backends:
                  - {name: legacy, url: "%s", baseline: true, extraLoad: 100%%}
                  - {name: secure, url: "https://127.0.0.1:%d", tls: {ca: new.pem, serverName: new.internal}}
                  - {name: candidate, url: "%s"}
                routes:
                  - {name: secure, matches: [{path: {value: /secure}}], candidate: secure, stage: complete}
                  - name: copied
                    matches: [{path: {value: /copied}}]
                    candidate: candidate
                    stage: shadow
                    mirror: {percent: 100}
                    compare: {noise: {percent: 0}}
                """.formatted(plain.url(), secure.port(), candidate.url()));
        for (ScriptedServer each : List.of(plain, secure, candidate)) {
            each.on("/", (head, wire) -> {
                if (head.contains("/owed ")) {
                    OWING.add(wire.send("HTTP/1.1 " + owed + "\r\n\r\n"));
                    return;
                }
                wire.send(OWING.contains(wire) ? "evil" : "");
                wire.send(head.contains("/extra ") ? OK + stray : OK);
                if (head.contains("/then ")) {
                    IDLE.add(wire);
                }
            });
        }
    }

    @AfterParameterizedClassInvocation
    static void stop() throws IOException {
        gateway.close();
        plain.close();
        secure.close();
        candidate.close();
    }

    /** What nobody asked for: a reply, parts of one, and what is none. */
    static List<String> strays() {
        return List.of(
                "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil",
                "HTTP/1.1 200 OK\r\nX-Evil: evil\r\nX-A: ",
                "HTTP/1.1 200 OK\r\nX-Evil: evil\r\n",
                "HTTP/1.1 200 O",
                "HTTP/1.1 100 Continue\r\n\r\n",
                "evil",
                "\r\n\r\n");
    }

    @ParameterizedTest
    @MethodSource("strays")
    void whatComesBehindAReplyIsNobodysReply(String bytes) throws Exception {
        stray = bytes;
        for (String path : List.of("/plain", "/secure")) {
            try (var client = gateway.wire()) {
                for (int i = 0; i < 5; i++) {
                    ask(client, "GET", path + "/extra");
                    assertNothingStrayComes(client, path);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("strays")
    void whatComesWhileAConnectionWaitsIsNobodysReply(String bytes) throws Exception {
        for (String path : List.of("/plain", "/secure")) {
            try (var client = gateway.wire()) {
                ask(client, "GET", path + "/then");
                sendAndAwaitTheEnd(IDLE.take(), bytes);
                assertNothingStrayComes(client, path);
            }
        }
    }

    /** Copies of what one client asks go over one connection, too. */
    @ParameterizedTest
    @MethodSource("strays")
    void whatComesBehindTheReplyToACopyOrWhileItsConnectionWaitsIsNoOthersReply(String bytes) throws Exception {
        stray = bytes;
        try (var client = gateway.wire()) {
            askAndCompare(client, "/copied/extra");
            askAndCompare(client, "/copied/next");
            askAndCompare(client, "/copied/then");
            for (int i = 0; i < 2; i++) {
                sendAndAwaitTheEnd(IDLE.take(), bytes); // one of each side
            }
            askAndCompare(client, "/copied/next");
        }
        assertThat(mirror().path("mismatched")
                        .valueStream()
                        .mapToInt(JsonNode::asInt)
                        .sum())
                .isZero();
        assertThat(mirror().path("copyErrors")
                        .valueStream()
                        .mapToInt(JsonNode::asInt)
                        .sum())
                .isZero();
    }

    /** The head says that it will come, so that its connection carries no other call. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "204 No Content\r\nContent-Length: 4",
                "204 No Content\r\nTransfer-Encoding: chunked",
                "304 Not Modified\r\nTransfer-Encoding: chunked"
            })
    void theBodyOfAReplyThatMayHaveNoneIsNobodysReply(String head) throws Exception {
        owed = head;
        for (String path : List.of("/plain", "/secure", "/copied")) {
            try (var client = gateway.wire()) {
                client.send("GET " + path + "/owed HTTP/1.1\r\nHost: a\r\n\r\n");
                assertThat(client.until("\r\n\r\n")).startsWith("HTTP/1.1 " + head.substring(0, 4));
                await("no copy is left", () -> mirror().path("inFlight").asInt() == 0);
                assertNothingStrayComes(client, path);
                await("no copy is left", () -> mirror().path("inFlight").asInt() == 0);
            }
        }
        assertThat(mirror().path("copyErrors")
                        .valueStream()
                        .mapToInt(JsonNode::asInt)
                        .sum())
                .isZero();
    }

    private static void assertNothingStrayComes(Wire client, String path) throws IOException {
        ask(client, "POST", path + "/next");
        ask(client, "GET", path + "/next");
    }

    private static void ask(Wire client, String method, String target) throws IOException {
        client.send(method + " " + target + " HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n");
        assertThat(client.reply())
                .startsWith("HTTP/1.1 200 OK\r\n")
                .doesNotContain("evil")
                .endsWith("ok");
    }

    private static void askAndCompare(Wire client, String target) throws Exception {
        int before = mirror().path("compared").asInt();
        ask(client, "GET", target);
        await("compared: " + target, () -> mirror().path("compared").asInt() == before + 1);
        await("no copy is left", () -> mirror().path("inFlight").asInt() == 0);
    }

    private static JsonNode mirror() throws Exception {
        return gateway.route("copied").path("mirror");
    }

    /** Not for ever: a gateway that does not close it goes on to use it. */
    private static void sendAndAwaitTheEnd(Wire idle, String bytes) {
        idle.sendIfOpen(bytes);
        for (int i = 0; i < 2_000 && !idle.socket().isClosed(); i++) {
            LockSupport.parkNanos(1_000_000);
        }
    }
}
