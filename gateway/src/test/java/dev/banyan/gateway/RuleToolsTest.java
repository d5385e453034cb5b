package dev.banyan.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What the tools say of rules, asked of a running gateway. */
final class RuleToolsTest {

    private static final JsonMapper JSON = JsonMapper.shared();

    private static final String RULES = """
            backends:
              - {name: legacy, url: "http://127.0.0.1:1", baseline: true}
              - {name: orders, url: "http://127.0.0.1:2"}
            cohorts:
              - {name: shopper, key: [{header: X-Customer-Id}], salt: s}
            routes:
              - {name: orders, matches: [{path: {value: /orders}}], candidate: orders, cohort: shopper, stage: live, weight: 5%}
              - {name: old, matches: [{path: {value: /old}}], stage: retired}
            """;

    @TempDir
    Path folder;

    private HttpResponse<String> check(TestGateway gateway, String rules) throws Exception {
        String token = Files.readString(folder.resolve("run/admin.token")).strip();
        String body = JSON.writeValueAsString(Map.of("files", Map.of("shop.yaml", rules)));
        try (var client = HttpClient.newHttpClient()) {
            return client.send(
                    HttpRequest.newBuilder(URI.create(
                                    "http://127.0.0.1:" + gateway.gateway().adminPort() + "/admin/rules/check"))
                            .header("Authorization", "Bearer " + token)
                            .POST(HttpRequest.BodyPublishers.ofString(body))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
        }
    }

    @Test
    void rulesThatNobodyServesByYetAreValidatedLintedAndPlanned() throws Exception {
        try (var gateway = TestGateway.start(folder, RULES)) {
            JsonNode lint = gateway.admin("/admin/rules/lint");
            assertThat(lint.path("findings").valueStream().map(each -> each.path("code")
                            .asString("")))
                    .contains("BYN0153");

            HttpResponse<String> good = check(gateway, RULES.replace("weight: 5%", "weight: 25%"));
            assertThat(good.statusCode()).isEqualTo(200);
            JsonNode said = JSON.readTree(good.body());
            assertThat(said.path("findings")).isNotEmpty();
            JsonNode change = said.path("plan").path("changes").path(0);
            assertThat(change.path("where").asString("")).isEqualTo("routes[orders]");
            assertThat(change.path("movedBuckets").asInt(0)).isEqualTo(2_000);

            HttpResponse<String> bad = check(gateway, RULES.replace("weight: 5%", "weight: 105%"));
            assertThat(bad.statusCode()).isEqualTo(422);
            assertThat(bad.body()).contains("shop.yaml:7:").contains("0% to 100%");
            assertThat(gateway.admin("/admin/rules").path("rejections").asInt(-1))
                    .isZero();
            assertThat(gateway.route("orders").path("weight").asInt(0)).isEqualTo(500);
        }
    }
}
