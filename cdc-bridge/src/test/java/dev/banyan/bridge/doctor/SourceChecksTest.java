package dev.banyan.bridge.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.bridge.source.Obstacle;
import dev.banyan.bridge.source.SourcePlan;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Of either database: what keeps from a first start only is no failure of a bridge that has begun. */
class SourceChecksTest {

    private static final SourcePlan PLAN = new SourcePlan(
            List.of(), List.of(), List.of(new Obstacle(Obstacle.From.BEGINNING, "table a: b (expected: c)")), Set.of());

    @Test
    void whatKeepsFromBeginningFailsBeforeAndWarnsAfterwards() {
        assertThat(SourceChecks.of(PLAN, false, "done"))
                .containsExactly(Finding.fail("table a", "b (expected: c)", ""));
        assertThat(SourceChecks.of(PLAN, true, "done"))
                .containsExactly(Finding.warn("table a", "b (expected: c)", ""), Finding.ok("set-up", "done"));
    }
}
