package dev.banyan.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.gateway.store.Relay;
import dev.banyan.gateway.store.SharedPostgres;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/** Gateways that serve by the rules in a control store: pushed once, in force everywhere, and never an older version again. */
class StoreRulesTest {

    private static final JsonMapper JSON = new JsonMapper();

    @TempDir
    private Path folder;

    @Test
    void aPushIsInForceOnEveryReplicaAndOutlivesTheStore() throws Exception {
        var database = SharedPostgres.newDatabase();
        try (var legacy = new ScriptedServer("legacy");
                var candidate = new ScriptedServer("candidate");
                var relay = new Relay(SharedPostgres.port());
                var apart = new Relay(SharedPostgres.port())) {
            relay.open();
            apart.open();
            // Closed together: gateways of one JVM share event loops, which the first that stops takes with it.
            try (var first = replica("first", legacy, relay, database);
                    var second = replica("second", legacy, apart, database)) {
                assertThat(second.ask("GET", "/a")).endsWith("legacy");
                assertThat(push(first, 0, rules(legacy, candidate, "a")).statusCode())
                        .isEqualTo(200);
                TestGateway.await("on the second", () -> second.ask("GET", "/a").endsWith("candidate"));
                TestGateway.await("on the first", () -> first.ask("GET", "/a").endsWith("candidate"));

                assertThat(push(second, 1, rules(legacy, candidate, "a"), "a\u001b[2J"))
                        .satisfies(reply -> assertThat(reply.statusCode()).isEqualTo(400))
                        .satisfies(reply -> assertThat(reply.body()).contains("why: control character U+001B"));
                assertThat(push(second, 1, "backends: [\n  - {nam: x}").body())
                        .contains("rules.yaml:")
                        .doesNotContain("banyan-push");
                assertThat(push(second, 1, rules(second.port())).body()).contains("is this gateway itself");
                assertThat(push(second, 1, unservable(legacy, candidate)))
                        .satisfies(reply -> assertThat(reply.statusCode()).isEqualTo(422))
                        .satisfies(reply -> assertThat(reply.body()).contains("div["));
                assertThat(push(second, 0, rules(legacy, candidate, "b")))
                        .satisfies(reply -> assertThat(reply.statusCode()).isEqualTo(409))
                        .satisfies(reply -> assertThat(reply.body()).contains("expected: 1"));
                assertThat(winners(first, legacy, candidate)).containsExactly(2);
                assertThat(second.admin("/admin/rules/versions")
                                .path("versions")
                                .path(0)
                                .path("why")
                                .asString())
                        .isEqualTo("try 1");
                TestGateway.await(
                        "both",
                        () -> first.ask("GET", "/won").endsWith("candidate")
                                && second.ask("GET", "/won").endsWith("candidate"));

                apart.cut();
                TestGateway.await("not ready for who asks for newer rules", () -> second.adminText(
                                "/health/readiness?rulesUnconfirmed=2")
                        .equals("{\"status\":\"stale\"}"));
                assertThat(second.adminText("/health/readiness")).contains("ready");
                assertThat(second.ask("GET", "/won")).endsWith("candidate");
                assertThat(second.admin("/health")
                                .path("rulesUnconfirmedSeconds")
                                .asInt())
                        .isGreaterThanOrEqualTo(2);
                TestGateway.await("the other is", () -> first.adminText("/health/readiness?rulesUnconfirmed=2")
                        .contains("ready"));
                apart.open();
                TestGateway.await("ready again", () -> second.adminText("/health/readiness?rulesUnconfirmed=2")
                        .contains("ready"));

                relay.cut();
                apart.cut();
                TestGateway.await(
                        "stale",
                        () -> first.adminText("/health").contains("stale")
                                && second.adminText("/health").contains("stale"));
                assertThat(first.ask("GET", "/won")).endsWith("candidate");
                TestGateway.await(
                        "down",
                        () -> push(first, 2, rules(legacy, candidate, "b")).statusCode() == 503);
            }
            try (var second = replica("second", legacy, apart, database)) {
                assertThat(second.adminText("/health")).contains("copy").contains("\"rulesUnconfirmedSeconds\":null");
                assertThat(second.adminText("/metrics")).contains("banyan_rules_unconfirmed_seconds +Inf");
                assertThat(second.adminText("/health/readiness?rulesUnconfirmed=999999"))
                        .contains("stale");
                apart.open();
                TestGateway.await(
                        "pushed",
                        () -> push(second, 2, rules(legacy, candidate, "c")).statusCode() == 200);
                TestGateway.await("followed", () -> second.ask("GET", "/c").endsWith("candidate"));
                TestGateway.await("current", () -> second.adminText("/health").contains("current"));
            }
        }
    }

    @Test
    void aStoreThatWasSetBackIsNotFollowed() throws Exception {
        var database = SharedPostgres.newDatabase();
        try (var legacy = new ScriptedServer("legacy");
                var candidate = new ScriptedServer("candidate");
                var relay = new Relay(SharedPostgres.port())) {
            relay.open();
            try (var gateway = replica("only", legacy, relay, database)) {
                push(gateway, 0, rules(legacy, candidate, "a"));
                push(gateway, 1, rules(legacy, candidate, "b"));
                TestGateway.await("second", () -> gateway.ask("GET", "/b").endsWith("candidate"));
                TestGateway.await("remembered", () -> Files.readString(folder.resolve("only/run/source-rules.version"))
                        .contains("\n2:"));
                setBack(gateway);
                TestGateway.await(
                        "said", () -> gateway.adminText("/admin/rules").contains("its last version is 1"));
                assertThat(gateway.ask("GET", "/b")).endsWith("candidate");

                assertThat(push(gateway, 1, rules(legacy, candidate, "c")).body())
                        .contains("\"version\":2");
                TestGateway.await("the number once more, and other rules", () -> gateway.ask("GET", "/c")
                        .endsWith("candidate"));
                assertThat(gateway.ask("GET", "/b")).endsWith("legacy");
                setBack(gateway);
                TestGateway.await(
                        "said again", () -> gateway.adminText("/admin/rules").contains("its last version is 1"));
            }
            try (var gateway = replica("only", legacy, relay, database)) {
                assertThat(gateway.adminText("/health")).contains("copy");
                assertThat(gateway.ask("GET", "/c")).endsWith("candidate");
                Path served = folder.resolve("only/run/source-rules.version");
                Files.writeString(served, Files.readString(served).replace("\n2:", "\ntwo:"));
                TestGateway.await(
                        "said", () -> gateway.adminText("/admin/rules").contains("expected: a number"));
            }
        }
    }

    /** What is left of a store that was at version 2 after a restore of a backup of version 1. */
    private static void setBack(TestGateway gateway) throws Exception {
        gateway.gateway().store().transaction("setting back", connection -> {
            try (var statement = connection.createStatement()) {
                statement.executeUpdate("UPDATE control_rules SET version = 1");
                statement.executeUpdate("DELETE FROM control_rules_file WHERE version = 2");
                return statement.executeUpdate("DELETE FROM control_rules_version WHERE version = 2");
            }
        });
    }

    @Test
    void oneGatewayKeepsItsVersionsInAFile() throws Exception {
        try (var legacy = new ScriptedServer("legacy");
                var candidate = new ScriptedServer("candidate")) {
            try (var gateway = TestGateway.over(folder, "store:", "--legacy", legacy.url())) {
                assertThat(push(gateway, 0, rules(legacy, candidate, "a")).body())
                        .contains("\"version\":1");
                TestGateway.await("in force", () -> gateway.ask("GET", "/a").endsWith("candidate"));
            }
            try (var gateway = TestGateway.over(folder, "store:", "--legacy", legacy.url())) {
                assertThat(gateway.adminText("/health")).contains("current");
                assertThat(gateway.adminText("/health/readiness?rulesUnconfirmed=1.5"))
                        .contains("rulesUnconfirmed: 1.5 (expected: whole seconds)");
                assertThat(gateway.ask("GET", "/a")).endsWith("candidate");
                assertThat(gateway.admin("/admin/rules/versions/1")
                                .path("files")
                                .path("rules.yaml")
                                .asString())
                        .isEqualTo(rules(legacy, candidate, "a"));
                assertThat(gateway.adminText("/admin/rules/versions/2")).contains("expected: one that was pushed");
            }
        }
    }

    private TestGateway replica(String name, ScriptedServer legacy, Relay relay, String database) throws Exception {
        var secret = Files.writeString(folder.resolve("secret"), SharedPostgres.user());
        return TestGateway.over(
                Files.createDirectories(folder.resolve(name)),
                "store:",
                "--rules-poll",
                "0.1",
                "--legacy",
                legacy.url(),
                "--store",
                SharedPostgres.url(relay.port(), database),
                "--store-user",
                SharedPostgres.user(),
                "--store-password-file",
                secret.toString());
    }

    /** Pushes eight times at once on the same version and returns the versions that came of it. */
    private static List<Integer> winners(TestGateway gateway, ScriptedServer legacy, ScriptedServer candidate)
            throws Exception {
        List<Future<HttpResponse<String>>> replies = new ArrayList<>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 8; i++) {
                replies.add(threads.submit(() -> push(gateway, 1, rules(legacy, candidate, "won"))));
            }
        }
        List<Integer> versions = new ArrayList<>();
        for (var reply : replies) {
            if (reply.get().statusCode() == 200) {
                versions.add(JSON.readTree(reply.get().body()).path("version").asInt());
            } else {
                assertThat(reply.get().statusCode()).isEqualTo(409);
            }
        }
        return versions;
    }

    private static HttpResponse<String> push(TestGateway gateway, long base, String rules) throws Exception {
        return push(gateway, base, rules, "try " + base);
    }

    private static HttpResponse<String> push(TestGateway gateway, long base, String rules, String why)
            throws Exception {
        return gateway.adminPost(
                "/admin/rules/versions",
                JSON.writeValueAsString(
                        Map.of("base", base, "files", Map.of("rules.yaml", rules), "by", "a test", "why", why)));
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

    /** Rules that only those who compare know to be wrong. */
    private static String unservable(ScriptedServer legacy, ScriptedServer candidate) {
        return rules(legacy, candidate, "a")
                .replace("complete}", "complete, compare: {html: {ignore: [{selector: 'div[', reason: a}]}}}");
    }

    private static String rules(int ownPort) {
        return """
                backends:
                  - {name: legacy, url: "http://localhost:1", baseline: true}
                  - {name: new, url: "http://localhost:%d"}
                """.formatted(ownPort);
    }
}
