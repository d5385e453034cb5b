package dev.banyan.rules;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

final class RulesPlanTest {

    private static final String BACKENDS = """
            backends:
              - {name: legacy, url: "http://localhost:8081", baseline: true}
              - {name: orders, url: "http://localhost:8082"}
              - {name: bills, url: "http://localhost:8083"}
            cohorts:
              - {name: shopper, key: [{header: X-Id}], salt: one}
              - {name: tenant, key: [{header: X-Id}], salt: one}
            routes:
            """;

    private static final String GATES = "gates: [{metric: errorRate, max: 1%}]";
    private static final String STEPS = "analysis: {minRequests: 5, GATES}, steps: [{stage: complete}]";

    /** Two routes a line, before and after the arrow, that differ in one thing. */
    private static final String PAIRS = """
            candidate: orders, stage: off => candidate: orders, stage: shadow
            candidate: orders, stage: off => candidate: bills, stage: off
            candidate: orders, stage: off => candidate: orders, stage: off, hostnames: [a.example.com]
            candidate: orders, stage: off => candidate: orders, stage: off, cohort: shopper
            candidate: orders, stage: off => candidate: orders, stage: off, weight: 5%
            candidate: orders, stage: off => candidate: orders, stage: off, maxBodySize: 1MiB
            candidate: orders, stage: off => candidate: orders, stage: off, timeouts: {request: 2s}
            candidate: orders, stage: off => candidate: orders, stage: off, fallback: none
            candidate: orders, stage: off => candidate: orders, stage: off, rewrite: {hostname: a.example.com}
            candidate: orders, stage: off => candidate: orders, stage: off, schedule: {from: "2026-01-01T00:00:00Z"}
            candidate: orders, stage: off => candidate: orders, stage: off, filters: ['AddRequestHeader=X-A, 1']
            candidate: orders, stage: off => candidate: orders, stage: off, mirror: {percent: 5}
            candidate: orders, stage: off => candidate: orders, stage: off, compare: {status: class}
            candidate: orders, stage: off => candidate: orders, stage: off, priority: 5
            candidate: orders, stage: off => candidate: orders, stage: off, lint: {allow: [{code: BYN0133, reason: x}]}
            redirect: {hostname: a.example.com}, stage: off => redirect: {hostname: b.example.com}, stage: off
            stage: retired => stage: retired, retired: {body: gone}
            candidate: orders, STEPS => candidate: orders, stage: off, STEPS
            candidate: orders, STEPS => candidate: orders, analysis: {minRequests: 5, GATES}, steps: [{stage: complete, pause: 1h}]
            candidate: orders, STEPS => candidate: orders, analysis: {minRequests: 6, GATES}, steps: [{stage: complete}]
            candidate: orders, stage: off, matches: [{path: {value: /a}}] => candidate: orders, stage: off, matches: [{path: {value: /b}}]
            """;

    @Test
    void whateverDiffersBetweenTwoRoutesIsSaid() throws RulesException {
        Set<String> differing = new TreeSet<>();
        for (String pair : PAIRS.lines().toList()) {
            String[] both = pair.split(" => ", 2);
            RuleSet before = rules(both[0]);
            RuleSet after = rules(both[1]);
            differing.addAll(
                    differing(before.routes().getFirst(), after.routes().getFirst()));
            assertThat(RulesPlan.of(before, after).isEmpty()).as(pair).isFalse();
            assertThat(RulesPlan.of(after, before).isEmpty()).as(pair).isFalse();
        }
        assertThat(differing)
                .containsExactlyInAnyOrderElementsOf(Arrays.stream(Route.class.getRecordComponents())
                        .map(RecordComponent::getName)
                        .filter(name -> !name.equals("name"))
                        .toList());
    }

    @Test
    void theStageThatStopsARouteOfStepsIsSaidAsTheFileHasIt() throws RulesException {
        assertThat(RulesPlan.of(rules("candidate: orders, " + STEPS), rules("candidate: orders, stage: off, " + STEPS))
                        .entries())
                .flatExtracting(RulesPlan.Entry::keys)
                .containsExactly(new RulesPlan.KeyChange("stage", "none", "off"));
    }

    /** A rule set of one route with these keys, and with a match if they have none. */
    private static RuleSet rules(String keys) throws RulesException {
        String matches = keys.contains("matches:") ? "" : "matches: [{path: {value: /orders}}], ";
        String route = "  - {name: orders, " + matches + keys + "}\n";
        return Rules.parse(BACKENDS + route.replace("STEPS", STEPS).replace("GATES", GATES));
    }

    private static Set<String> differing(Route one, Route other) {
        Set<String> names = new TreeSet<>();
        for (RecordComponent part : Route.class.getRecordComponents()) {
            if (!Objects.equals(RuleWords.part(part, one), RuleWords.part(part, other))) {
                names.add(part.getName());
            }
        }
        return names;
    }
}
