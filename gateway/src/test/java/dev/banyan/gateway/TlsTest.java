package dev.banyan.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** HTTPS on both sides: the gateway's own certificate, and a legacy application under another name with a private authority. */
@SuppressWarnings("StringConcatToTextBlock") // line ends on the wire are CRLF
@ParameterizedClass
@EnumSource(value = Way.class, names = "EPOLL", mode = EnumSource.Mode.EXCLUDE)
class TlsTest {

    @Parameter
    Way way;

    private static final String UPGRADE = "GET /ws HTTP/1.1\r\nHost: shop.test\r\nConnection: Upgrade\r\n"
            + "Upgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";
    private static final String SWITCHED = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\n"
            + "Upgrade: websocket\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";

    @TempDir
    static Path folder;

    private static X509Bundle authority;
    private static ScriptedServer legacy;
    private static Gateway gateway;
    private static Gateway distrusting;
    private static final List<AutoCloseable> MORE = new ArrayList<>();

    @BeforeParameterizedClassInvocation
    static void start(Way way) throws Exception {
        TestGateway.take(way);
        authority = new CertificateBuilder()
                .subject("CN=Test Authority")
                .setIsCertificateAuthority(true)
                .buildSelfSigned();
        legacy = new ScriptedServer("legacy", listen(certificate("old.internal")));
        legacy.on(
                "/echo",
                (head, wire) -> wire.send("HTTP/1.1 302 Found\r\nLocation: https://old.internal/next\r\n"
                        + "Content-Location: https://old.internal/this\r\nRefresh: 5; url=https://old.internal/later\r\n"
                        + "Set-Cookie: s=1; Domain=old.internal; Secure\r\n"
                        + "Link: <https://old.internal/a>; rel=next, <https://cdn.example/x.css>; rel=preload\r\n"
                        + "Link: </b>; rel=prev\r\nContent-Length: " + head.length()
                        + "\r\n\r\n"
                        + head));
        legacy.on("/ws", (_, wire) -> {
            wire.send(SWITCHED);
            wire.send(wire.bytes(5));
        });
        gateway = gateway("run", "--backend-ca", pem("ca.pem", authority.getCertificatePEM()));
        distrusting = gateway("run2");
    }

    private static Gateway gateway(String run, String... options) throws Exception {
        X509Bundle own = certificate("shop.test");
        var args = new java.util.ArrayList<>(List.of("--legacy", "https://127.0.0.1:" + legacy.port()));
        args.addAll(List.of("--legacy-host", "old.internal", "--public-origin", "https://shop.test"));
        args.addAll(List.of("--tls-cert", pem("own.pem", own.getCertificatePathPEM())));
        args.addAll(List.of("--tls-key", pem("own.key", own.getPrivateKeyPEM())));
        args.addAll(List.of("--run-dir", folder.resolve(run).toString(), "--drain", "1"));
        args.addAll(List.of("--port", "0", "--admin-port", "0"));
        args.addAll(List.of(options));
        args.addAll(TestGateway.wayOptions());
        return Gateway.start(GatewayCommand.parse(args.toArray(String[]::new)));
    }

    private static X509Bundle certificate(String name) throws Exception {
        return new CertificateBuilder()
                .subject("CN=" + name)
                .addSanDnsName(name)
                .buildIssuedBy(authority);
    }

    private static String pem(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text).toString();
    }

    /** A server of this certificate, on a free port of this machine. */
    static SSLServerSocket listen(X509Bundle certificate) throws Exception {
        return (SSLServerSocket) context(certificate)
                .getServerSocketFactory()
                .createServerSocket(0, 50, InetAddress.getLoopbackAddress());
    }

    /** What serves with this certificate. */
    static SSLContext context(X509Bundle certificate) throws Exception {
        var keys = KeyManagerFactory.getInstance("PKIX");
        keys.init(certificate.toKeyStore(new char[0]), new char[0]);
        var context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), null, null);
        return context;
    }

    /** Connects as a browser would that asks for shop.test and trusts the authority. */
    private Wire browser(int port) throws Exception {
        if (way.isHttp2()) {
            var tls = SslContextBuilder.forClient()
                    .trustManager(authority.getCertificate())
                    .applicationProtocolConfig(new ApplicationProtocolConfig(
                            ApplicationProtocolConfig.Protocol.ALPN,
                            ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
                            ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
                            ApplicationProtocolNames.HTTP_2))
                    .build();
            var bridge = new Http2Bridge(port, tls);
            MORE.add(bridge);
            return Wire.to(bridge.port());
        }
        var store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setCertificateEntry("ca", authority.getCertificate());
        var trust = TrustManagerFactory.getInstance("PKIX");
        trust.init(store);
        var context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        var socket = (SSLSocket) context.getSocketFactory()
                .createSocket(new Socket(InetAddress.getLoopbackAddress(), port), "shop.test", port, true);
        var parameters = socket.getSSLParameters();
        parameters.setServerNames(List.of(new SNIHostName("shop.test")));
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        socket.setSSLParameters(parameters);
        return Wire.over(socket);
    }

    @AfterParameterizedClassInvocation
    static void stop() throws Exception {
        for (AutoCloseable each : MORE) {
            each.close();
        }
        MORE.clear();
        gateway.close();
        distrusting.close();
        legacy.close();
    }

    @Test
    void peopleSeeOnlyThePublicNameAndLegacyOnlyItsOwn() throws Exception {
        try (var browser = browser(gateway.port())) {
            String reply = browser.send("GET /echo HTTP/1.1\r\nHost: shop.test\r\nOrigin: https://shop.test\r\n"
                            + "Referer: https://shop.test/a?b\r\n\r\n")
                    .reply();
            assertThat(reply)
                    .startsWith("HTTP/1.1 302")
                    .containsIgnoringCase("location: https://shop.test/next\r\n")
                    .containsIgnoringCase("content-location: https://shop.test/this\r\n")
                    .containsIgnoringCase("refresh: 5; url=https://shop.test/later\r\n")
                    .containsIgnoringCase("set-cookie: s=1; Secure\r\n")
                    .containsIgnoringCase(
                            "link: <https://shop.test/a>; rel=next, <https://cdn.example/x.css>; rel=preload\r\n")
                    .containsIgnoringCase("link: </b>; rel=prev\r\n")
                    .containsIgnoringCase("host: old.internal\r\n")
                    .containsIgnoringCase("origin: https://old.internal\r\n")
                    .containsIgnoringCase("referer: https://old.internal/a?b\r\n")
                    .containsIgnoringCase("x-forwarded-proto: https\r\n")
                    .containsIgnoringCase("x-forwarded-host: shop.test\r\n");
        }
    }

    @Test
    void aWebSocketGoesOverTlsOnBothSides() throws Exception {
        way.needsHttp1("there are no WebSockets over HTTP/2");
        try (var browser = browser(gateway.port())) {
            browser.send(UPGRADE);
            assertThat(browser.until("\r\n\r\n")).startsWith("HTTP/1.1 101");
            assertThat(browser.send("hello").bytes(5)).isEqualTo("hello");
        }
    }

    /** Not by the goodbye of TLS, which is the end of what has no length. */
    @Test
    void aReplyCutShortDoesNotLookWholeToAnOldClient() throws Exception {
        way.needsHttp1("a stream ends in a way of its own");
        legacy.on("/cut", (_, wire) -> wire.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\npart\r\n")
                .close());
        legacy.on("/whole", (_, wire) -> wire.send("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nwhole")
                .close());
        try (var old = browser(gateway.port())) {
            old.send("GET /cut HTTP/1.0\r\nHost: shop.test\r\n\r\n");
            assertThat(old.until("part")).endsWith("\r\n\r\npart");
            assertThatThrownBy(old::rest).isInstanceOf(IOException.class);
        }
        try (var old = browser(gateway.port())) {
            old.send("GET /whole HTTP/1.0\r\nHost: shop.test\r\n\r\n");
            assertThat(old.until("whole")).endsWith("whole");
            assertThat(old.rest()).as("an orderly end").isLessThan(10);
        }
    }

    /** Each would cost a signature, and no limit counts them. */
    @Test
    void aClientOfTls12MayNotShakeHandsAgain() throws Exception {
        way.needsHttp1("one of HTTP/2 may not at all");
        var context = SSLContext.getInstance("TLS");
        context.init(null, InsecureTrustManagerFactory.INSTANCE.getTrustManagers(), null);
        try (var socket = (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", gateway.port())) {
            socket.setEnabledProtocols(new String[] {"TLSv1.2"});
            var wire = Wire.over(socket);
            assertThat(wire.send("GET /echo HTTP/1.1\r\nHost: shop.test\r\n\r\n")
                            .reply())
                    .startsWith("HTTP/1.1 302");
            assertThatThrownBy(() -> {
                        socket.startHandshake();
                        wire.send("GET /echo HTTP/1.1\r\nHost: shop.test\r\n\r\n")
                                .reply();
                    })
                    .isInstanceOf(IOException.class);
        }
    }

    @Test
    void plainHttpToTheHttpsPortGetsNoReply() throws Exception {
        try (var wire = Wire.to(gateway.port())) {
            wire.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
            assertThat(wire.ends()).isTrue();
        }
    }

    @Test
    void legacyIsNotBelievedUnderAnAuthorityThatIsNotTrusted() throws Exception {
        try (var browser = browser(distrusting.port())) {
            assertThat(browser.send("GET /echo HTTP/1.1\r\nHost: shop.test\r\n\r\n")
                            .reply())
                    .startsWith("HTTP/1.1 502");
        }
    }

    /** Neither for callers nor for those who look whether it is well. */
    @Test
    void aCertificateForTheHostThatIsCalledIsNotEnoughWhereAnotherNameIsSaid() throws Exception {
        X509Bundle ofTheHost = new CertificateBuilder()
                .subject("CN=balancer")
                .addSanIpAddress("127.0.0.1")
                .buildIssuedBy(authority);
        var balancer = new ScriptedServer("balancer", listen(ofTheHost));
        MORE.add(balancer);
        var own = TestGateway.start(
                folder.resolve("other-name-" + way),
                """
                defaults: {backend: {timeouts: {connect: 20s}}}
                backends:
                  - {name: legacy, url: "https://127.0.0.1:%1$d", baseline: true}
                  - {name: named, url: "https://127.0.0.1:%1$d", tls: {serverName: new.internal}}
                  - {name: hosted, url: "https://127.0.0.1:%1$d", host: new.internal, health: {path: /well, interval: 500ms, unhealthyAfter: 1}}
                routes:
                  - {name: a, matches: [{path: {value: /named}}], candidate: named, stage: complete}
                """.formatted(balancer.port()),
                "--backend-ca",
                folder.resolve("ca.pem").toString());
        MORE.add(own);
        assertThat(own.ask("GET", "/")).endsWith("balancer");
        assertThat(own.ask("GET", "/named")).startsWith("HTTP/1.1 502");
        assertThat(own.route("a").at("/failures/certificate").asInt()).isEqualTo(1);
        var hosted = own.gateway().rules().current().backends().get("hosted");
        TestGateway.await("not well", () -> !hosted.instances().getFirst().isWell());
        assertThat(balancer.heads("/well")).isEmpty();
    }

    @Test
    void aBackendMayBringAnAuthorityAndANameOfItsOwn() throws Exception {
        Path rules = Files.createDirectories(folder.resolve("own-tls-" + way + "/rules/certs"));
        Files.writeString(rules.resolve("ca.pem"), authority.getCertificatePEM());
        String backends = """
                backends:
                  - {name: legacy, url: "https://127.0.0.1:%1$d", baseline: true, tls: {ca: certs/ca.pem, serverName: old.internal}}
                  - {name: misnamed, url: "https://127.0.0.1:%1$d", tls: {ca: certs/ca.pem, serverName: new.internal}}
                  - {name: untrusted, url: "https://127.0.0.1:%1$d", host: old.internal}
                routes:
                  - {name: a, matches: [{path: {value: /misnamed}}], candidate: misnamed, stage: complete}
                  - {name: b, matches: [{path: {value: /untrusted}}], candidate: untrusted, stage: complete}
                """.formatted(legacy.port());
        // Closed with the others: gateways of one process share their event loops.
        var own = TestGateway.start(folder.resolve("own-tls-" + way), backends);
        MORE.add(own);
        assertThat(own.ask("GET", "/")).startsWith("HTTP/1.1 200").endsWith("legacy");
        assertThat(own.ask("GET", "/misnamed")).startsWith("HTTP/1.1 502");
        assertThat(own.ask("GET", "/untrusted")).startsWith("HTTP/1.1 502");
        assertOnlyNewConnectionsTrustANewAuthority(own, rules.resolve("ca.pem"));
        Path outside = Files.writeString(folder.resolve("outside.pem"), authority.getCertificatePEM());
        Files.createSymbolicLink(rules.resolve("link.pem"), outside);
        Files.writeString(rules.resolve("empty.pem"), "nothing");
        for (String ca : List.of("missing.pem", "link.pem", "empty.pem")) {
            own.save(backends.replaceFirst("certs/ca[.]pem", "certs/" + ca));
            assertThat(own.gateway().rules().reload()).as(ca).isFalse();
            assertThat(own.admin("/admin/rules")
                            .at("/lastRejected/problems/0/where")
                            .asString(""))
                    .isEqualTo("backends[legacy].tls.ca");
            assertThat(own.ask("GET", "/")).as("the good ones stay").endsWith("legacy");
        }
    }

    /** Without a change of the rules, and whatever is written into the file in between. */
    private void assertOnlyNewConnectionsTrustANewAuthority(TestGateway gateway, Path ca) throws Exception {
        var running = new CountDownLatch(1);
        legacy.on("/running", (_, wire) -> {
            wire.send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nla");
            DrainTest.await(running);
            wire.send("st");
        });
        String stranger = new CertificateBuilder()
                .subject("CN=Stranger")
                .setIsCertificateAuthority(true)
                .buildSelfSigned()
                .getCertificatePEM();
        try (var before = gateway.wire()) {
            before.send("GET /running HTTP/1.1\r\nHost: shop.test\r\n\r\n").until("\r\n\r\n");
            Files.writeString(ca, "nothing");
            TestGateway.await("the refusal", () -> {
                lookUnlessWatched(gateway);
                return gateway.adminText("/metrics").contains("banyan_rules_stale 1.0");
            });
            assertThat(gateway.ask("GET", "/")).endsWith("legacy");
            Files.writeString(ca, stranger);
            TestGateway.await("the stranger", () -> {
                gateway.gateway().rules().lookAgain();
                return gateway.ask("GET", "/").startsWith("HTTP/1.1 502");
            });
            TestGateway.await("no refusal", () -> gateway.adminText("/metrics").contains("banyan_rules_stale 0.0"));
            running.countDown();
            assertThat(before.until("last")).endsWith("last");
        }
        Files.writeString(ca, stranger + authority.getCertificatePEM());
        TestGateway.await("both", () -> {
            gateway.gateway().rules().lookAgain();
            return gateway.ask("GET", "/").endsWith("legacy");
        });
    }

    /** Once the watch is waited for, which takes its seconds. */
    private void lookUnlessWatched(TestGateway gateway) {
        if (way != Way.LEAN) {
            gateway.gateway().rules().lookAgain();
        }
    }
}
