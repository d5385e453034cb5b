package dev.banyan.gateway.shift;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.rules.Analysis.OnFail.To;
import dev.banyan.rules.gate.Evidence;
import dev.banyan.rules.gate.Mismatches;
import dev.banyan.rules.gate.SideCounts;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class OwnCountsTest {

    private static final Plan PLAN = Fixture.plan(Fixture.onFail(To.BASELINE, 0));
    private static final Plan OTHER =
            Fixture.edited(PLAN, new PlanKeys("identity", "of older rules", "steps", "older"), PLAN.steps());

    private long pairs;

    /** A gateway that has not read an edit yet, or refuses it, compares by what the leader's window is not about. */
    @Test
    void onlyWhatIsSeenByTheRulesOfAWindowCountsInIt() {
        var counts = new OwnCounts((_, _) -> evidence(pairs));
        Head head = Fixture.head(new ShiftState.Running(Fixture.at(PLAN, 0)));
        counts.count(List.of(OTHER));
        counts.follow(Map.of("browse", head));
        pairs += 100;
        assertThat(counts.changed()).as("by other rules").isEmpty();

        counts.count(List.of(PLAN));
        pairs += 20;
        assertThat(counts.changed().values()).containsExactly(evidence(20));

        counts.count(List.of(OTHER));
        pairs += 3_000;
        assertThat(counts.changed().values()).as("what was seen stays").containsExactly(evidence(20));
        counts.count(List.of(PLAN));
        pairs += 1;
        assertThat(counts.changed().values()).containsExactly(evidence(21));
    }

    private static Evidence evidence(long pairs) {
        return new Evidence(SideCounts.NONE, SideCounts.NONE, new Mismatches(pairs, 0, 0, 0));
    }
}
