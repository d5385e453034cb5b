package dev.banyan.gateway.shift;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.rules.Analysis;
import dev.banyan.rules.Gate;
import dev.banyan.rules.Stage;
import dev.banyan.rules.Step;
import dev.banyan.rules.gate.Evidence;
import dev.banyan.rules.gate.Latencies;
import dev.banyan.rules.gate.Mismatches;
import dev.banyan.rules.gate.SideCounts;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Whole shifts in simulated weeks, with the real gates and the real transitions: who gets promoted, and who does not. */
class PromotionSimulationTest {

    private static final Duration LOOK = Duration.ofHours(1);
    private static final int REQUESTS_A_MINUTE = 20;
    private static final Duration AT_MOST = Duration.ofDays(60);

    /** The plan of the published comparison: 5 % to 50 % in steps of 5, at least 500 requests a check. */
    private static final Plan PLAN = new Plan(
            "browse",
            Plan.Drive.STEPS,
            IntStream.rangeClosed(1, 10)
                    .mapToObj(i -> new Step(Stage.LIVE, 500 * i, Duration.ZERO, false))
                    .toList(),
            new Analysis(
                    500,
                    Duration.ofMinutes(10),
                    9_500,
                    List.of(new Gate.ErrorRate(100, 200)),
                    Analysis.Tripwires.UNSET,
                    Analysis.OnFail.UNSET,
                    new Analysis.OnInconclusive(Duration.ofDays(7), Analysis.OnInconclusive.Then.PAUSE)),
            dev.banyan.rules.Standpoint.BASELINE,
            false,
            false,
            Fixture.KEYS);

    private record End(ShiftState state, int highest, Duration took) {}

    @Test
    void serviceWithATrueErrorRateOf5PercentIsPromotedInNoneOf1000Runs() {
        var random = new Random(2026);
        for (int run = 0; run < 1_000; run++) {
            End end = shift(random, 0.05, 0.003);
            assertThat(end.state()).isInstanceOf(ShiftState.RolledBack.class);
            assertThat(end.highest()).as("never got beyond the first step").isZero();
        }
    }

    @Test
    void healthyServiceIsPromotedInAtLeast95PercentOfRuns() {
        var random = new Random(2027);
        int runs = 200;
        int promoted = 0;
        for (int run = 0; run < runs; run++) {
            promoted += shift(random, 0.003, 0.003).state() instanceof ShiftState.Done ? 1 : 0;
        }
        assertThat(promoted).isGreaterThanOrEqualTo((int) (runs * 0.95));
    }

    @Test
    void noTrafficPromotesNobodyAndFailsNobody() {
        Head head = Edits.begin(PLAN, null, false, Fixture.NOW).after();
        Instant now = Fixture.NOW;
        while (head.state() instanceof ShiftState.Running || head.state() instanceof ShiftState.Holding) {
            now = now.plus(LOOK);
            head = look(head, Evidence.NONE, now);
        }
        assertThat(head.state()).isInstanceOf(ShiftState.Paused.class);
        assertThat(Duration.between(Fixture.NOW, now)).isBetween(Duration.ofDays(7), Duration.ofDays(8));
    }

    private static End shift(Random random, double candidateErrors, double baselineErrors) {
        Head head = Edits.begin(PLAN, null, false, Fixture.NOW).after();
        Instant now = Fixture.NOW;
        Instant end = now.plus(AT_MOST);
        Evidence seen = Evidence.NONE;
        long window = 1;
        int highest = 0;
        while (now.isBefore(end) && head.state() instanceof ShiftState.OnSteps on && isGoing(head.state())) {
            if (on.at().window() != window) {
                window = on.at().window();
                seen = Evidence.NONE;
            }
            highest = Math.max(highest, on.at().step());
            now = now.plus(LOOK);
            seen = seen.plus(traffic(random, on.at().standpoint().weight(), candidateErrors, baselineErrors));
            head = look(head, seen, now);
        }
        return new End(head.state(), highest, Duration.between(Fixture.NOW, now));
    }

    private static boolean isGoing(ShiftState state) {
        return state instanceof ShiftState.Running || state instanceof ShiftState.Holding;
    }

    private static Head look(Head head, Evidence seen, Instant now) {
        At at = ((ShiftState.OnSteps) head.state()).at();
        var judged = new ShiftEvent.Judged(
                Judging.judge(PLAN, head, at, Map.of(WindowKey.of(head, at), seen), Observations.NONE, now));
        return Transitions.next(head, judged, PLAN, false, now) instanceof Result.Moves(Entry entry)
                ? entry.after()
                : head;
    }

    private static Evidence traffic(Random random, int weight, double candidateErrors, double baselineErrors) {
        int requests = (int) (REQUESTS_A_MINUTE * LOOK.toMinutes());
        int candidate = hits(random, requests, weight / 10_000.0);
        return new Evidence(
                side(random, requests - candidate, baselineErrors),
                side(random, candidate, candidateErrors),
                Mismatches.NONE);
    }

    private static SideCounts side(Random random, int requests, double errors) {
        return new SideCounts(requests, hits(random, requests, errors), Latencies.NONE);
    }

    private static int hits(Random random, int trials, double p) {
        int hits = 0;
        for (int i = 0; i < trials; i++) {
            hits += random.nextDouble() < p ? 1 : 0;
        }
        return hits;
    }
}
