package dev.banyan.rules;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The index gives what the specification says, for thousands of rule sets that nobody thought of. */
final class IndexAgainstNaiveTest {

    private static final int RULE_SETS = 800;
    private static final int REQUESTS = 40;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void theIndexAgreesWithTheWordsOfTheSpecification(long seed) {
        var random = new Random(seed);
        int compared = 0;
        int matched = 0;
        for (int i = 0; i < RULE_SETS; i++) {
            RuleSet rules = RandomRules.rules(random);
            RoutingTable table = RandomRules.tableOf(rules);
            if (table == null) {
                continue;
            }
            var naive = new NaiveRouter(rules.routes());
            for (int j = 0; j < REQUESTS; j++) {
                RequestFacts request = RandomRules.request(random);
                String expected = naive.route(request).map(Route::name).orElse("-");
                assertThat(Rules.routeOf(table, request))
                        .as("%s%n%s", request, rules)
                        .isEqualTo(expected);
                compared++;
                matched += expected.equals("-") ? 0 : 1;
            }
        }
        assertThat(compared).isGreaterThan(RULE_SETS * REQUESTS / 2);
        assertThat(matched).isGreaterThan(compared / 10);
    }
}
