package dev.banyan.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/**
 * The tables of the Kubernetes Gateway API's conformance tests for HTTPRoute, as data: whoever knows that API can foretell where a
 * request goes here. Where we differ, the table says so. Redirects and rewrites are in {@link NewTargetTest}.
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
        assertThat(cases).hasSizeGreaterThan(70);
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
        assertThat(Rules.routeOf(one.routes, Rules.request(line, headers.toArray(String[]::new))))
                .isEqualTo(one.request.get("route"));
    }

    @Test
    void whereTheTablesGoByAgeNameAndOrderATieIsAnError() {
        assertThatThrownBy(() -> Rules.table("""
                  - {name: a, matches: [{headers: [{name: version, value: one}]}], candidate: catalog, stage: complete}
                  - {name: b, matches: [{headers: [{name: color, value: blue}]}], candidate: catalog, stage: complete}
                """)).hasMessageContaining("a tie with routes[a].matches[0]");
    }

    /** Upstream splits 70/30/0 over three backends; here a route has two sides, and who has a key stays on one of them. */
    @ParameterizedTest
    @CsvSource({"30%, 25, 35", "70%, 65, 75", "0%, 0, 0", "100%, 100, 100"})
    void fiveHundredCallersAreSplitByWeight(String weight, int from, int to) throws Exception {
        RoutingTable table = RoutingTable.compile(Rules.parse("""
                backends:
                  - {name: legacy, url: "http://localhost:8081", baseline: true}
                  - {name: catalog, url: "http://localhost:8082"}
                cohorts: [{name: all, key: [{header: X-User}], salt: weights}]
                routes:
                  - {name: split, matches: [{path: {value: /}}], candidate: catalog, cohort: all, stage: live, weight: %s}
                """.formatted(weight)));
        int candidates = 0;
        for (int i = 0; i < 500; i++) {
            var decision = (Decision.Routed) table.decide(Rules.request("GET /", "X-User: user-" + i));
            candidates += decision.side() == Side.CANDIDATE ? 1 : 0;
        }
        assertThat(candidates / 5.0).isBetween((double) from, (double) to);
    }

    private static String rules(Map<String, Object> table) {
        List<Map<String, Object>> routes = list(table, "routes");
        for (int i = 0; i < routes.size(); i++) {
            routes.get(i).put("candidate", "catalog");
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
        return (Map<String, Object>) new Load(LoadSettings.builder().build()).loadFromString(Files.readString(file));
    }

    @SuppressWarnings("unchecked")
    private static List<Map<String, Object>> list(Map<String, Object> table, String key) {
        return (List<Map<String, Object>>) Objects.requireNonNull(table.get(key));
    }
}
