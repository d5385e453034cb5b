package dev.banyan.cli.rules;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

class PlanCommandTest {

    private static final String RULES = """
            backends:
              - {name: legacy, url: "http://localhost:8081", baseline: true}
              - {name: orders, url: "http://localhost:8083"}
            cohorts:
              - {name: shopper, key: [{header: X-Id}], salt: one}
            routes:
              - name: orders
                matches: [{path: {value: /orders}}, {path: {value: /api/orders}}]
                candidate: orders
                cohort: shopper
                stage: live
                weight: 5%
              - {name: bills, matches: [{path: {type: RegularExpression, value: "/bills/[0-9]"}}], candidate: orders, stage: off}
            """;

    @TempDir
    private Path folder;

    private Path before;
    private Path after;

    @BeforeEach
    void writeRules() throws IOException {
        before = Files.createDirectory(folder.resolve("old"));
        after = Files.createDirectory(folder.resolve("new"));
        Files.writeString(before.resolve("rules.yaml"), RULES);
    }

    private Ran plan(String changed, String... options) throws IOException {
        Files.writeString(after.resolve("rules.yaml"), changed);
        return options.length == 0 ? Ran.rules("plan", before, after) : Ran.rules("plan", before, after, options[0]);
    }

    @Test
    void theSameInAnotherOrderIsNoChange() throws IOException {
        var ran = plan(RULES.replace(
                "[{path: {value: /orders}}, {path: {value: /api/orders}}]",
                "[{path: {value: /api/orders}}, {path: {value: /orders}}]"));
        assertThat(ran.out()).isEqualTo("0 changes\n");
        assertThat(ran.exitCode()).isZero();
    }

    @Test
    void aWeightMovesTheCallersBetweenTheTwo() throws IOException {
        var ran = plan(RULES.replace("weight: 5%", "weight: 25%"));
        assertThat(ran.exitCode()).isEqualTo(3);
        assertThat(ran.out().lines())
                .containsExactly(
                        "routes[orders]: changed, 20% of callers change sides", "    weight: 500 -> 2500", "1 change");
    }

    @Test
    void aNewSaltDealsTheCallersAnew() throws IOException {
        var ran = plan(RULES.replace("salt: one", "salt: two"));
        assertThat(ran.out()).contains("cohorts[shopper]: changed", "routes[orders]: changed, 9.5% of callers");
    }

    @Test
    void whatIsAddedRemovedAndCoveredIsNamed() throws IOException {
        var changed = RULES.substring(0, RULES.indexOf("  - name: orders\n"))
                + "  - {name: all, matches: [{path: {value: /}}], candidate: orders, stage: complete}\n"
                + RULES.substring(RULES.indexOf("  - {name: bills"));
        var ran = plan(changed);
        assertThat(ran.out().lines())
                .containsExactly(
                        "routes[all]: added, 100% of callers change sides",
                        "routes[orders]: removed, 5% of callers change sides",
                        "routes[bills].matches[0]: can no longer win, routes[all].matches[0] goes first",
                        "2 changes");
        var json = JsonMapper.shared().readTree(plan(changed, "--json").out());
        assertThat(json.at("/changes/0/movedBuckets").asInt()).isEqualTo(10_000);
        assertThat(json.at("/newlyCovered/0/by").asString()).isEqualTo("routes[all].matches[0]");
    }

    @Test
    void rulesThatAreNotValidFail() throws IOException {
        var ran = plan("backends: 1\n");
        assertThat(ran.exitCode()).isEqualTo(1);
        assertThat(ran.err()).contains("rules.yaml:1:");
    }

    private static final String LOG = """
            10.0.0.1 - - [24/Nov/2026:03:00:00 +0000] "GET /orders/7?x=1 HTTP/1.1" 200 12 "-" "curl/8"
            10.0.0.1 - ada [24/Nov/2026:03:00:00 +0000] "POST /orders HTTP/1.1" 201 0
            shop.test:443 10.0.0.1 - - [24/Nov/2026:03:00:00 +0000] "GET /orders/8 HTTP/2.0" 200 12 "-" "-"
            10.0.0.1 - - [24/Nov/2026:03:00:00 +0000] "GET /other HTTP/1.1" 200 12 "-" "-"
            \\x16\\x03\\x01 is no request
            10.0.0.1 - - [24/Nov/2026:03:00:00 +0000] "-" 408 0 "-" "-"
            """;

    @Test
    void anAccessLogSaysHowManyRequestsGoElsewhere() throws IOException {
        Files.writeString(after.resolve("rules.yaml"), RULES.replace("weight: 5%", "weight: 55%"));
        var log = Files.writeString(folder.resolve("access.log"), LOG);
        var ran = Ran.rules("plan", before, after, "--log", log.toString());
        assertThat(ran.out())
                .contains("4 requests of the log: 1.5 would go elsewhere (37.5%)")
                .contains("legacy -> orders by orders: 1.5 (37.5%)")
                .contains("0.5  /orders/7\n")
                .contains("2 lines are no request that can be read, the first is line 5");
        assertThat(ran.exitCode()).isEqualTo(3);
    }

    @Test
    void aPackedLogOfJsonAndAnotherOrderOfCallers() throws IOException {
        Files.writeString(after.resolve("rules.yaml"), RULES.replace("salt: one", "salt: two"));
        var log = folder.resolve("access.json.gz");
        try (var out = new java.util.zip.GZIPOutputStream(Files.newOutputStream(log))) {
            out.write("""
                    {"method": "GET", "path": "/orders/7", "host": "shop.test"}
                    {"request_method": "GET", "request_uri": "/orders/8"}
                    {"half":
                    """.getBytes(java.nio.charset.StandardCharsets.UTF_8));
        }
        var ran = Ran.rules("plan", before, after, "--log", log.toString(), "--log-format", "json", "--json");
        var json = JsonMapper.shared().readTree(ran.out()).path("log");
        assertThat(json.path("requests").asInt()).isEqualTo(2);
        assertThat(json.path("unreadLines").asInt()).isEqualTo(1);
        // 5 % of one order and 5 % of another: 2 x 0.05 x 0.95 of each request
        assertThat(json.path("moved").asDouble()).isCloseTo(0.19, org.assertj.core.data.Offset.offset(1e-9));
    }

    @Test
    void aLogThatIsNotThereIsSaid() throws IOException {
        Files.writeString(after.resolve("rules.yaml"), RULES);
        var ran =
                Ran.rules("plan", before, after, "--log", folder.resolve("none").toString());
        assertThat(ran.exitCode()).isEqualTo(1);
        assertThat(ran.err()).contains("none");
    }
}
