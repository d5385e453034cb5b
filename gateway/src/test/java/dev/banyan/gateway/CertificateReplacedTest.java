package dev.banyan.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The certificate of the data port is replaced while clients are connected by HTTP/1.1 and by HTTP/2. */
@SuppressWarnings("StringConcatToTextBlock") // line ends on the wire are CRLF
class CertificateReplacedTest {

    private static final String ASK = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";

    @TempDir
    Path folder;

    private X509Bundle authority;
    private ScriptedServer legacy;

    @BeforeEach
    void start() throws Exception {
        legacy = new ScriptedServer("legacy");
        authority = new CertificateBuilder()
                .subject("CN=Test Authority")
                .setIsCertificateAuthority(true)
                .buildSelfSigned();
    }

    @AfterEach
    void stop() throws IOException {
        legacy.close();
    }

    @ParameterizedTest
    @EnumSource(
            value = Way.class,
            names = {"CHAIN", "LEAN"})
    void newConnectionsGetTheNewOneOnceItIsGoodAndOldOnesLiveOn(Way way) throws Exception {
        TestGateway.take(way);
        X509Bundle first = issue("localhost");
        save(first, first);
        try (var gateway = gateway();
                var http1 = wire(gateway);
                var http2 = Http2Wire.over(connect(gateway, "h2"))) {
            assertThat(http1.send(ASK).reply()).endsWith("legacy");
            assertThat(http2.get(1, "/").reply(1)).isEqualTo("200 legacy");
            X509Bundle second = issue("localhost");
            save(second, first);
            refused(gateway, first, "own.key: the key of another certificate");
            save(second, second);
            TestGateway.await("in force", () -> shown(gateway, "http/1.1").equals(second.getCertificate()));
            assertThat(shown(gateway, "h2")).isEqualTo(second.getCertificate());
            assertThat(http1.send(ASK).reply()).endsWith("legacy");
            assertThat(http2.get(3, "/").reply(3)).isEqualTo("200 legacy");
            assertThat(gateway.admin("/admin/certificate").path("serial").asString())
                    .isEqualTo(second.getCertificate().getSerialNumber().toString(16));
            assertThat(gateway.adminText("/health")).contains("\"certificate\":\"current\"");
            assertThat(gateway.adminText("/metrics"))
                    .contains("banyan_certificate_swaps_total 1.0")
                    .contains("banyan_certificate_rejections_total 1.0")
                    .contains("banyan_certificate_stale 0.0");
        }
    }

    private void refused(TestGateway gateway, X509Bundle kept, String problem) throws Exception {
        TestGateway.await(problem, () -> gateway.admin("/admin/certificate")
                .at("/lastRejected/problem")
                .asString("")
                .contains(problem));
        assertThat(gateway.adminText("/health")).contains("\"certificate\":\"stale\"");
        assertThat(gateway.adminText("/metrics")).contains("banyan_certificate_stale 1.0");
        assertThat(shown(gateway, "h2")).isEqualTo(kept.getCertificate());
    }

    @Test
    void aPairThatDoesNotFitEndsTheStart() throws Exception {
        TestGateway.take(Way.LEAN);
        save(issue("localhost"), issue("localhost"));
        assertThatThrownBy(this::gateway)
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("--tls-cert, --tls-key: ")
                .hasMessageContaining("own.key: the key of another certificate");
    }

    @Test
    void aSuiteThatHttp2ForbidsLeadsToHttp1() throws Exception {
        TestGateway.take(Way.LEAN);
        X509Bundle own = new CertificateBuilder()
                .subject("CN=localhost")
                .addSanDnsName("localhost")
                .rsa2048()
                .buildIssuedBy(authority);
        save(own, own);
        String forbidden = "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA";
        String allowed = "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256";
        try (var gateway = gateway()) {
            assertThat(chosen(gateway, new String[] {forbidden}, "h2", "http/1.1"))
                    .isEqualTo("http/1.1");
            assertThat(chosen(gateway, new String[] {forbidden, allowed}, "h2", "http/1.1"))
                    .as("whatever the client likes best")
                    .isEqualTo("h2");
            assertThatThrownBy(() -> chosen(gateway, new String[] {forbidden}, "h2"))
                    .isInstanceOf(SSLHandshakeException.class)
                    .hasMessageContaining("no_application_protocol");
        }
    }

    private String chosen(TestGateway gateway, String[] suites, String... protocols) throws Exception {
        try (var socket = socket(gateway)) {
            var parameters = socket.getSSLParameters();
            parameters.setProtocols(new String[] {"TLSv1.2"});
            parameters.setCipherSuites(suites);
            parameters.setApplicationProtocols(protocols);
            socket.setSSLParameters(parameters);
            socket.startHandshake();
            return socket.getApplicationProtocol();
        }
    }

    private X509Bundle issue(String name) throws Exception {
        return new CertificateBuilder()
                .subject("CN=" + name)
                .addSanDnsName(name)
                .buildIssuedBy(authority);
    }

    /** Replaces both files, one after the other as certbot and its like do. */
    private void save(X509Bundle chain, X509Bundle key) throws IOException {
        replace("own.pem", chain.getCertificatePathPEM());
        replace("own.key", key.getPrivateKeyPEM());
    }

    private void replace(String name, String text) throws IOException {
        Path draft = Files.writeString(folder.resolve(name + ".draft"), text);
        Files.move(draft, folder.resolve(name), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private TestGateway gateway() throws Exception {
        return TestGateway.start(
                folder,
                "backends: [{name: legacy, url: \"" + legacy.url() + "\", baseline: true}]",
                "--tls-cert",
                folder.resolve("own.pem").toString(),
                "--tls-key",
                folder.resolve("own.key").toString());
    }

    private X509Certificate shown(TestGateway gateway, String protocol) throws Exception {
        try (var socket = connect(gateway, protocol)) {
            return (X509Certificate) socket.getSession().getPeerCertificates()[0];
        }
    }

    private Wire wire(TestGateway gateway) throws Exception {
        return Wire.over(connect(gateway, "http/1.1"));
    }

    private SSLSocket connect(TestGateway gateway, String protocol) throws Exception {
        SSLSocket socket = socket(gateway);
        var parameters = socket.getSSLParameters();
        parameters.setApplicationProtocols(List.of(protocol).toArray(String[]::new));
        socket.setSSLParameters(parameters);
        socket.startHandshake();
        assertThat(socket.getApplicationProtocol()).isEqualTo(protocol);
        return socket;
    }

    private SSLSocket socket(TestGateway gateway) throws Exception {
        var store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setCertificateEntry("ca", authority.getCertificate());
        var trust = TrustManagerFactory.getInstance("PKIX");
        trust.init(store);
        var context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return (SSLSocket) context.getSocketFactory()
                .createSocket(
                        InetAddress.getLoopbackAddress(), gateway.gateway().port());
    }
}
