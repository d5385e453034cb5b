package dev.banyan.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.banyan.rules.RulesException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rules from a web server, which changes them, breaks them, goes away and comes back. */
class RemoteRulesTest {

    @TempDir
    private Path folder;

    /** A web server with one rule file. */
    private static final class Source implements AutoCloseable {

        private volatile String rules;
        private volatile int status = 200;
        private final HttpServer server;
        final AtomicInteger whole = new AtomicInteger();
        final AtomicInteger notModified = new AtomicInteger();

        Source(int port, String rules) throws IOException {
            this.rules = rules;
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
            server.createContext("/rules.yaml", this::answer);
            server.start();
        }

        private void answer(HttpExchange exchange) throws IOException {
            try (exchange) {
                if (!"Bearer hush".equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
                    exchange.sendResponseHeaders(401, -1);
                    return;
                }
                var now = rules;
                var tag = "\"" + now.hashCode() + "\"";
                exchange.getResponseHeaders().set("ETag", tag);
                exchange.getResponseHeaders().set("Location", "http://127.0.0.1:1/elsewhere");
                if (status != 200) {
                    exchange.sendResponseHeaders(status, -1);
                } else if (tag.equals(exchange.getRequestHeaders().getFirst("If-None-Match"))) {
                    notModified.incrementAndGet();
                    exchange.sendResponseHeaders(304, -1);
                } else {
                    whole.incrementAndGet();
                    var bytes = now.getBytes(UTF_8);
                    exchange.sendResponseHeaders(200, bytes.length);
                    exchange.getResponseBody().write(bytes);
                }
            }
        }

        int port() {
            return server.getAddress().getPort();
        }

        @Override
        public void close() {
            server.stop(0);
        }
    }

    private TestGateway gateway(int port) throws Exception {
        var secret = Files.writeString(folder.resolve("secret"), "hush\n");
        return TestGateway.over(
                folder,
                "http://127.0.0.1:" + port + "/rules.yaml",
                "--rules-poll",
                "0.05",
                "--rules-secret-file",
                secret.toString());
    }

    @Test
    void rulesAreFetchedFollowedAndOutliveTheirSource() throws Exception {
        try (var legacy = new ScriptedServer("legacy");
                var candidate = new ScriptedServer("candidate")) {
            String first = rules(legacy, candidate, "a");
            String second = rules(legacy, candidate, "b");
            int port;
            try (var source = new Source(0, first);
                    var gateway = gateway(source.port())) {
                port = source.port();
                assertThat(gateway.ask("GET", "/a")).endsWith("candidate");
                TestGateway.await("asked by the tag", () -> source.notModified.get() > 2);
                assertThat(source.whole).hasValue(1);
                assertThat(gateway.admin("/admin/rules").path("source").asString())
                        .endsWith(port + "/rules.yaml");

                source.rules = second;
                TestGateway.await("new rules", () -> gateway.ask("GET", "/b").endsWith("candidate"));
                assertThat(gateway.ask("GET", "/a")).endsWith("legacy");

                source.rules = "routes: [";
                TestGateway.await(
                        "refused", () -> gateway.adminText("/admin/rules").contains("rules.yaml"));
                assertThat(gateway.ask("GET", "/b")).endsWith("candidate");

                source.rules = second;
                TestGateway.await(
                        "good again", () -> gateway.adminText("/health").contains("current"));

                source.status = 302;
                TestGateway.await(
                        "not followed", () -> gateway.adminText("/admin/rules").contains("status 302"));
                source.status = 500;
                TestGateway.await(
                        "said", () -> gateway.adminText("/admin/rules").contains("status 500"));
                assertThat(gateway.adminText("/health")).contains("stale");
                assertThat(gateway.ask("GET", "/b")).endsWith("candidate");
            }
            try (var gateway = gateway(port)) {
                assertThat(gateway.adminText("/health")).contains("copy");
                assertThat(gateway.ask("GET", "/b")).endsWith("candidate");
                try (var again = new Source(port, first)) {
                    TestGateway.await("back", () -> gateway.ask("GET", "/a").endsWith("candidate"));
                    TestGateway.await("said", () -> gateway.adminText("/health").contains("current"));
                    assertThat(again.whole).hasValue(1);
                }
            }
        }
    }

    @Test
    void withoutASourceOrACopyThereIsNothingToServeBy() throws Exception {
        int port;
        try (var source = new Source(0, "")) {
            port = source.port();
        }
        assertThatThrownBy(() -> gateway(port))
                .isInstanceOfSatisfying(RulesException.class, e -> assertThat(e.problems())
                        .singleElement()
                        .asString()
                        .contains("--rules", "http://127.0.0.1:" + port + "/rules.yaml"));
    }

    private static String rules(ScriptedServer legacy, ScriptedServer candidate, String route) {
        return """
                backends:
                  - {name: legacy, url: "%s", baseline: true}
                  - {name: new, url: "%s"}
                routes:
                  - {name: %s, matches: [{path: {type: PathPrefix, value: /%s}}], candidate: new, stage: complete}
                """.formatted(legacy.url(), candidate.url(), route, route);
    }
}
