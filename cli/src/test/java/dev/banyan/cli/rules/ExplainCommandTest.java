package dev.banyan.cli.rules;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.banyan.cli.toolkit.LiveRunFolder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ArrayBlockingQueue;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

class ExplainCommandTest {

    @TempDir
    private Path folder;

    @BeforeEach
    void writeRules() throws IOException {
        Files.writeString(folder.resolve("rules.yaml"), """
                trustedNetworks: [10.0.0.0/8]
                backends:
                  - {name: legacy, url: "http://localhost:8081", baseline: true}
                  - {name: orders, url: "http://localhost:8083"}
                cohorts:
                  - name: shopper
                    key: [{cookie: id}]
                    salt: shop-2026
                    overrides: [{header: X-Side, value: new, to: candidate}]
                routes:
                  - name: one-order
                    matches: [{method: GET, path: {value: "/orders/{no}"}}]
                    candidate: orders
                    cohort: shopper
                    stage: live
                    weight: 0.01%
                    rewrite: {path: {type: ReplacePrefixMatch, value: /v2}}
                    filters: ["AddRequestHeader=X-Fig, 1"]
                    schedule: {until: "2030-01-01T00:00:00Z"}
                  - name: write-orders
                    matches: [{method: POST, path: {value: /orders}}]
                    candidate: orders
                    stage: complete
                """);
    }

    @Test
    void theAnswerStandsFirstAndEveryLoserAfterIt() {
        var ran = Ran.rules(
                "explain",
                "GET",
                "https://shop/orders/42?x=1",
                "--rules",
                folder,
                "-H",
                "Cookie: id=ann",
                "-H",
                "X-Side: new",
                "--from",
                "10.0.0.9",
                "--at",
                "2029-01-01T00:00:00Z");
        assertThat(ran.err()).isEmpty();
        assertThat(ran.exitCode()).isZero();
        assertThat(ran.out().replace(folder + "/", "").lines())
                .containsExactly(
                        "route: routes[one-order].matches[0] at rules.yaml:12:15, stage live",
                        "backend: orders (http://localhost:8083)",
                        "rewritten path: /v2",
                        "filters: AddRequestHeader=X-Fig, 1",
                        "side: candidate, chosen by override",
                        "cohort: shopper, cookie id = ann, bucket 5958, weight 0.01% (buckets below 1)",
                        "override: header X-Side: new, to the candidate",
                        "mirrored: no",
                        "matches whose path fits:",
                        "  routes[one-order].matches[0] at rules.yaml:12:15: wins",
                        "  routes[write-orders].matches[0] at rules.yaml:21:15: method: GET (expected: POST)");
    }

    @Test
    void theSameIsThereAsJson() {
        var ran = Ran.rules(
                "explain",
                "GET",
                "/orders/42",
                "--rules",
                folder,
                "--json",
                "-H",
                "Host: shop",
                "--at",
                "2031-01-01T00:00:00Z");
        var json = JsonMapper.shared().readTree(ran.out());
        assertThat(json.at("/decision/backend").asString()).isEqualTo("legacy");
        assertThat(json.at("/decision/chosenBy").asString()).isEqualTo("schedule");
        assertThat(json.at("/cohort/bucket").asInt()).isEqualTo(9999);
        assertThat(json.at("/candidates/1/verdict").asString()).isEqualTo("fails");
    }

    @Test
    void aPathThatIsReadInSeveralWaysShowsThem() {
        var ran = Ran.rules("explain", "POST", "/x/..;/orders", "--rules", folder);
        assertThat(ran.out())
                .startsWith("refused: 400, servers could read the path differently")
                .contains("  /orders -> routes[write-orders].matches[0], backend orders")
                .contains("-> no route, backend legacy");
    }

    @Test
    void whatIsNoRequestIsWrongUsageAndBrokenRulesFail() throws IOException {
        assertThat(Ran.rules("explain", "GET", "orders", "--rules", folder).exitCode())
                .isEqualTo(2);
        assertThat(Ran.rules("explain", "GET", "/", "--rules", folder, "--from", "me")
                        .exitCode())
                .isEqualTo(2);
        assertThat(Ran.rules("explain", "GET", "/", "-H", "nonsense", "--rules", folder)
                        .exitCode())
                .isEqualTo(2);
        Files.writeString(folder.resolve("rules.yaml"), "backends: []\n");
        var ran = Ran.rules("explain", "GET", "/", "--rules", folder);
        assertThat(ran.exitCode()).isEqualTo(1);
        assertThat(ran.err()).contains("rules.yaml:1:");
    }

    @Test
    void aGatewayThatDoesNotRunIsSaid() {
        var ran = Ran.rules("explain", "GET", "/", "--gateway", "http://127.0.0.1:1", "--run-dir", folder);
        assertThat(ran.exitCode()).isEqualTo(1);
        assertThat(ran.err()).contains("no gateway runs with the run folder");
    }

    @Test
    void aGatewayIsAskedWithItsTokenAndOnlyOnLoopback() throws Exception {
        var asked = new ArrayBlockingQueue<String>(1);
        var admin = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        admin.createContext("/admin/explain", exchange -> {
            asked.add(exchange.getRequestHeaders().getFirst("Authorization") + " "
                    + new String(exchange.getRequestBody().readAllBytes(), UTF_8));
            var answer = "{\"decision\":{\"outcome\":\"refused\",\"status\":400,\"reason\":\"odd\"}}".getBytes(UTF_8);
            exchange.sendResponseHeaders(200, answer.length);
            exchange.getResponseBody().write(answer);
            exchange.close();
        });
        admin.start();
        try (var _ = new LiveRunFolder(folder, 1, "secret")) {
            var url = "http://127.0.0.1:" + admin.getAddress().getPort();
            var ran = Ran.rules("explain", "GET", "/x", "--gateway", url, "--run-dir", folder, "--from", "10.0.0.9");
            assertThat(ran.out()).startsWith("refused: 400, odd");
            assertThat(asked.take()).startsWith("Bearer secret {").contains("\"url\":\"/x\"", "\"from\":\"10.0.0.9\"");
            var elsewhere = Ran.rules("explain", "GET", "/x", "--gateway", "http://example.com", "--run-dir", folder);
            assertThat(elsewhere.exitCode()).isEqualTo(2);
            assertThat(elsewhere.err()).contains("--gateway: http://example.com (expected: an admin address");
        } finally {
            admin.stop(0);
        }
    }
}
