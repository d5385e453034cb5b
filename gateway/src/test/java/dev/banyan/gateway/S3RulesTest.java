package dev.banyan.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.banyan.rules.RulesException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rules from an S3 bucket: one set of objects, which change, break, are denied, and stall. */
class S3RulesTest {

    @TempDir
    private Path folder;

    @Test
    void theObjectsOfAPrefixAreOneSetThatIsFollowedAndOutlivesTheBucket() throws Exception {
        try (var legacy = new ScriptedServer("legacy");
                var candidate = new ScriptedServer("candidate");
                var bucket = new TestBucket("rules-bucket")) {
            bucket.put("shop/backends.yaml", backends(legacy, candidate));
            bucket.put("shop/routes.yaml", route("a"));
            bucket.put("shop/notes.txt", "routes: [");
            bucket.put("shop/drafts/routes.yaml", route("draft"));
            bucket.put("other.yaml", "routes: [");
            try (var gateway = gateway("s3://rules-bucket/shop")) {
                assertThat(gateway.ask("GET", "/a")).endsWith("candidate");
                assertThat(gateway.ask("GET", "/draft")).endsWith("legacy");

                bucket.put("shop/routes.yaml", route("b"));
                TestGateway.await("changed", () -> gateway.ask("GET", "/b").endsWith("candidate"));
                assertThat(gateway.ask("GET", "/a")).endsWith("legacy");
                bucket.put("shop/more.yaml", route("c"));
                TestGateway.await("added", () -> gateway.ask("GET", "/c").endsWith("candidate"));
                bucket.delete("shop/more.yaml");
                TestGateway.await("deleted", () -> gateway.ask("GET", "/c").endsWith("legacy"));

                bucket.put("shop/routes.yaml", "routes: [");
                TestGateway.await(
                        "refused", () -> gateway.adminText("/admin/rules").contains("routes.yaml"));
                assertThat(gateway.ask("GET", "/b")).endsWith("candidate");
                bucket.put("shop/routes.yaml", route("b"));
                TestGateway.await("good", () -> gateway.adminText("/health").contains("current"));

                bucket.failWith(403);
                TestGateway.await(
                        "denied", () -> gateway.adminText("/admin/rules").contains("status 403"));
                bucket.failWith(404);
                TestGateway.await(
                        "gone", () -> gateway.adminText("/admin/rules").contains("status 404"));
                assertThat(gateway.ask("GET", "/b")).endsWith("candidate");
            }
            try (var gateway = gateway("s3://rules-bucket/shop/")) {
                assertThat(gateway.adminText("/health")).contains("copy");
                assertThat(gateway.ask("GET", "/b")).endsWith("candidate");
                bucket.failWith(0);
                TestGateway.await("back", () -> gateway.adminText("/health").contains("current"));
            }
        }
    }

    @Test
    void aSetThatChangesWhileItIsReadIsReadAgainAndNoHalfOfItServes() throws Exception {
        try (var legacy = new ScriptedServer("legacy");
                var candidate = new ScriptedServer("candidate");
                var bucket = new TestBucket("rules-bucket")) {
            bucket.put("1-backends.yaml", backends(legacy, candidate));
            bucket.put("2-routes.yaml", route("a"));
            try (var gateway = gateway("s3://rules-bucket")) {
                // Between the list and the object, somebody writes both: the list is of the old ones, the object would
                // be new.
                bucket.beforeNextRead("1-backends.yaml", () -> {
                    bucket.put("1-backends.yaml", backends(legacy, candidate).replace("name: new", "name: newer"));
                    bucket.put("2-routes.yaml", route("b").replace("candidate: new", "candidate: newer"));
                });
                bucket.put("2-routes.yaml", route("between"));
                TestGateway.await("whole", () -> gateway.ask("GET", "/b").endsWith("candidate"));
                assertThat(gateway.ask("GET", "/between")).endsWith("legacy");
                assertThat(gateway.gateway().rules().rejections()).isZero();

                bucket.stall();
                assertThat(gateway.ask("GET", "/b")).endsWith("candidate");
            }
        }
    }

    @Test
    void aBucketThatIsNotThereEndsTheStart() throws Exception {
        try (var bucket = new TestBucket("rules-bucket")) {
            bucket.put("notes.txt", "none");
            assertThatThrownBy(() -> gateway("s3://no-such-bucket/shop"))
                    .isInstanceOfSatisfying(RulesException.class, e -> assertThat(e.problems())
                            .singleElement()
                            .asString()
                            .contains("s3://no-such-bucket/shop/: status 404"));
            assertThatThrownBy(() -> gateway("s3://rules-bucket/shop"))
                    .isInstanceOfSatisfying(
                            RulesException.class,
                            e -> assertThat(e.problems().getFirst().toString()).contains("0 files *.yaml"));
        }
    }

    @Test
    void anOlderStateIsNotFollowed() throws Exception {
        try (var legacy = new ScriptedServer("legacy");
                var candidate = new ScriptedServer("candidate");
                var bucket = new TestBucket("rules-bucket")) {
            bucket.put("rules.yaml", backends(legacy, candidate) + route("a"));
            try (var gateway = gateway("s3://rules-bucket")) {
                TestGateway.await("remembered", () -> Files.exists(folder.resolve("run/source-rules.version")));
                bucket.put("rules.yaml", backends(legacy, candidate) + route("b"), -3600);
                TestGateway.await(
                        "said", () -> gateway.adminText("/admin/rules").contains("rules.yaml is older there"));
                assertThat(gateway.ask("GET", "/a")).endsWith("candidate");
            }
        }
    }

    private TestGateway gateway(String rules) throws Exception {
        return TestGateway.over(folder, rules, "--rules-poll", "0.1");
    }

    private static String backends(ScriptedServer legacy, ScriptedServer candidate) {
        return """
                backends:
                  - {name: legacy, url: "%s", baseline: true}
                  - {name: new, url: "%s"}
                """.formatted(legacy.url(), candidate.url());
    }

    private static String route(String route) {
        return """
                routes:
                  - {name: %s, matches: [{path: {type: PathPrefix, value: /%s}}], candidate: new, stage: complete}
                """.formatted(route, route);
    }
}
