package dev.banyan.gateway.shift;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.rules.Analysis.OnFail.To;
import dev.banyan.rules.Gate;
import dev.banyan.rules.gate.Evidence;
import dev.banyan.rules.gate.Latencies;
import dev.banyan.rules.gate.Mismatches;
import dev.banyan.rules.gate.SideCounts;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A route that is taken out of the rules, and put back a month later. */
class GoneRouteTest {

    private static final Plan PLAN = Fixture.plan(
            "browse",
            List.of(Fixture.live(2_500, Duration.ofDays(7), false), Fixture.live(5_000, Duration.ofDays(7), false)),
            Fixture.analysis(Fixture.onFail(To.BASELINE, 0), new Gate.ErrorRate(100, null)));

    @TempDir
    private Path folder;

    @Test
    void itGoesUpByWhatIsSeenSinceItIsBack() throws Exception {
        var clock = new ManualClock();
        var plans = new AtomicReference<Collection<Plan>>(List.of(PLAN));
        try (var open = OpenStore.inMemory()) {
            ShiftStore store = open.shifts("one", clock);
            var gateway = new Incarnation(plans::get, store, folder, clock);
            gateway.runner.turn();
            gateway.serve("browse", traffic());
            gateway.runner.turn();
            assertThat(gateway.standpoint("browse")).isEqualTo(PLAN.standpointOf(0));

            plans.set(List.of());
            gateway.runner.turn();
            gateway.runner.turn();
            clock.advance(Duration.ofDays(30));
            plans.set(List.of(PLAN));
            gateway.runner.turn();
            gateway.runner.turn();
            assertThat(gateway.standpoint("browse")).isEqualTo(PLAN.standpointOf(0));
            assertThat(store.journal("browse", 10))
                    .extracting(Entry::words)
                    .containsExactly(
                            "is back in the rules, stays at live 25%, its time and evidence count anew",
                            "is no longer in the rules; if it comes back, its time and evidence count anew",
                            "begins: live 25%");

            clock.advance(Duration.ofDays(6));
            gateway.serve("browse", traffic());
            gateway.runner.turn();
            gateway.runner.turn();
            assertThat(gateway.standpoint("browse")).isEqualTo(PLAN.standpointOf(0));
            clock.advance(Duration.ofDays(1));
            gateway.runner.turn();
            assertThat(gateway.standpoint("browse")).isEqualTo(PLAN.standpointOf(1));
        }
    }

    private static Evidence traffic() {
        return new Evidence(
                new SideCounts(15_000, 0, Latencies.NONE), new SideCounts(5_000, 0, Latencies.NONE), Mismatches.NONE);
    }
}
