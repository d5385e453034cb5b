package dev.banyan.gateway.shift;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.rules.Analysis.OnFail.To;
import dev.banyan.rules.Standpoint;
import dev.banyan.rules.gate.Evidence;
import dev.banyan.rules.gate.Latencies;
import dev.banyan.rules.gate.Mismatches;
import dev.banyan.rules.gate.SideCounts;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which baseline the candidate is compared with. */
class JudgingTest {

    private static final long WINDOW = 5;
    private static final long SPLIT = 3;

    @ParameterizedTest
    @CsvSource(textBlock = """
            # step, reverse, baseline's requests in this window, and in the last split one, what counts
            3, false,   0, 900, 900
            3, false,   4, 900, 900
            3, false, 901, 900, 901
            3, true,    4, 900, 4
            1, false,   4, 900, 4
            """)
    void onceEverybodyGetsTheCandidateTheLastSplitWindowStandsIn(
            int step, boolean reverse, long now, long split, long counts) {
        Plan plan = plan(reverse);
        At reached = Fixture.at(plan, step);
        var at = new At(step, reached.standpoint(), reached.since(), WINDOW, reached.since(), SPLIT, 0);
        Head head = Fixture.head(new ShiftState.Running(at));
        Map<WindowKey, Evidence> sums = Map.of(
                new WindowKey("browse", 1, WINDOW), baseline(now), new WindowKey("browse", 1, SPLIT), baseline(split));
        assertThat(Judging.evidence(plan, head, at, sums).baseline().requests()).isEqualTo(counts);
    }

    private static Plan plan(boolean reverse) {
        Plan plan = Fixture.plan(Fixture.onFail(To.BASELINE, 0));
        return new Plan(
                "browse",
                plan.drive(),
                plan.steps(),
                plan.analysis(),
                Standpoint.BASELINE,
                true,
                reverse,
                Fixture.KEYS);
    }

    private static Evidence baseline(long requests) {
        return new Evidence(new SideCounts(requests, 0, Latencies.NONE), SideCounts.NONE, Mismatches.NONE);
    }
}
