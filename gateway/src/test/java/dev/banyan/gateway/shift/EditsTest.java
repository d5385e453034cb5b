package dev.banyan.gateway.shift;

import static dev.banyan.gateway.shift.Fixture.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.rules.Analysis.OnFail.To;
import dev.banyan.rules.Stage;
import dev.banyan.rules.Standpoint;
import dev.banyan.rules.Step;
import dev.banyan.rules.gate.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Edits of a route's file between other events. */
class EditsTest {

    private static final ShiftEvent EDITED = new ShiftEvent.Edited();

    private static Head next(Head head, ShiftEvent event, Plan plan) {
        return Transitions.next(head, event, plan, false, NOW) instanceof Result.Moves(Entry entry)
                ? entry.after()
                : head;
    }

    private static Plan live(int weight) {
        return Fixture.byHand(
                new Standpoint(Stage.LIVE, weight), new PlanKeys("identity", "judged", "steps", "weight " + weight));
    }

    @Test
    void rollBackOfARouteDrivenByHandHoldsAlthoughItsFileWasEditedSinceItWasResumed() {
        Head head = Edits.begin(live(500), null, false, NOW).after();
        head = next(head, Fixture.asked(Command.Kind.ROLLBACK), live(500));
        head = next(head, Fixture.asked(Command.Kind.RESUME), live(500));
        head = next(head, EDITED, live(1_000));
        assertThat(head.standpoint(live(1_000))).isEqualTo(new Standpoint(Stage.LIVE, 1_000));
        head = next(head, Fixture.asked(Command.Kind.ROLLBACK), live(1_000));
        head = next(head, EDITED, live(1_000));
        assertThat(head.standpoint(live(1_000))).isEqualTo(Standpoint.BASELINE);
    }

    @Test
    void routeThatWentBackBeginsAgainAtTheLastOfTheNewStepsThatIsNotAboveIt() {
        Plan plan = Fixture.plan(Fixture.onFail(To.PREVIOUS_STEP, 0));
        Head failed =
                next(Fixture.head(new ShiftState.Running(Fixture.at(plan, 3))), Fixture.judged(Verdict.FAIL), plan);
        assertThat(failed.standpoint(plan)).isEqualTo(new Standpoint(Stage.LIVE, 2_500));
        Step tenth = Fixture.live(1_000, Duration.ZERO, false);
        assertThat(resumed(failed, plan, List.of(Fixture.SHADOW, tenth, Fixture.COMPLETE)))
                .isEqualTo(new Standpoint(Stage.LIVE, 1_000));
        assertThat(resumed(failed, plan, List.of(Fixture.ALL, Fixture.COMPLETE)))
                .as("all are above it")
                .isEqualTo(new Standpoint(Stage.LIVE, 10_000));
    }

    @Test
    void frozenRouteNeitherBeginsNorBeginsAgainBeforeItIsUnfrozen() {
        Plan plan = Fixture.plan(Fixture.onFail(To.BASELINE, 0));
        Plan anew = Fixture.edited(plan, new PlanKeys("other", "judged", "steps", "other"), plan.steps());
        Head running = frozen(new ShiftState.Running(Fixture.at(plan, 1)));
        Head off = next(running, EDITED, Fixture.stopped(plan));
        for (Head stopped : List.of(
                next(off, EDITED, plan),
                next(running, EDITED, anew),
                next(frozen(new ShiftState.ByHand(NOW)), EDITED, plan),
                Edits.begin(plan, null, true, NOW).after())) {
            Plan file = stopped.keys().equals(anew.keys()) ? anew : plan;
            assertThat(stopped.standpoint(file)).isEqualTo(Standpoint.BASELINE);
            assertThat(Transitions.next(stopped, EDITED, file, true, NOW)).isEqualTo(Result.STAYS);
            assertThat(Transitions.next(stopped, Fixture.asked(Command.Kind.PROMOTE), file, true, NOW))
                    .isEqualTo(new Result.Refused("the route is frozen: unfreeze it first"));
            Head thawed = stopped.frozen() ? next(stopped, Fixture.asked(Command.Kind.UNFREEZE), file) : stopped;
            assertThat(next(thawed, EDITED, file).standpoint(file).stage()).isEqualTo(Stage.SHADOW);
        }
    }

    @Test
    void frozenRouteThatWasRolledBackIsNotResumed() {
        Plan plan = Fixture.plan(Fixture.onFail(To.BASELINE, 0));
        Head back =
                next(frozen(new ShiftState.Running(Fixture.at(plan, 1))), Fixture.asked(Command.Kind.ROLLBACK), plan);
        Head capped = next(frozen(new ShiftState.ByHand(NOW)), Fixture.asked(Command.Kind.ROLLBACK), live(500));
        assertThat(Transitions.next(back, Fixture.asked(Command.Kind.RESUME), plan, false, NOW))
                .isInstanceOf(Result.Refused.class);
        assertThat(Transitions.next(capped, Fixture.asked(Command.Kind.RESUME), live(500), false, NOW))
                .isInstanceOf(Result.Refused.class);
    }

    @Test
    void routeThatComesBackStandsWhereItStoodAndWaitsAsIfItHadJustGotThere() {
        Plan plan = Fixture.plan(Fixture.onFail(To.BASELINE, 1));
        At at = Fixture.at(plan, 1);
        Instant ago = at.since();
        var now = new At(1, at.standpoint(), NOW, 9, NOW, null, 0);
        for (ShiftState state :
                List.of(new ShiftState.Running(at), new ShiftState.Holding(at, ago), new ShiftState.Waiting(at, ago))) {
            assertThat(back(state, plan)).isEqualTo(new ShiftState.Running(now));
        }
        assertThat(back(new ShiftState.Paused(at, ago, true), plan)).isEqualTo(new ShiftState.Paused(now, NOW, true));
        assertThat(back(new ShiftState.RolledBack(at, ago, ago.plusSeconds(1)), plan))
                .isEqualTo(new ShiftState.RolledBack(now, NOW, NOW.plus(Duration.ofHours(1))));
        assertThat(back(new ShiftState.RolledBack(at, ago, null), plan))
                .isEqualTo(new ShiftState.RolledBack(now, NOW, null));
        At last = Fixture.at(plan, 4);
        assertThat(back(new ShiftState.Done(last, ago), plan))
                .isEqualTo(new ShiftState.Done(new At(4, last.standpoint(), NOW, 9, NOW, null, 0), ago));
        assertThat(Edits.goes(Fixture.head(new ShiftState.Capped(ago, null)))).isFalse();
    }

    /** What becomes of a route that is taken out of the rules and put back as it was. */
    private static ShiftState back(ShiftState state, Plan plan) {
        Head head = Fixture.head(state);
        assertThat(Edits.goes(head)).isTrue();
        Head gone = Edits.gone(head, NOW).after();
        assertThat(Edits.goes(gone)).isFalse();
        assertThat(gone.standpoint(plan)).isEqualTo(head.standpoint(plan));
        Head back = next(gone, EDITED, plan);
        assertThat(back.keys()).isEqualTo(plan.keys());
        return back.state();
    }

    private static Head frozen(ShiftState state) {
        return new Head("browse", 1, 7, Fixture.KEYS, state, true);
    }

    private static Standpoint resumed(Head head, Plan plan, List<Step> steps) {
        Plan other = Fixture.edited(plan, new PlanKeys("identity", "judged", "other", "other"), steps);
        return next(next(head, EDITED, other), Fixture.asked(Command.Kind.RESUME), other)
                .standpoint(other);
    }
}
