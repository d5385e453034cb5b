package dev.banyan.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.gateway.backend.WaitingLimit;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;

/** A backend of several servers: turns, health checks and retries. */
@ParameterizedClass
@EnumSource(Way.class)
class InstancesTest {

    @Parameter
    Way way;

    @TempDir
    static Path folder;

    private static ScriptedServer legacy;
    private static ScriptedServer one;
    private static ScriptedServer two;
    private static final AtomicBoolean ONE_IS_ILL = new AtomicBoolean();
    private static TestGateway gateway;

    /** Stands behind a proxy that tries again itself. Both gateways end together, since they share event loops. */
    private static TestGateway behind;

    @BeforeParameterizedClassInvocation
    static void start(Way way) throws Exception {
        TestGateway.take(way);
        legacy = new ScriptedServer("legacy");
        one = new ScriptedServer("one");
        two = new ScriptedServer("two");
        int dead = 1; // where nobody listens, and which nobody is given by chance
        one.on("/health", (_, wire) -> wire.send(
                        "HTTP/1.1 " + (ONE_IS_ILL.get() ? 500 : 204) + " X\r\nContent-Length: 0\r\n\r\n")
                .close());
        one.reply("/half/503", "HTTP/1.1 503 No\r\nContent-Length: 2\r\n\r\nno");
        one.reply("/shaky", "HTTP/1.1 503 No\r\nContent-Length: 2\r\n\r\nno");
        one.reply("/down", "HTTP/1.1 503 No\r\nContent-Length: 2\r\n\r\nno");
        one.reply("/stingy/503", "HTTP/1.1 503 No\r\nContent-Length: 2\r\n\r\nno");
        gateway = TestGateway.start(folder, """
                backends:
                  - {name: legacy, url: "%s", baseline: true}
                  - {name: both, urls: ["%s", "%s"]}
                  - name: watched
                    urls: ["%s", "%s"]
                    health: {path: /health, interval: 500ms, timeout: 500ms, unhealthyAfter: 2, healthyAfter: 2}
                  - {name: ill, url: "%s", health: {path: /health, interval: 500ms, timeout: 500ms, unhealthyAfter: 2, healthyAfter: 2}}
                  - {name: half, urls: ["http://127.0.0.1:%d", "%s", "%s"], retries: {attempts: 2, budget: 50%%}, circuitBreaker: {windowCalls: 9000, minCalls: 9000}}
                  - name: shaky
                    urls: ["%s", "%s"]
                    retries: {attempts: 1, budget: 50%%}
                    circuitBreaker: {failureRate: 50%%, windowCalls: 4, minCalls: 4, openFor: 1h}
                    adaptiveLimit: {target: 10s}
                  - name: down
                    url: "%s"
                    retries: {attempts: 1, budget: 50%%}
                    circuitBreaker: {failureRate: 50%%, windowCalls: 4, minCalls: 4, openFor: 1h}
                  - {name: stingy, url: "%s", retries: {attempts: 5, budget: 20%%}, circuitBreaker: {windowCalls: 9000, minCalls: 9000}}
                routes:
                  - {name: both, matches: [{path: {value: /both}}], candidate: both, stage: complete}
                  - {name: watched, matches: [{path: {value: /watched}}], candidate: watched, stage: complete}
                  - {name: ill, matches: [{path: {value: /ill}}], candidate: ill, stage: live, weight: 100%%}
                  - {name: half, matches: [{path: {value: /half}}], candidate: half, stage: complete}
                  - {name: shaky, matches: [{path: {value: /shaky}}], candidate: shaky, stage: complete}
                  - {name: down, matches: [{path: {value: /down}}], candidate: down, stage: complete}
                  - {name: stingy, matches: [{path: {value: /stingy}}], candidate: stingy, stage: complete}
                """.formatted(
                        legacy.url(),
                        one.url(),
                        two.url(),
                        one.url(),
                        two.url(),
                        one.url(),
                        dead,
                        one.url(),
                        two.url(),
                        one.url(),
                        two.url(),
                        one.url(),
                        one.url()));
        behind = TestGateway.start(
                folder.resolve("behind-" + way), """
                backends:
                  - {name: legacy, url: "%s", baseline: true, retries: {attempts: 3, budget: 50%%}}
                """.formatted(one.url()), "--trusted-proxy", "127.0.0.0/8");
    }

    @AfterParameterizedClassInvocation
    static void stop() throws IOException {
        gateway.close();
        behind.close();
        one.close();
        two.close();
        legacy.close();
    }

    @Test
    void instancesTakeTurns() throws Exception {
        for (int i = 0; i < 20; i++) {
            gateway.ask("GET", "/both");
            // One that is still busy is passed over, and a client may have its reply a moment before that is over.
            TestGateway.await("it is over", () -> gateway.inFlight("both") == 0);
        }
        assertThat(one.heads("/both")).hasSize(10);
        assertThat(two.heads("/both")).hasSize(10);
    }

    @Test
    void anInstanceThatIsNotWellIsLeftOutUntilItIs() throws Exception {
        ONE_IS_ILL.set(true);
        awaitWell("watched", one, false);
        awaitWell("ill", one, false);
        int before = one.heads("/watched").size();
        for (int i = 0; i < 6; i++) {
            assertThat(gateway.ask("GET", "/watched")).endsWith("two");
        }
        assertThat(one.heads("/watched")).hasSize(before);
        assertThat(gateway.ask("GET", "/ill")).endsWith("legacy");
        assertThat(gateway.ask("POST /ill HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n"))
                .startsWith("HTTP/1.1 503");
        ONE_IS_ILL.set(false);
        awaitWell("watched", one, true);
        awaitWell("ill", one, true);
        assertThat(gateway.ask("GET", "/watched") + gateway.ask("GET", "/watched"))
                .contains("one");
        assertThat(gateway.ask("GET", "/ill")).endsWith("one");
    }

    private static void awaitWell(String backend, ScriptedServer server, boolean well) throws Exception {
        TestGateway.await(backend + " well: " + well, () -> {
            for (JsonNode each : gateway.admin("/admin/routes").path("backends")) {
                for (JsonNode instance : each.path("instances")) {
                    if (each.path("name").asString("").equals(backend)
                            && instance.path("url").asString("").equals(server.url())) {
                        return instance.path("well").asBoolean() == well;
                    }
                }
            }
            return false;
        });
    }

    @Test
    void readsAreTriedAgainOnAnotherInstanceAndWritesAreNot() throws Exception {
        for (int i = 0; i < 9; i++) {
            assertThat(gateway.ask("GET", "/half/" + i)).startsWith("HTTP/1.1 200");
        }
        assertThat(gateway.ask("GET", "/half/503")).startsWith("HTTP/1.1 200").endsWith("two");
        int refused = 0;
        for (int i = 0; i < 9; i++) {
            String reply = gateway.ask("POST /half/write" + i + " HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n");
            refused += reply.startsWith("HTTP/1.1 502") ? 1 : 0;
        }
        assertThat(refused).isEqualTo(3);
        assertThat(one.heads("/half/write").size() + two.heads("/half/write").size())
                .isEqualTo(6);
    }

    /** One of the three refuses connections. A client's word for it is not a proxy's. */
    @Test
    void whatIsTriedAgainSaysSo() throws Exception {
        for (int i = 0; i < 9; i++) {
            gateway.ask("GET /half/marked HTTP/1.1\r\nHost: a\r\nX-Envoy-Attempt-Count: 7\r\n\r\n");
        }
        List<String> marks = Stream.concat(one.heads("/half/marked").stream(), two.heads("/half/marked").stream())
                .map(head -> head.toLowerCase(Locale.ROOT)
                        .replaceFirst("(?s).*\r\nx-envoy-attempt-count: ([0-9]+)\r\n.*|.*", "$1"))
                .toList();
        assertThat(marks).hasSize(9).containsOnly("", "2").contains("", "2");
    }

    @Test
    void whatAProxyInFrontHasTriedAgainIsLeftToIt() throws Exception {
        for (String attempt : List.of("1", "2", "many")) {
            behind.ask("GET /half/503/" + attempt + " HTTP/1.1\r\nHost: a\r\nX-Envoy-Attempt-Count: " + attempt
                    + "\r\n\r\n");
        }
        assertThat(one.heads("/half/503/1")).hasSize(4);
        assertThat(one.heads("/half/503/2")).hasSize(1);
        assertThat(one.heads("/half/503/many")).hasSize(4);
    }

    @Test
    void anInstanceThatAnotherStoodInForOpensNoBreakerAndLowersNoLimit() throws Exception {
        WaitingLimit limit = Objects.requireNonNull(
                gateway.gateway().rules().current().backends().get("shaky").adaptiveLimit());
        int before = limit.calls();
        for (int i = 0; i < 10; i++) {
            assertThat(gateway.ask("GET", "/shaky"))
                    .as("call %d", i)
                    .startsWith("HTTP/1.1 200")
                    .endsWith("two");
        }
        assertThat(one.heads("/shaky")).hasSizeGreaterThanOrEqualTo(5);
        assertThat(breaker("shaky")).isEqualTo("closed");
        assertThat(limit.calls()).isGreaterThanOrEqualTo(before);
        assertThat(limit.waiting()).isZero();
    }

    @Test
    void aCallThatFailsWithAllItsRetriesIsOneErrorOfTheBackend() throws Exception {
        for (int i = 0; i < 3; i++) {
            assertThat(gateway.ask("GET", "/down")).startsWith("HTTP/1.1 503").endsWith("no");
        }
        assertThat(breaker("down")).isEqualTo("closed");
        gateway.ask("GET", "/down");
        assertThat(breaker("down")).isEqualTo("open");
        assertThat(gateway.ask("GET", "/down")).startsWith("HTTP/1.1 503").doesNotEndWith("no");
        assertThat(one.heads("/down")).hasSize(8);
    }

    private static String breaker(String backend) {
        return gateway.gateway().rules().current().backends().get(backend).breakerState();
    }

    @Test
    void retriesAreAShareOfRequestsNotAStorm() throws Exception {
        for (int i = 0; i < 100; i++) {
            assertThat(gateway.ask("GET", "/stingy/503")).startsWith("HTTP/1.1 503");
        }
        // 100 requests, 20 retries that they bring in, and 10 that were saved up.
        assertThat(one.heads("/stingy/503")).hasSizeBetween(120, 130);
    }
}
