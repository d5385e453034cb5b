package dev.banyan.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RuleTestsTest {

    private static final String RULES = """
            trustedNetworks: [10.0.0.0/8]
            backends:
              - {name: legacy, url: "http://localhost:8081", baseline: true}
              - {name: orders, url: "http://localhost:8083"}
            cohorts:
              - name: shopper
                key: [{header: X-Customer-Id}, {generateCookie: banyan_id}]
                salt: shop-2026
                overrides: [{cookie: side, value: new, to: candidate}]
            routes:
              - name: orders
                matches: [{path: {value: /orders}}, {path: {value: /api/orders}}]
                candidate: orders
                cohort: shopper
                stage: live
                weight: 5%
                rewrite: {path: {type: ReplacePrefixMatch, value: /v2}}
                mirror: {percent: 100}
              - {name: old, matches: [{path: {value: /old}}], stage: retired}
              - {name: shop, matches: [{path: {value: /shop}}], stage: complete, redirect: {hostname: www.shop}}
            """;

    @TempDir
    Path folder;

    @Test
    void everyExpectationIsCompared() throws Exception {
        RuleTests ran = run("""
                - {request: {url: /orders/7, headers: {X-Customer-Id: ann}}, expect: {buckets: "0-499", side: candidate, path: /v2/7}}
                - {request: {url: /orders/7}, expect: {buckets: "500-9999", side: baseline, backend: legacy, path: /orders/7, mirror: orders}}
                - {request: {method: POST, url: /orders/7}, expect: {mirror: none}}
                - request: {url: /orders, cookies: {side: new}, from: 10.0.0.9}
                  expect: {route: orders, backend: orders, buckets: "9999"}
                - {request: {url: "http://shop/old"}, expect: {status: 410, backend: none}}
                - {request: {url: "http://shop/shop?x=1"}, expect: {status: 302, location: "http://www.shop/shop?x=1"}}
                - {request: {method: POST, url: /elsewhere}, expect: {route: none, backend: legacy}}
                """);
        assertThat(ran.outcomes())
                .allSatisfy(each -> assertThat(each.mismatches()).isEmpty());
        assertThat(ran.passed()).isTrue();
        assertThat(ran.routesMet()).isEqualTo(3);
        assertThat(ran.percent()).isEqualTo(75);
        assertThat(ran.unmet()).containsExactly("routes[orders].matches[1]");
    }

    @Test
    void aRangeThatCrossesTheWeightFailsAtTheEndThatDiffers() throws Exception {
        RuleTests ran = run("- {request: {url: /orders}, expect: {buckets: \"400-500\", side: candidate}}\n");
        RuleTests.Outcome outcome = ran.outcomes().getFirst();
        assertThat(outcome.mismatches()).hasToString("[side: baseline (expected: candidate)]");
        Explanation.CohortFinding cohort = outcome.explanation().cohort();
        assertThat(cohort == null ? -1 : cohort.bucket()).isEqualTo(500);
    }

    @Test
    void bucketsNeedARouteWithACohort() throws Exception {
        RuleTests ran = run("- {request: {url: /elsewhere}, expect: {buckets: \"1\", backend: legacy}}\n");
        assertThat(ran.outcomes().getFirst().mismatches())
                .hasToString("[buckets: a route without a cohort, or none (expected: a route with a cohort)]");
    }

    @Test
    void whatIsWrongInATestFileIsSaidWithItsPlace() {
        assertThatThrownBy(() -> run("""
                - {request: {url: orders}, expect: {bakend: legacy}}
                """))
                .isInstanceOf(RulesException.class)
                .hasMessageContaining("a.yaml:1:19: [0].request.url")
                .hasMessageContaining("did you mean backend?");
        assertThatThrownBy(() -> run("- {request: {url: /}, expect: {buckets: \"9-1\"}}\n"))
                .hasMessageContaining("buckets: 9-1");
        assertThatThrownBy(() -> run("- {request: {url: /, from: 1.2}, expect: {route: none}}\n"))
                .hasMessageContaining("a.yaml:1:");
    }

    private RuleTests run(String tests) throws Exception {
        Files.writeString(folder.resolve("a.yaml"), tests);
        List<RuleTest> read = RulesFolder.tests(folder);
        return RuleTests.run(RoutingTable.compile(Rules.parse(RULES)), read);
    }
}
