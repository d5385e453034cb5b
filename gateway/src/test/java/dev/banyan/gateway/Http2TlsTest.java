package dev.banyan.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What clients that come by TLS speak, and how it ends when the gateway stops. */
@SuppressWarnings("StringConcatToTextBlock") // line ends on the wire are CRLF
class Http2TlsTest {

    @TempDir
    Path folder;

    private ScriptedServer server;
    private X509Bundle certificate;
    private SSLContext trusting;

    @BeforeEach
    void start() throws Exception {
        server = new ScriptedServer("legacy");
        server.on(
                "/echo",
                (head, wire) -> wire.send("HTTP/1.1 200 OK\r\nContent-Length: " + head.length() + "\r\n\r\n" + head));
        certificate = new CertificateBuilder()
                .subject("CN=localhost")
                .addSanDnsName("localhost")
                .setIsCertificateAuthority(true)
                .buildSelfSigned();
        var store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setCertificateEntry("own", certificate.getCertificate());
        var trust = TrustManagerFactory.getInstance("PKIX");
        trust.init(store);
        trusting = SSLContext.getInstance("TLS");
        trusting.init(null, trust.getTrustManagers(), null);
    }

    @AfterEach
    void stop() throws IOException {
        server.close();
    }

    private TestGateway gateway(String... options) throws Exception {
        Path chain = Files.writeString(folder.resolve("own.pem"), certificate.getCertificatePathPEM());
        Path key = Files.writeString(folder.resolve("own.key"), certificate.getPrivateKeyPEM());
        var all = new ArrayList<>(List.of("--tls-cert", chain.toString(), "--tls-key", key.toString()));
        all.addAll(List.of("--drain", "10"));
        all.addAll(List.of(options));
        return TestGateway.start(folder, """
                backends:
                  - {name: legacy, url: "%s", baseline: true}
                  - {name: new, url: "%s"}
                routes:
                  - {name: filtered, matches: [{path: {type: PathPrefix, value: /echo/filtered}}], candidate: new, stage: complete, filters: ["AddResponseHeader=X-Fig, 1"]}
                """.formatted(server.url(), server.url()), all.toArray(String[]::new));
    }

    private Wire http1(TestGateway gateway) throws IOException {
        return Wire.over(trusting.getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), gateway.port()));
    }

    @ParameterizedTest
    @CsvSource({"CHAIN,HTTP_2", "LEAN,HTTP_2", "LEAN,HTTP_1_1"})
    void theHandshakeDecidesAndTheBackendSeesNoDifference(Way way, HttpClient.Version offered) throws Exception {
        TestGateway.take(way);
        String[] options = offered == HttpClient.Version.HTTP_1_1 ? new String[] {"--http1-only"} : new String[0];
        try (var gateway = gateway(options);
                var client = HttpClient.newBuilder().sslContext(trusting).build()) {
            for (String path : new String[] {"/echo/plain", "/echo/filtered"}) {
                var request = HttpRequest.newBuilder(URI.create("https://localhost:" + gateway.port() + path))
                        .build();
                HttpResponse<String> reply = client.send(request, HttpResponse.BodyHandlers.ofString());
                assertThat(reply.version()).isEqualTo(offered);
                assertThat(reply.statusCode()).isEqualTo(200);
                assertThat(reply.headers().firstValue("x-fig").isPresent()).isEqualTo(path.endsWith("filtered"));
                assertThat(reply.body())
                        .startsWith("GET " + path + " HTTP/1.1\r\n")
                        .containsIgnoringCase("host: localhost:" + gateway.port() + "\r\n")
                        .containsIgnoringCase("x-forwarded-proto: https\r\n")
                        .containsIgnoringCase("x-forwarded-for: 127.0.0.1\r\n")
                        .doesNotContainIgnoringCase("http2");
            }
            // Who does not ask is served by HTTP/1.1.
            try (var wire = http1(gateway)) {
                for (int i = 0; i < 3; i++) {
                    assertThat(wire.send("GET /x HTTP/1.1\r\nHost: a\r\n\r\n").reply())
                            .endsWith("legacy");
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Way.class,
            names = {"CHAIN", "LEAN"})
    void callsInFlightOverTlsEndAsTheyWouldAndAreTheLast(Way way) throws Exception {
        TestGateway.take(way);
        var asked = new CountDownLatch(2);
        var go = new CountDownLatch(1);
        server.on("/last", (_, wire) -> {
            asked.countDown();
            DrainTest.await(go);
            wire.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        });
        server.on("/begun", (_, wire) -> {
            wire.send("HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nhalf");
            asked.countDown();
            DrainTest.await(go);
            wire.send("half");
        });
        var gateway = gateway();
        try (var idle = http1(gateway);
                var last = http1(gateway);
                var begun = http1(gateway)) {
            assertThat(idle.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").reply()).endsWith("legacy");
            last.send("GET /last HTTP/1.1\r\nHost: a\r\n\r\n");
            begun.send("GET /begun HTTP/1.1\r\nHost: a\r\n\r\n");
            assertThat(begun.until("\r\n\r\nhalf")).startsWith("HTTP/1.1 200");
            asked.await();
            var stop = Thread.ofVirtual().start(gateway::close);
            assertThat(idle.ends()).isTrue();
            go.countDown();
            assertThat(last.reply())
                    .startsWith("HTTP/1.1 200")
                    .containsIgnoringCase("connection: close\r\n")
                    .endsWith("ok");
            assertThat(begun.until("half")).isEqualTo("half");
            assertThat(last.ends()).isTrue();
            assertThat(begun.ends()).isTrue();
            stop.join();
        }
    }

    @Test
    void aStopLetsStreamsEndAndThoseThatWereOnTheirWay() throws Exception {
        TestGateway.take(Way.LEAN);
        var go = new CountDownLatch(1);
        server.on("/last", (_, wire) -> {
            DrainTest.await(go);
            wire.send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nlast");
        });
        var gateway = gateway("--http2-port", "0");
        try (var client = gateway.http2();
                var idle = gateway.http2()) {
            assertThat(idle.get(1, "/x").reply(1)).isEqualTo("200 legacy");
            client.get(1, "/last").get(3, "/echo/filtered");
            assertThat(client.reply(3)).startsWith("200");
            // Its head waits for what follows, since it may lack a body.
            client.headers(5, false, ":method", "DELETE", ":scheme", "http", ":authority", "a", ":path", "/x");
            client.frame(Http2Wire.PING, 0, 0, new byte[8]).await(frame -> frame.type() == Http2Wire.PING);
            var stop = Thread.ofVirtual().start(gateway::close);
            // The first allows for all streams; the ping behind it is answered by the client of this test.
            assertThat(client.await(frame -> frame.type() == Http2Wire.GOAWAY).lastStream())
                    .isEqualTo(Integer.MAX_VALUE);
            client.data(5, true, "").get(7, "/x");
            var seen = new ArrayList<Http2Wire.Frame>();
            client.await(frame -> {
                seen.add(frame);
                return seen.stream().anyMatch(each -> each.type() == Http2Wire.GOAWAY)
                        && seen.stream().anyMatch(each -> each.stream() == 5 && each.endsStream())
                        && seen.stream().anyMatch(each -> each.stream() == 7 && each.endsStream());
            });
            assertThat(seen).anyMatch(each -> each.type() == Http2Wire.GOAWAY && each.lastStream() == 7);
            assertThat(seen)
                    .anyMatch(each -> each.stream() == 5 && each.status().equals("200"))
                    .anyMatch(each -> each.stream() == 7 && each.status().equals("200"));
            assertThat(idle.goneWith()).isZero();
            go.countDown();
            assertThat(client.reply(1)).isEqualTo("200 last");
            assertThat(client.goneWith()).isEqualTo(-1);
            stop.join();
        }
    }
}
