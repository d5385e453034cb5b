package dev.banyan.rules;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The index gives what the specification says, for thousands of rule sets that nobody thought of. */
final class IndexAgainstNaiveTest {

    private static final int RULE_SETS = 800;
    private static final int REQUESTS = 40;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void theIndexAgreesWithTheWordsOfTheSpecification(long seed) {
        compare(new Random(seed), RULE_SETS, new Soak());
    }

    @Test
    @Tag("soak")
    void theIndexAgreesForAHundredThousandRuleSets() {
        long seed = Long.getLong("soak.seed", System.nanoTime());
        var soak = new Soak();
        int done = compare(new Random(seed), 100_000, soak);
        soak.report(
                "%,d rule sets, %d requests each, against the naive router, seed %d".formatted(done, REQUESTS, seed));
    }

    /** Returns how many rule sets could be compared. */
    private static int compare(Random random, int ruleSets, Soak soak) {
        int compared = 0;
        int matched = 0;
        int sets = 0;
        for (int i = 0; i < ruleSets && !soak.isOver(); i++) {
            RuleSet rules = RandomRules.rules(random);
            RoutingTable table = RandomRules.tableOf(rules);
            if (table == null) {
                continue;
            }
            sets++;
            var naive = new NaiveRouter(rules.routes());
            for (int j = 0; j < REQUESTS; j++) {
                RequestFacts request = RandomRules.request(random);
                String expected = naive.route(request).map(Route::name).orElse("-");
                assertThat(Rules.routeOf(table, request))
                        .as("%s%n%s", request, rules)
                        .isEqualTo(expected);
                if (table.decide(request) instanceof Decision.Routed to && to.route() != null) {
                    assertThat(rules.routes().get(to.place())).isEqualTo(to.route());
                }
                compared++;
                matched += expected.equals("-") ? 0 : 1;
            }
        }
        assertThat(compared).isGreaterThan(sets * REQUESTS / 2);
        assertThat(sets).isGreaterThan(RULE_SETS / 2);
        assertThat(matched).isGreaterThan(compared / 10);
        return sets;
    }
}
