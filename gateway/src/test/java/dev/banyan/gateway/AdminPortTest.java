package dev.banyan.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a client, a backend or a rule may try to be answered by the admin port, or by any server that no rule names. */
@SuppressWarnings("StringConcatToTextBlock") // line ends on the wire are CRLF
@ParameterizedClass
@EnumSource(
        value = Way.class,
        names = {"CHAIN", "LEAN"})
class AdminPortTest {

    @TempDir
    static Path folder;

    private static ScriptedServer legacy;
    private static ScriptedServer fig;
    private static ScriptedServer elsewhere;
    private static TestGateway gateway;

    /** Listens at every address. Both gateways end together, since they share event loops. */
    private static TestGateway open;

    private static int admin;

    @Parameter
    Way way;

    @BeforeParameterizedClassInvocation
    static void start(Way way) throws Exception {
        TestGateway.take(way);
        try (var free = new ServerSocket(0)) {
            admin = free.getLocalPort();
        }
        legacy = new ScriptedServer("legacy");
        fig = new ScriptedServer("fig");
        elsewhere = new ScriptedServer("elsewhere");
        for (ScriptedServer each : List.of(legacy, fig)) {
            each.reply("/moved", moved("http://127.0.0.1:" + admin + "/admin/routes"));
            each.reply("/away", moved(elsewhere.url() + "/away"));
        }
        fig.reply("/health", moved(elsewhere.url() + "/health"));
        fig.reply("/lag", moved(elsewhere.url() + "/lag"));
        gateway = TestGateway.start(folder.resolve(way.toString()), rules(fig.url()), "--admin-port", "" + admin);
        open = TestGateway.start(folder.resolve("open-" + way), rules(fig.url()), "--address", "0.0.0.0");
    }

    private static String moved(String to) {
        return "HTTP/1.1 307 Temporary Redirect\r\nLocation: " + to + "\r\nContent-Length: 0\r\n\r\n";
    }

    private static String rules(String figUrl) {
        return """
                backends:
                  - {name: legacy, url: "%s", baseline: true}
                  - {name: fig, url: "%s", health: {path: /health, interval: 500ms}}
                cohorts:
                  - {name: customer, key: [{header: X-Customer}], salt: s}
                routes:
                  - name: copied
                    matches: [{path: {value: /away}}]
                    candidate: fig
                    cohort: customer
                    stage: shadow
                    mirror: {percent: 100}
                  - name: gated
                    matches: [{path: {value: /gated}}]
                    candidate: fig
                    cohort: customer
                    steps: [{setWeight: 5%%}, {setWeight: 100%%}]
                    analysis: {minRequests: 1, gates: [{metric: cdcLag, from: "%s/lag", max: 1s}]}
                """.formatted(legacy.url(), figUrl, fig.url());
    }

    @AfterParameterizedClassInvocation
    static void stop() throws IOException {
        gateway.close();
        open.close();
        legacy.close();
        fig.close();
        elsewhere.close();
    }

    /** {@code ADMIN} is its port; each is answered by legacy, or refused before any backend. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /admin/routes HTTP/1.1\r\nHost: 127.0.0.1:ADMIN",
                "GET /admin/routes HTTP/1.1\r\nHost: localhost:ADMIN",
                "GET /admin/routes HTTP/1.1\r\nHost: [::1]:ADMIN",
                "GET http://127.0.0.1:ADMIN/admin/routes HTTP/1.1\r\nHost: 127.0.0.1:ADMIN",
                "GET http://localhost:ADMIN/admin/routes HTTP/1.1\r\nHost: localhost:ADMIN",
                "GET http://127.0.0.1:ADMIN/admin/routes HTTP/1.1\r\nHost: shop.test",
                "GET http://shop.test@127.0.0.1:ADMIN/admin/routes HTTP/1.1\r\nHost: shop.test",
                "GET @127.0.0.1:ADMIN/admin/routes HTTP/1.1\r\nHost: shop.test",
                "GET :ADMIN/admin/routes HTTP/1.1\r\nHost: 127.0.0.1",
                "GET //127.0.0.1:ADMIN/admin/routes HTTP/1.1\r\nHost: shop.test",
                "GET /\\127.0.0.1:ADMIN/admin/routes HTTP/1.1\r\nHost: shop.test",
                "GET /http://127.0.0.1:ADMIN/admin/routes HTTP/1.1\r\nHost: shop.test",
                "GET /../admin/routes HTTP/1.1\r\nHost: shop.test",
                "GET /a?url=http://127.0.0.1:ADMIN/ HTTP/1.1\r\nHost: shop.test",
                "GET /admin/routes HTTP/1.1\r\nHost: shop.test\r\nX-Forwarded-Host: 127.0.0.1:ADMIN\r\nX-Forwarded-Port: ADMIN",
                "GET /admin/routes HTTP/1.1\r\nHost: shop.test\r\nForwarded: host=127.0.0.1:ADMIN",
                "GET / HTTP/1.1\r\nHost: shop.test\r\nX-Original-URL: http://127.0.0.1:ADMIN/admin/routes",
                "GET / HTTP/1.1\r\nHost: shop.test\r\nX-Rewrite-URL: /admin/routes",
                "GET / HTTP/1.1\r\nHost: shop.test\r\nX-Banyan-Target: http://127.0.0.1:ADMIN/admin/routes",
                "CONNECT 127.0.0.1:ADMIN HTTP/1.1\r\nHost: 127.0.0.1:ADMIN",
                "OPTIONS * HTTP/1.1\r\nHost: 127.0.0.1:ADMIN",
                "GET /admin/routes HTTP/1.1\r\nHost: 127.0.0.1:ADMIN\r\nConnection: Upgrade\r\nUpgrade: websocket"
                        + "\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
            })
    void nothingThatARequestSaysLeadsThere(String request) throws Exception {
        String reply = gateway.ask(request.replace("ADMIN", "" + admin) + "\r\n\r\n");
        if (reply.startsWith("HTTP/1.1 200 ")) {
            assertThat(reply).endsWith("legacy");
        } else {
            assertThat(reply).matches("(?s)HTTP/1[.]1 (400|405) .*");
        }
    }

    @Test
    void aRedirectIsForTheClientToFollow() throws Exception {
        assertThat(gateway.ask("GET", "/moved"))
                .startsWith("HTTP/1.1 307 ")
                .containsIgnoringCase("location: http://127.0.0.1:" + admin + "/admin/routes\r\n");
        assertThat(gateway.ask("GET", "/away")).startsWith("HTTP/1.1 307 ");
        TestGateway.await(
                "a copy, a question of health and one of a gate",
                () -> hasACopy()
                        && fig.heads("/health").size() > 1
                        && !fig.heads("/lag").isEmpty());
        TestGateway.await(
                "the copy is compared",
                () -> gateway.route("copied").path("mirror").path("compared").asInt(0) > 0);
        TestGateway.await("the gate has its answer", () -> gateway.adminText("/admin/shifts/gated")
                .contains("status 307"));
        assertThat(elsewhere.heads("/")).isEmpty();
    }

    /** Whether a copy has come; asks once more if none has, since none is sent while a busy machine's backend is taken for one that is not well. */
    private static boolean hasACopy() throws Exception {
        return !fig.heads("/away").isEmpty()
                || (gateway.ask("GET", "/away").startsWith("HTTP/1.1 307 ")
                        && !fig.heads("/away").isEmpty());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://127.0.0.1:ADMIN",
                "http://localhost:ADMIN",
                "http://LOCALHOST.:ADMIN",
                "http://127.9.9.9:ADMIN",
                "http://0.0.0.0:ADMIN",
                "http://[::]:ADMIN",
                "http://[::1]:ADMIN",
                "http://[::ffff:127.0.0.1]:ADMIN",
                "http://[64:ff9b::7f00:1]:ADMIN",
                "http://2130706433:ADMIN",
                "http://0177.0.0.1:ADMIN",
                "https://127.0.0.1:ADMIN",
            })
    void noRuleNamesIt(String spelled) throws Exception {
        assumeTrue(way == Way.LEAN, "what rules may say is the same for all ways");
        String url = spelled.replace("ADMIN", "" + admin);
        String one = "url: \"" + fig.url() + "\"";
        for (String bad : List.of(
                rules(fig.url()).replace(one, "url: \"" + url + "\""),
                rules(fig.url()).replace(one, "urls: [\"" + fig.url() + "\", \"" + url + "\"]"),
                rules(fig.url()).replace(fig.url() + "/lag", url + "/lag"),
                rules(fig.url()).replace("url: \"" + legacy.url() + "\"", "url: \"" + url + "\""))) {
            assertThat(bad).isNotEqualTo(rules(fig.url()));
            gateway.save(bad);
            assertThat(gateway.gateway().rules().reload()).as(bad).isFalse();
        }
        gateway.save(rules(fig.url()));
        gateway.gateway().rules().reload();
        assertThat(gateway.ask("GET", "/")).endsWith("legacy");
    }

    /** Whatever the data port listens at. */
    @Test
    void itIsThereOnLoopbackAlone() throws Exception {
        try (var same = new ServerSocket()) {
            same.bind(new InetSocketAddress(
                    InetAddress.ofLiteral("127.0.0.2"), open.gateway().adminPort()));
            assertThat(same.isBound()).isTrue();
        }
    }
}
