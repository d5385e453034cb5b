package dev.banyan.rules;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ExplainTest {

    private static final int RULE_SETS = 400;
    private static final int REQUESTS = 20;

    private static final String RULES = """
            trustedNetworks: [10.0.0.0/8]
            backends:
              - {name: legacy, url: "http://localhost:8081", baseline: true}
              - {name: orders, url: "http://localhost:8083"}
            cohorts:
              - name: shopper
                key: [{header: X-Customer-Id}, {generateCookie: banyan_id}]
                salt: shop-2026
                overrides: [{header: X-Side, value: new, to: candidate}]
                assign: [{keys: [acme], to: candidate}]
            routes:
              - name: one-order
                matches: [{method: GET, path: {type: PathTemplate, value: "/orders/{no}"}}]
                candidate: orders
                cohort: shopper
                stage: live
                weight: 5%
                rewrite: {path: {type: ReplaceFullPath, value: /v2}}
                filters: ["AddRequestHeader=X-Fig, 1"]
              - name: all-orders
                matches: [{path: {value: /orders}}, {path: {value: /orders}, headers: [{name: X-Api, value: "2"}]}]
                candidate: orders
                stage: off
              - name: elsewhere
                hostnames: [other.example.com]
                matches: [{path: {value: /orders}}]
                candidate: orders
                stage: complete
            """;

    @Test
    void everyLoserIsNamedWithTheStepOrTheConditionAtWhichItLost() throws Exception {
        Explanation explanation = explain(Rules.request("GET /orders/42?x=1", "X-Customer-Id: ann"));
        assertThat(explanation.candidates())
                .extracting(each -> each.route().name() + each.match(), Explanation.Candidate::verdict)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("one-order0", new Explanation.Verdict.Wins()),
                        org.assertj.core.groups.Tuple.tuple(
                                "all-orders0",
                                new Explanation.Verdict.Outranked(
                                        Explanation.Step.PATH, "PathPrefix /orders", "PathTemplate /orders/{no}")),
                        org.assertj.core.groups.Tuple.tuple(
                                "all-orders1", new Explanation.Verdict.Fails("header X-Api", "none", "\"2\"")),
                        org.assertj.core.groups.Tuple.tuple(
                                "elsewhere0",
                                new Explanation.Verdict.Fails("host", "\"shop.example.com\"", "other.example.com")));
        assertThat(explanation.candidates().getFirst().place().toString()).isEqualTo("rules.yaml:13:15");
    }

    @Test
    void theKeyTheBucketAndWhatWentBeforeItAreSaid() throws Exception {
        var cohort = explain(Rules.request("GET /orders/42", "X-Customer-Id: acme", "X-Side: new"))
                .cohort();
        if (cohort == null) {
            throw new AssertionError("no cohort");
        }
        assertThat(cohort.key()).isEqualTo("header X-Customer-Id");
        assertThat(cohort.keyValue()).isEqualTo("acme");
        assertThat(cohort.weight()).isEqualTo(500);
        assertThat(cohort.assigned()).isEqualTo(Side.CANDIDATE);
        assertThat(cohort.override()).isEqualTo("header X-Side: new, to the candidate");
        assertThat(cohort.overrideBelieved()).isFalse();
    }

    @Test
    void aRefusedPathShowsTheReadingsThatPart() throws Exception {
        String rules = RULES.replace("stage: off", "stage: complete");
        RoutingTable table = RoutingTable.compile(Rules.parse(rules));
        Explanation explanation = Explain.of(table, Rules.request("GET /public/..;/orders"));
        assertThat(explanation.decision()).isInstanceOf(Decision.Refused.class);
        assertThat(explanation.readings())
                .extracting(each -> ExplanationMap.leadsTo(each.decision()))
                .contains("backend legacy", "backend orders");
    }

    @Test
    void theMapHasWhatThePersonAskedFor() throws Exception {
        RoutingTable table = RoutingTable.compile(Rules.parse(RULES));
        RequestFacts facts = Rules.request("GET /orders/42", "X-Customer-Id: acme");
        var map = ExplanationMap.of(Explain.of(table, facts), table.rules());
        assertThat(map).containsEntry("mirrored", "no").containsKeys("cohort", "readings");
        assertThat(String.valueOf(map.get("decision")))
                .contains("backend=orders", "rewrittenPath=/v2", "AddRequestHeader=X-Fig, 1", "chosenBy=assignment");
    }

    private static Explanation explain(RequestFacts facts) throws RulesException {
        return Explain.of(RoutingTable.compile(Rules.parse(RULES)), facts);
    }

    @ParameterizedTest
    @ValueSource(longs = {11, 12, 13})
    void theExplanationNeverDisagreesWithTheTable(long seed) {
        var random = new Random(seed);
        int won = 0;
        int odd = 0;
        for (int i = 0; i < RULE_SETS; i++) {
            RoutingTable table = RandomRules.tableOf(RandomRules.rules(random));
            if (table == null) {
                continue;
            }
            for (int j = 0; j < REQUESTS; j++) {
                RequestFacts facts = RandomRules.request(random, j % 4 == 0);
                Explanation explanation = Explain.of(table, facts);
                assertAgrees(table, facts, explanation);
                won += Rules.routeOf(table, facts).startsWith("r") ? 1 : 0;
                odd += explanation.readings().size() > 1 ? 1 : 0;
            }
        }
        assertThat(won).isGreaterThan(RULE_SETS);
        assertThat(odd).isGreaterThan(RULE_SETS / 2);
    }

    /** By the words of the reference page, from what the explanation says: which side, and what answers. */
    @ParameterizedTest
    @ValueSource(longs = {14, 15})
    void whatItSaysOfTheCallerLeadsToTheDecision(long seed) {
        var random = new Random(seed);
        Map<String, Integer> seen = new TreeMap<>();
        for (int i = 0; i < RULE_SETS; i++) {
            RoutingTable table = RandomRules.tableOf(RandomRules.everything(random));
            for (int j = 0; table != null && j < REQUESTS; j++) {
                RequestFacts facts = RandomRules.anybody(random);
                Explanation explanation = Explain.of(table, facts);
                assertAgrees(table, facts, explanation);
                String led = assertFollows(table, facts, explanation);
                seen.merge(led, 1, Integer::sum);
            }
        }
        assertThat(seen.keySet())
                .contains(
                        "schedule", "stage", "override", "assignment", "weight", "redirect", "gone", "none", "refused");
        assertThat(seen.values()).allMatch(each -> each > 10);
    }

    private static String assertFollows(RoutingTable table, RequestFacts facts, Explanation explanation) {
        String as = facts + "\n" + table.rules();
        Decision decision = explanation.decision();
        Route route = explanation.candidates().stream()
                .filter(each -> each.verdict() instanceof Explanation.Verdict.Wins)
                .map(Explanation.Candidate::route)
                .findFirst()
                .orElse(null);
        if (decision instanceof Decision.Refused) {
            return "refused";
        }
        if (route == null) {
            assertThat(((Decision.Routed) decision).route()).as(as).isNull();
            return "none";
        }
        ChosenBy by = chosenBy(route, facts, explanation.cohort());
        boolean candidate = isCandidate(route, by, explanation.cohort());
        if (by == ChosenBy.STAGE && route.stage() == Stage.RETIRED) {
            assertThat(decision).as(as).isInstanceOf(Decision.Gone.class);
            return "gone";
        }
        if (candidate && route.redirect() != null) {
            assertThat(decision).as(as).isInstanceOf(Decision.Redirected.class);
            return "redirect";
        }
        var routed = (Decision.Routed) decision;
        assertThat(routed.choice().by()).as(as).isEqualTo(by);
        assertThat(routed.side()).as(as).isEqualTo(candidate ? Side.CANDIDATE : Side.BASELINE);
        assertThat(routed.backend().baseline()).as(as).isEqualTo(!candidate);
        assertThat(routed.rewritten() != null).as(as).isEqualTo(candidate && route.rewrite() != null);
        return by.name().toLowerCase(Locale.ROOT);
    }

    private static ChosenBy chosenBy(Route route, RequestFacts facts, Explanation.@Nullable CohortFinding cohort) {
        Schedule schedule = route.schedule();
        boolean out = schedule != null && (facts.atMillis() < 500 || facts.atMillis() >= 1_500);
        if (out) {
            return ChosenBy.SCHEDULE;
        }
        if (route.stage() != Stage.LIVE) {
            return ChosenBy.STAGE;
        }
        if (cohort != null && cohort.override() != null && cohort.overrideBelieved()) {
            return ChosenBy.OVERRIDE;
        }
        return cohort != null && cohort.assigned() != null ? ChosenBy.ASSIGNMENT : ChosenBy.WEIGHT;
    }

    private static boolean isCandidate(Route route, ChosenBy by, Explanation.@Nullable CohortFinding cohort) {
        return switch (by) {
            case STAGE -> route.stage() == Stage.COMPLETE;
            case OVERRIDE -> cohort != null && String.valueOf(cohort.override()).endsWith("to the candidate");
            case ASSIGNMENT -> cohort != null && cohort.assigned() == Side.CANDIDATE;
            case WEIGHT -> (cohort == null ? Cohort.LAST_BUCKET : cohort.bucket()) < route.weight();
            case SCHEDULE, NO_ROUTE -> false;
        };
    }

    private static void assertAgrees(RoutingTable table, RequestFacts facts, Explanation explanation) {
        String as = facts + "\n" + table.rules();
        List<Explanation.Candidate> winners = explanation.candidates().stream()
                .filter(each -> each.verdict() instanceof Explanation.Verdict.Wins)
                .toList();
        String expected = Rules.routeOf(table, facts);
        if (expected.equals("400")) {
            assertThat(explanation.readings().stream()
                            .map(each -> ExplanationMap.leadsTo(each.decision()))
                            .distinct())
                    .as(as)
                    .hasSizeGreaterThan(1);
        } else {
            assertThat(winners).as(as).hasSize(expected.equals("-") ? 0 : 1);
        }
        if (!explanation.readings().isEmpty()) {
            Explanation.Reading first = explanation.readings().stream()
                    .filter(each -> explanation.decision() instanceof Decision.Routed && each.route() != null)
                    .findFirst()
                    .orElse(explanation.readings().getFirst());
            assertThat(winners.stream()
                            .map(each -> each.route().name() + each.match())
                            .findFirst()
                            .orElse("null-1"))
                    .as(as)
                    .isEqualTo(first.route() + first.match());
        }
        if (explanation.decision() instanceof Decision.Routed routed && routed.route() != null) {
            assertThat(winners.getFirst().match()).as(as).isEqualTo(routed.match());
        }
    }
}
