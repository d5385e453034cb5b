package dev.banyan.gateway.shift;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.gateway.backend.Failure;
import dev.banyan.gateway.record.Outcome;
import dev.banyan.rules.Analysis.OnFail.To;
import dev.banyan.rules.Side;
import dev.banyan.rules.Stage;
import dev.banyan.rules.Standpoint;
import dev.banyan.rules.gate.Evidence;
import dev.banyan.rules.gate.Latencies;
import dev.banyan.rules.gate.Mismatches;
import dev.banyan.rules.gate.SideCounts;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class WatchesTest {

    private static final Standpoint TENTH = new Standpoint(Stage.LIVE, 1_000);

    private final List<String> tripped = new ArrayList<>();
    private final Watches watches = new Watches(
            (_, side) -> new SideCounts(side == Side.BASELINE ? 100 : 200, 1, Latencies.NONE),
            _ -> new Mismatches(50, 1, 0, 0));

    @BeforeEach
    void follow() {
        watches.onTrip((route, words) -> tripped.add(route + ": " + words));
        watches.follow(List.of(Fixture.plan(Fixture.onFail(To.BASELINE, 0))));
    }

    private void served(Side side, int status, @Nullable Failure failure, boolean aborted) {
        watches.accept(new Outcome("browse", side, "catalog", status, failure, false, aborted, 5_000_000, false));
    }

    @Test
    void requestsAreCountedByTheSideTheyWereAssigned() {
        served(Side.BASELINE, 200, null, false);
        served(Side.CANDIDATE, 200, null, false);
        served(Side.CANDIDATE, 500, null, false);
        // The baseline answered instead, and its caller never noticed.
        served(Side.CANDIDATE, 200, Failure.CONNECT, false);
        Evidence seen = watches.soFar("browse", TENTH);
        assertThat(seen.baseline().requests()).isEqualTo(1);
        assertThat(seen.candidate().requests()).isEqualTo(3);
        assertThat(seen.candidate().errors()).isEqualTo(2);
        assertThat(seen.candidate().latencies().count()).isEqualTo(3);
        assertThat(seen.mismatches().compared()).isEqualTo(50);
    }

    @Test
    void clientsThatLeftAndWhatTheGatewayAnsweredItselfAreNotCounted() {
        served(Side.CANDIDATE, 0, null, true);
        watches.accept(new Outcome("browse", Side.CANDIDATE, "gateway", 302, null, false, false, 0, true));
        watches.accept(new Outcome("another", Side.CANDIDATE, "catalog", 500, null, false, false, 1, false));
        assertThat(watches.soFar("browse", TENTH).candidate().requests()).isZero();
        assertThat(watches.soFar("another", TENTH)).isEqualTo(Evidence.NONE);
    }

    @Test
    void aBackendMayBeCalledGateway() {
        for (int i = 0; i < 10; i++) {
            watches.accept(new Outcome("browse", Side.CANDIDATE, "gateway", 500, null, false, false, 5_000_000, false));
        }
        assertThat(tripped).isNotEmpty();
    }

    @Test
    void sideThatServesNobodyIsKnownByItsCopies() {
        assertThat(watches.soFar("browse", new Standpoint(Stage.SHADOW, 0))
                        .candidate()
                        .requests())
                .isEqualTo(200);
        assertThat(watches.soFar("browse", TENTH).candidate().requests()).isZero();
        assertThat(watches.soFar("browse", TENTH).baseline().requests()).isZero();
        assertThat(watches.soFar("browse", new Standpoint(Stage.LIVE, 10_000))
                        .baseline()
                        .requests())
                .isEqualTo(100);
    }

    @Test
    void errorsInARowAndAnOpenBreakerTrip() {
        for (int i = 0; i < 9; i++) {
            served(Side.CANDIDATE, 502, Failure.CONNECT, false);
            served(Side.BASELINE, 500, null, false);
        }
        assertThat(tripped).isEmpty();
        served(Side.CANDIDATE, 502, Failure.CONNECT, false);
        served(Side.CANDIDATE, 503, Failure.BREAKER_OPEN, false);
        assertThat(tripped)
                .containsExactly(
                        "browse: 10 errors of the candidate in a row",
                        "browse: the candidate's circuit breaker is open");
    }

    @Test
    void errorsBeforeARouteHasMovedAreInNoRowWithThoseAfter() {
        Plan plan = Fixture.plan(Fixture.onFail(To.BASELINE, 0));
        At at = Fixture.at(plan, 1);
        var own = new OwnCounts(watches);
        own.count(List.of(plan));
        ShiftState held = new ShiftState.Holding(at, Fixture.NOW);
        var again = new ShiftState.Running(at.withWindow(8, Fixture.NOW));
        var byHand = new ShiftState.ByHand(Fixture.NOW);
        for (ShiftState state : List.of(new ShiftState.Running(at), again, byHand)) {
            own.follow(Map.of("browse", Fixture.head(state)));
            for (int i = 0; i < 9; i++) {
                served(Side.CANDIDATE, 502, Failure.CONNECT, false);
            }
            own.follow(Map.of("browse", Fixture.head(state)));
        }
        assertThat(tripped).isEmpty();
        served(Side.CANDIDATE, 502, Failure.CONNECT, false);
        assertThat(tripped).hasSize(1);

        own.follow(Map.of("browse", Fixture.head(new ShiftState.Running(at))));
        for (int i = 0; i < 10; i++) {
            served(Side.CANDIDATE, 502, Failure.CONNECT, false);
            own.follow(Map.of("browse", Fixture.head(held))); // which is in the same window
        }
        assertThat(tripped).hasSize(2);
    }

    @Test
    void countsOutliveAReloadOfTheRules() {
        served(Side.CANDIDATE, 200, null, false);
        watches.follow(List.of(Fixture.plan(Fixture.onFail(To.HOLD, 3))));
        assertThat(watches.soFar("browse", TENTH).candidate().requests()).isEqualTo(1);
        watches.follow(List.of());
        assertThat(watches.soFar("browse", TENTH)).isEqualTo(Evidence.NONE);
    }

    @Test
    void routeThatGoesFromTheRulesAndComesBackIsCountedFromThereOn() {
        Plan plan = Fixture.plan(Fixture.onFail(To.BASELINE, 0));
        Map<String, Head> heads = Map.of("browse", Fixture.head(new ShiftState.Running(Fixture.at(plan, 1))));
        var own = new OwnCounts(watches);
        own.count(List.of(plan));
        served(Side.CANDIDATE, 200, null, false); // before the window
        own.follow(heads);
        served(Side.CANDIDATE, 200, null, false);
        assertThat(counted(own)).containsExactly(1L);
        for (List<Plan> others : List.of(List.<Plan>of(), List.of(Fixture.plan("browse", plan.steps(), null)))) {
            own.count(others);
            assertThat(own.changed()).isEmpty();
            own.follow(heads);
            assertThat(own.changed()).isEmpty();
        }
        own.count(List.of(plan));
        own.follow(heads);
        served(Side.CANDIDATE, 200, null, false);
        assertThat(counted(own)).containsExactly(1L);
    }

    private static List<Long> counted(OwnCounts own) {
        return own.changed().values().stream()
                .map(each -> each.candidate().requests())
                .toList();
    }
}
