package dev.banyan.rules;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is called unreachable never wins, by the words of the specification and not by the index. */
final class ReachabilityTest {

    private static final int RULE_SETS = 1_500;
    private static final int REQUESTS = 60;

    @ParameterizedTest
    @ValueSource(longs = {21, 22, 23})
    void whatIsCoveredNeverWins(long seed) {
        run(new Random(seed), RULE_SETS, new Soak());
    }

    @Test
    @Tag("soak")
    void whatIsCoveredNeverWinsInAHundredThousandRuleSets() {
        long seed = Long.getLong("soak.seed", System.nanoTime());
        var soak = new Soak();
        String done = run(new Random(seed), 100_000, soak);
        soak.report(done + ", seed " + seed);
    }

    /** Returns what was looked at. */
    private static String run(Random random, int ruleSets, Soak soak) {
        int covered = 0;
        int fitting = 0;
        int sets = 0;
        for (int i = 0; i < ruleSets && !soak.isOver(); i++) {
            sets++;
            RuleSet rules = RandomRules.rules(random);
            if (RandomRules.tableOf(rules) == null) {
                continue;
            }
            for (Reachability.Covered each : Reachability.covered(rules)) {
                covered++;
                var alone = new NaiveRouter(List.of(only(each)));
                var all = new NaiveRouter(rules.routes());
                for (int j = 0; j < REQUESTS; j++) {
                    RequestFacts request = RandomRules.fitting(
                            random, each.route(), each.route().matches().get(each.match()));
                    if (alone.route(request).isPresent()) {
                        fitting++;
                        assertThat(all.wins(each.route(), each.match(), request))
                                .as("%s%n%s%n%s", each, request, rules)
                                .isFalse();
                    }
                }
            }
        }
        assertThat(covered).isGreaterThan(50);
        assertThat(fitting).isGreaterThan(covered * REQUESTS / 4);
        return "%,d rule sets, %,d covered matches, %,d requests that fit them".formatted(sets, covered, fitting);
    }

    private static Route only(Reachability.Covered covered) {
        return covered.route().toBuilder()
                .matches(covered.route().matches().get(covered.match()))
                .build();
    }
}
