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
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.LoggerFactory;

/** HTTPS backends whose certificates are of a time that is over, or of somebody else: nothing is sent to them, and it is said why. */
@SuppressWarnings("StringConcatToTextBlock") // line ends on the wire are CRLF
@ParameterizedClass
@EnumSource(
        value = Way.class,
        names = {"CHAIN", "LEAN"})
class UntrustedBackendTest {

    private static final Duration DAY = Duration.ofDays(1);

    @TempDir
    static Path folder;

    private static final List<ScriptedServer> SERVERS = new ArrayList<>();
    private static final ListAppender<ILoggingEvent> SAID = new ListAppender<>();
    private static TestGateway gateway;

    @Parameter
    Way way;

    @BeforeParameterizedClassInvocation
    static void start(Way way) throws Exception {
        TestGateway.take(way);
        Instant now = Instant.now();
        X509Bundle authority = authority("Test Authority").buildSelfSigned();
        X509Bundle stranger = authority("Stranger").buildSelfSigned();
        X509Bundle oldIssuer = authority("Old Issuer")
                .notBefore(now.minus(DAY.multipliedBy(9)))
                .notAfter(now.minus(DAY))
                .buildIssuedBy(authority);
        X509Bundle oldRoot = authority("Old Root")
                .notBefore(now.minus(DAY.multipliedBy(9)))
                .notAfter(now.minus(DAY))
                .buildSelfSigned();
        X509Bundle earlyRoot = authority("Early Root")
                .notBefore(now.plus(DAY))
                .notAfter(now.plus(DAY.multipliedBy(9)))
                .buildSelfSigned();
        Path rules = Files.createDirectories(folder.resolve(way + "/rules"));
        Files.writeString(rules.resolve("ca.pem"), authority.getCertificatePEM());
        Files.writeString(
                rules.resolve("several.pem"),
                authority.getPrivateKeyPEM() // as of a file that was put together from all there was
                        + earlyRoot.getCertificatePEM()
                        + oldRoot.getCertificatePEM()
                        + authority.getCertificatePEM());
        var backends = new StringBuilder("backends:\n");
        var routes = new StringBuilder("routes:\n");
        add("good", server().buildIssuedBy(authority), backends, routes);
        add(
                "expired",
                server().notBefore(now.minus(DAY.multipliedBy(2)))
                        .notAfter(now.minus(DAY))
                        .buildIssuedBy(authority),
                backends,
                routes);
        add(
                "early",
                server().notBefore(now.plus(DAY))
                        .notAfter(now.plus(DAY.multipliedBy(2)))
                        .buildIssuedBy(authority),
                backends,
                routes);
        add("old-issuer", server().buildIssuedBy(oldIssuer), backends, routes);
        add("old-root", server().buildIssuedBy(oldRoot), backends, routes);
        add("early-root", server().buildIssuedBy(earlyRoot), backends, routes);
        add("beside", server().buildIssuedBy(authority), backends, routes);
        add("stranger", server().buildIssuedBy(stranger), backends, routes);
        add(
                "misnamed",
                new CertificateBuilder()
                        .subject("CN=a")
                        .addSanDnsName("other.test")
                        .buildIssuedBy(authority),
                backends,
                routes);
        gateway = TestGateway.start(folder.resolve(way.toString()), backends.toString() + routes);
        SAID.list.clear();
        SAID.start();
        log().addAppender(SAID); // the start of a gateway takes those away that were there
    }

    private static CertificateBuilder authority(String name) {
        return new CertificateBuilder().subject("CN=" + name).setIsCertificateAuthority(true);
    }

    private static CertificateBuilder server() {
        return new CertificateBuilder().subject("CN=localhost").addSanDnsName("localhost");
    }

    private static void add(String name, X509Bundle certificate, StringBuilder backends, StringBuilder routes)
            throws Exception {
        var server = new ScriptedServer(name, TlsTest.listen(certificate));
        SERVERS.add(server);
        server.reply("/" + name + "/ws", StreamsTest.SWITCHED);
        backends.append("  - {name: %s, url: \"https://localhost:%d\", tls: {ca: %s}%s}\n"
                .formatted(
                        name,
                        server.port(),
                        name.matches("good|stranger|expired") ? "ca.pem" : "several.pem",
                        name.equals("good") ? ", baseline: true" : ""));
        if (!name.equals("good")) {
            routes.append(
                    "  - {name: %1$s, matches: [{path: {type: PathPrefix, value: /%1$s}}], candidate: %1$s, stage: complete}\n"
                            .formatted(name));
        }
    }

    private static Logger log() {
        return (Logger) LoggerFactory.getLogger(Distrust.class);
    }

    @AfterParameterizedClassInvocation
    static void stop() throws Exception {
        gateway.close();
        for (ScriptedServer each : SERVERS) {
            each.close();
        }
        SERVERS.clear();
        log().detachAppender(SAID);
    }

    @ParameterizedTest
    @CsvSource({
        "expired, CertificateExpiredException: NotAfter",
        "early, CertificateNotYetValidException: NotBefore",
        "old-issuer, CertificateExpiredException: NotAfter",
        "old-root, CertificateExpiredException: authority CN=Old Root: NotAfter",
        "early-root, CertificateNotYetValidException: authority CN=Early Root: NotBefore",
        "stranger, unable to find valid certification path",
        "misnamed, No subject alternative DNS name matching localhost",
    })
    void nothingIsSentToOneThatIsNotBelievedAndItIsSaidOnceWhy(String name, String why) throws Exception {
        String target = "/" + name;
        for (int i = 0; i < 2; i++) {
            assertThat(gateway.ask("GET", target))
                    .startsWith("HTTP/1.1 502 ")
                    .endsWith("the server behind the gateway cannot be reached\n");
        }
        assertThat(gateway.ask("GET " + target + "/ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\n"
                        + "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                        + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"))
                .startsWith("HTTP/1.1 502 ");
        assertThat(gateway.route(name).path("failures").toString()).isEqualTo("{\"certificate\":3}");
        assertThat(gateway.adminText("/metrics"))
                .containsPattern("banyan_failures_total\\{reason=\"certificate\",route=\"" + name + "\"\\} 3[.]0");
        assertThat(SAID.list.stream().filter(each -> each.getFormattedMessage().startsWith("backend " + name + ":")))
                .singleElement()
                .satisfies(each -> {
                    assertThat(each.getLevel()).isEqualTo(Level.WARN);
                    assertThat(each.getFormattedMessage()).contains("its certificate is not believed", why);
                });
        assertThat(SERVERS).flatMap(server -> server.heads(target)).isEmpty();
    }

    @Test
    void oneThatIsGoodIsServedBesideThem() throws Exception {
        assertThat(gateway.ask("GET", "/")).startsWith("HTTP/1.1 200 ").endsWith("good");
        assertThat(gateway.ask("GET", "/beside"))
                .as("under a good authority that others stand beside")
                .startsWith("HTTP/1.1 200 ")
                .endsWith("beside");
    }
}
