package dev.banyan.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.banyan.gateway.backend.Distrust;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/**
 * HTTPS backends whose connections end without the goodbye of TLS: a reply that ends with its connection is cut then, and one that says where
 * it ends is not.
 */
@SuppressWarnings("StringConcatToTextBlock") // line ends on the wire are CRLF
@ParameterizedClass
@EnumSource(Way.class)
class TlsTruncationTest {

    private static final List<String> PROTOCOLS = List.of("TLSv1.2", "TLSv1.3");

    @TempDir
    static Path folder;

    private static final List<ScriptedServer> SERVERS = new ArrayList<>();
    private static final ListAppender<ILoggingEvent> SAID = new ListAppender<>();
    /** The backend's ends of replies that it does not end. */
    private static final BlockingQueue<Wire> OPEN = new LinkedBlockingQueue<>();

    private static TestGateway gateway;
    private static volatile CountDownLatch read = new CountDownLatch(0);

    @Parameter
    Way way;

    @BeforeParameterizedClassInvocation
    static void start(Way way) throws Exception {
        TestGateway.take(way);
        X509Bundle own = new CertificateBuilder()
                .subject("CN=localhost")
                .addSanDnsName("localhost")
                .setIsCertificateAuthority(true)
                .buildSelfSigned();
        Path rules = Files.createDirectories(folder.resolve(way + "/rules"));
        Files.writeString(rules.resolve("ca.pem"), own.getCertificatePEM());
        var backends = new StringBuilder("backends:\n");
        var routes = new StringBuilder("routes:\n");
        for (String protocol : PROTOCOLS) {
            var tls = new RudeTls(TlsTest.context(own), protocol);
            var server = new ScriptedServer(protocol, tls);
            SERVERS.add(server);
            server.on("/" + protocol, (head, wire) -> {
                CountDownLatch untilRead = read; // whoever has a whole reply may ask for the next one
                String target = head.split(" ", 3)[1];
                boolean whole = !target.contains("half");
                wire.send("HTTP/1.1 200 OK\r\n"
                        + (target.contains("length")
                                ? "Content-Length: 4\r\n\r\nbody"
                                : target.contains("chunks")
                                        ? "Transfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n" + (whole ? "0\r\n\r\n" : "")
                                        : "Connection: close\r\n\r\nbody"));
                DrainTest.await(untilRead);
                if (target.contains("rude")) {
                    tls.cut(wire.socket());
                }
                wire.close();
            });
            backends.append("  - {name: %s, url: \"https://localhost:%d\", tls: {ca: ca.pem}%s}\n"
                    .formatted(name(protocol), server.port(), protocol.endsWith("2") ? ", baseline: true" : ""));
        }
        routes.append(
                "  - {name: newer, matches: [{path: {type: PathPrefix, value: /TLSv1.3}}], candidate: tls13, stage: complete}\n");
        for (String name : List.of("plain", "upgrade", "left")) {
            var tls = new RudeTls(TlsTest.context(own), "TLSv1.3");
            var server = new ScriptedServer(name, tls);
            SERVERS.add(server);
            server.on("/" + name, (_, wire) -> {
                wire.send("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nbody");
                if (name.equals("left")) {
                    OPEN.add(wire);
                    StreamsTest.hold(wire);
                } else {
                    tls.cut(wire.socket());
                    wire.close();
                }
            });
            backends.append("  - {name: %s, url: \"https://localhost:%d\", tls: {ca: ca.pem}}\n"
                    .formatted(name, server.port()));
            routes.append("  - {name: %1$s, matches: [{path: {value: /%1$s}}], candidate: %1$s, stage: complete}\n"
                    .formatted(name));
        }
        gateway = TestGateway.start(folder.resolve(way.toString()), backends.toString() + routes);
        SAID.list.clear();
        SAID.start();
        log().addAppender(SAID); // the start of a gateway takes those away that were there
    }

    private static Logger log() {
        return (Logger) LoggerFactory.getLogger(Distrust.class);
    }

    private static String name(String protocol) {
        return protocol.toLowerCase(Locale.ROOT).replaceAll("[v.]", "");
    }

    @AfterParameterizedClassInvocation
    static void stop() throws Exception {
        gateway.close();
        for (ScriptedServer each : SERVERS) {
            each.close();
        }
        SERVERS.clear();
        OPEN.clear();
        log().detachAppender(SAID);
    }

    @ParameterizedTest
    @CsvSource({
        "polite, true",
        "rude, false",
        "rude-length, true",
        "rude-chunks, true",
        "rude-half-chunks, false",
    })
    void whatHasNoLengthIsWholeOnlyWithTheGoodbyeOfTls(String how, boolean whole) throws Exception {
        for (String protocol : PROTOCOLS) {
            String target = "/" + protocol + "/" + how;
            for (boolean atOnce : new boolean[] {true, false}) {
                read = new CountDownLatch(atOnce ? 0 : 1);
                try (var client = gateway.wire()) {
                    client.send("GET " + target + " HTTP/1.1\r\nHost: a\r\n\r\n");
                    String reply = atOnce ? "" : client.until("body");
                    read.countDown();
                    check(target, reply, client, whole);
                }
            }
        }
    }

    private static void check(String target, String begun, Wire client, boolean whole) throws Exception {
        if (!whole) {
            assertThat(begun + client.toItsEnd()).as(target).doesNotEndWith("0\r\n\r\n");
            return;
        }
        String reply = begun.contains("body") ? begun : client.until("body");
        assertThat(reply).as(target).endsWith("body");
        if (reply.toLowerCase(Locale.ROOT).contains("transfer-encoding: chunked")) {
            assertThat(client.until("0\r\n\r\n")).as(target).endsWith("0\r\n\r\n");
        }
        // The connection has brought a whole reply, and brings another one.
        assertThat(client.send("GET /after HTTP/1.1\r\nHost: a\r\n\r\n").reply())
                .as("after " + target)
                .endsWith("\r\n\r\nTLSv1.2");
    }

    @ParameterizedTest
    @CsvSource({"polite, true", "rude, false", "rude-half-chunks, false"})
    void anOldClientSeesItToo(String how, boolean whole) throws Exception {
        way.needsHttp1("there is no HTTP/1.0 over HTTP/2");
        read = new CountDownLatch(0);
        for (String protocol : PROTOCOLS) {
            try (var old = gateway.wire()) {
                old.send("GET /" + protocol + "/" + how + " HTTP/1.0\r\nHost: a\r\n\r\n");
                boolean reset = false;
                String reply = "";
                try {
                    reply = old.until("body");
                    reply += old.until("never");
                } catch (java.net.SocketException e) {
                    reset = true;
                }
                assertThat(reply).doesNotContainIgnoringCase("chunked");
                assertThat(!reset).as(protocol + "/" + how + ": " + reply).isEqualTo(whole);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"plain", "upgrade"})
    void whatMayHaveBeenCutIsSaidAndNoMoreThanOnceAMinute(String how) throws Exception {
        for (int i = 0; i < 3; i++) {
            try (var client = gateway.wire()) {
                client.send(asks("/" + how, how.equals("upgrade"))).toItsEnd();
            }
        }
        List<ILoggingEvent> said = said(how);
        assertThat(said).isNotEmpty().allSatisfy(each -> {
            assertThat(each.getLevel()).isEqualTo(Level.WARN);
            assertThat(each.getFormattedMessage()).contains("close_notify", "must send Content-Length or chunks");
        });
        for (int i = 1; i < said.size(); i++) {
            assertThat(said.get(i).getTimeStamp() - said.get(i - 1).getTimeStamp())
                    .isGreaterThan(59_000);
        }
    }

    /** Asks for a WebSocket, or for nothing but a reply. */
    private String asks(String target, boolean forWebSocket) {
        if (forWebSocket) {
            way.needsHttp1("WebSockets come by HTTP/1.1");
            return StreamsTest.UPGRADE.replace("/ws", target);
        }
        return "GET " + target + " HTTP/1.1\r\nHost: a\r\n\r\n";
    }

    /** For a client that has left, say. It is a backend of which nothing is said yet. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void ofAReplyThatTheGatewayEndsNothingIsSaid(boolean toUpgrade) throws Exception {
        for (int i = 0; i < 10; i++) {
            try (var client = gateway.wire()) {
                client.send(asks("/left", toUpgrade)).until("body");
            }
            Wire backend = OPEN.poll(15, TimeUnit.SECONDS);
            assertThat(backend).as("asked").isNotNull();
            TestGateway.await("let go", () -> gateway.inFlight("left") == 0);
            backend.socket().setSoTimeout(15_000);
            assertThat(backend.ends()).isTrue();
            backend.close();
        }
        assertThat(said("left")).isEmpty();
    }

    /** What was said of a backend. */
    private static List<ILoggingEvent> said(String backend) {
        return SAID.list.stream()
                .filter(each -> each.getFormattedMessage().startsWith("backend " + backend + ":"))
                .toList();
    }
}
