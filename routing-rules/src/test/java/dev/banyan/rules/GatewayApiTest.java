package dev.banyan.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/**
 * The tables of the Kubernetes Gateway API's conformance tests for HTTPRoute, as data: whoever knows that API can foretell where a
 * request goes here, what it becomes and how long it may take. Where we differ, the table says so.
 */
final class GatewayApiTest {

    private static final Path TABLES = Path.of("src/test/resources/gateway-api");

    /** One request of a table, and the route it must reach. */
    record Case(String table, RoutingTable routes, Map<String, Object> request) {
        @Override
        public String toString() {
            return table + " " + request;
        }
    }

    static Stream<Case> cases() throws Exception {
        List<Case> cases = new ArrayList<>();
        try (Stream<Path> files = Files.list(TABLES)) {
            for (Path file : files.sorted().toList()) {
                Map<String, Object> table = read(file);
                RoutingTable routes = RoutingTable.compile(Rules.parse(rules(table)));
                for (Map<String, Object> request : list(table, "requests")) {
                    cases.add(new Case(file.getFileName().toString(), routes, request));
                }
            }
        }
        assertThat(cases).hasSizeGreaterThan(110);
        return cases.stream();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void aRequestReachesTheRouteOfTheTable(Case one) {
        List<String> headers = new ArrayList<>();
        if (one.request.get("headers") instanceof List<?> given) {
            given.forEach(each -> headers.add(each.toString()));
        }
        headers.add("Host: " + one.request.getOrDefault("host", "example.com"));
        String line = one.request.getOrDefault("method", "GET") + " " + one.request.get("path");
        RequestFacts facts = Rules.request(line, headers.toArray(String[]::new));
        if (one.request.containsKey("tls")) {
            facts = new RequestFacts(
                    facts.host(), facts.method(), facts.rawPath(), facts.rawQuery(), facts.headers(), true, false, 0);
        }
        assertThat(Rules.routeOf(one.routes, facts)).isEqualTo(one.request.get("route"));
        Map<String, Object> outcome = outcome(one.routes.decide(facts));
        for (String key : List.of("status", "location", "target", "targetHost", "filters", "timeout")) {
            if (one.request.containsKey(key)) {
                assertThat(outcome.get(key)).as(key).isEqualTo(one.request.get(key));
            }
        }
    }

    private static Map<String, Object> outcome(Decision decision) {
        Map<String, Object> outcome = new HashMap<>();
        switch (decision) {
            case Decision.Redirected redirected -> {
                outcome.put("status", redirected.status());
                outcome.put("location", redirected.location());
            }
            case Decision.Routed routed -> {
                Decision.Rewritten rewritten = routed.rewritten();
                outcome.put("target", rewritten == null ? null : rewritten.rawPath());
                outcome.put("targetHost", rewritten == null ? null : rewritten.hostname());
                outcome.put("filters", routed.filters().size());
                outcome.put("timeout", RuleWords.of(routed.requestTimeout()));
            }
            case Decision.Gone _, Decision.Refused _ -> {}
        }
        return outcome;
    }

    @Test
    void whereTheTablesGoByAgeNameAndOrderATieIsAnError() {
        assertThatThrownBy(() -> Rules.table("""
                  - {name: a, matches: [{headers: [{name: version, value: one}]}], candidate: catalog, stage: complete}
                  - {name: b, matches: [{headers: [{name: color, value: blue}]}], candidate: catalog, stage: complete}
                """)).hasMessageContaining("a tie with routes[a].matches[0]");
    }

    @SuppressWarnings("unchecked")
    static List<Map<String, Object>> weights() throws IOException {
        return (List<Map<String, Object>>) load(Path.of("src/test/resources/gateway-api-weight/weight.yaml"));
    }

    @ParameterizedTest
    @MethodSource("weights")
    void fiveHundredCallersAreSplitByWeight(Map<String, Object> weight) throws Exception {
        RoutingTable table = RoutingTable.compile(Rules.parse("""
                backends:
                  - {name: legacy, url: "http://localhost:8081", baseline: true}
                  - {name: catalog, url: "http://localhost:8082"}
                cohorts: [{name: all, key: [{header: X-User}], salt: weights}]
                routes:
                  - {name: split, matches: [{path: {value: /}}], candidate: catalog, cohort: all, stage: live, weight: %s}
                """.formatted(weight.get("weight"))));
        int requests = (Integer) Objects.requireNonNull(weight.get("requests"));
        int candidates = 0;
        for (int i = 0; i < requests; i++) {
            var decision = (Decision.Routed) table.decide(Rules.request("GET /", "X-User: user-" + i));
            candidates += decision.side() == Side.CANDIDATE ? 1 : 0;
        }
        double expected = (Integer) Objects.requireNonNull(weight.get("candidate"));
        double tolerance = (Integer) Objects.requireNonNull(weight.get("tolerance"));
        assertThat(candidates * 100.0 / requests).isBetween(expected - tolerance, expected + tolerance);
    }

    private static String rules(Map<String, Object> table) {
        List<Map<String, Object>> routes = list(table, "routes");
        for (int i = 0; i < routes.size(); i++) {
            if (!routes.get(i).containsKey("redirect")) {
                routes.get(i).put("candidate", "catalog");
            }
            routes.get(i).put("stage", "complete");
            routes.get(i).put("priority", routes.size() - i); // as upstream's order within a route
        }
        return """
                backends:
                  - {name: legacy, url: "http://localhost:8081", baseline: true}
                  - {name: catalog, url: "http://localhost:8082"}
                """ + new Dump(DumpSettings.builder().build()).dumpToString(Map.of("routes", routes));
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> read(Path file) throws IOException {
        return (Map<String, Object>) load(file);
    }

    private static Object load(Path file) throws IOException {
        return new Load(LoadSettings.builder().build()).loadFromString(Files.readString(file));
    }

    @SuppressWarnings("unchecked")
    private static List<Map<String, Object>> list(Map<String, Object> table, String key) {
        return (List<Map<String, Object>>) Objects.requireNonNull(table.get(key));
    }
}
