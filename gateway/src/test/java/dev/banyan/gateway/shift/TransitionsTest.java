package dev.banyan.gateway.shift;

import static dev.banyan.gateway.shift.Fixture.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.rules.Analysis.OnFail.To;
import dev.banyan.rules.Stage;
import dev.banyan.rules.Standpoint;
import dev.banyan.rules.Step;
import dev.banyan.rules.gate.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class TransitionsTest {

    private static final Plan PLAN = Fixture.plan(Fixture.onFail(To.BASELINE, 0));

    /** The table of the reference page: a row for each state, a column for each event, the state after it in the cell. */
    static List<List<String>> table() throws IOException {
        Path page = Path.of(System.getProperty("banyan.root"), "docs/reference/shifting.md");
        List<String> lines = Files.readAllLines(page);
        int start = lines.indexOf("| state | " + String.join(" | ", EVENTS) + " |");
        assertThat(start).as("the table's head in " + page).isNotNegative();
        List<List<String>> cases = new ArrayList<>();
        for (String line : lines.subList(start + 2, lines.size())) {
            if (!line.startsWith("|")) {
                break;
            }
            String[] cells = line.substring(1).split("\\|", -1);
            for (int i = 0; i < EVENTS.size(); i++) {
                cases.add(List.of(cells[0].strip(), EVENTS.get(i), cells[i + 1].strip()));
            }
        }
        assertThat(cases).hasSize(9 * EVENTS.size());
        return cases;
    }

    private static final List<String> EVENTS = List.of(
            "pass", "fail", "inconclusive", "time over", "promote", "pause", "resume", "rollback", "trip", "freeze");

    @ParameterizedTest
    @MethodSource("table")
    void everyStateDoesWithEveryEventWhatTheReferenceSays(List<String> row) {
        boolean late = row.get(1).equals("time over");
        Head head = Fixture.head(state(row.getFirst(), late));
        Plan plan =
                switch (row.getFirst()) {
                    case "stopped" -> Fixture.stopped(PLAN);
                    case "by-hand", "capped" -> Fixture.byHand(new Standpoint(Stage.LIVE, 500), Fixture.KEYS);
                    default -> PLAN;
                };
        Result result = Transitions.next(head, event(row.get(1)), plan, false, NOW);
        switch (result) {
            case Result.Moves(Entry entry) -> {
                assertThat(entry.after().state().word()).isEqualTo(row.get(2));
                assertThat(entry.after().number()).isEqualTo(head.number() + 1);
                assertThat(entry.words()).isNotBlank();
            }
            case Result.Same _ -> assertThat("-").isEqualTo(row.get(2));
            case Result.Refused(String words) -> {
                assertThat("refused").isEqualTo(row.get(2));
                assertThat(words).isNotBlank();
            }
        }
    }

    private static ShiftState state(String word, boolean late) {
        At at = Fixture.at(PLAN, 1);
        Instant since = NOW.minus(late ? Duration.ofHours(25) : Duration.ofHours(1));
        At baseline = new At(0, Standpoint.BASELINE, since, 7, since, null, 0);
        return switch (word) {
            case "running" -> new ShiftState.Running(late ? Fixture.at(PLAN, 3) : at);
            case "holding" -> new ShiftState.Holding(at, since);
            case "waiting" -> new ShiftState.Waiting(at, since);
            case "paused" -> new ShiftState.Paused(at, since, false);
            case "rolled-back" -> new ShiftState.RolledBack(baseline, since, late ? NOW.minusSeconds(1) : null);
            case "done" -> new ShiftState.Done(Fixture.at(PLAN, 3), since);
            case "stopped" -> new ShiftState.Stopped(since);
            case "by-hand" -> new ShiftState.ByHand(since);
            case "capped" -> new ShiftState.Capped(since, null);
            default -> throw new IllegalArgumentException(word);
        };
    }

    private static ShiftEvent event(String name) {
        return switch (name) {
            case "pass" -> Fixture.judged(Verdict.PASS);
            case "fail" -> Fixture.judged(Verdict.FAIL);
            case "inconclusive", "time over" -> Fixture.judged(Verdict.INCONCLUSIVE);
            default -> Fixture.asked(Command.Kind.valueOf(name.toUpperCase(java.util.Locale.ROOT)));
        };
    }

    private static ShiftState after(ShiftState state, ShiftEvent event, Plan plan) {
        Result result = Transitions.next(Fixture.head(state), event, plan, false, NOW);
        return result instanceof Result.Moves(Entry entry) ? entry.after().state() : state;
    }

    private static Standpoint standpoint(ShiftState state) {
        return ((ShiftState.OnSteps) state).at().standpoint();
    }

    @Test
    void pauseOfTheStepMustBeOver() {
        At fresh = new At(1, PLAN.standpointOf(1), NOW.minus(Duration.ofMinutes(59)), 5, NOW, null, 0);
        var state = new ShiftState.Running(fresh);
        assertThat(after(state, Fixture.judged(Verdict.PASS), PLAN)).isEqualTo(state);
        assertThat(after(state, Fixture.judged(Verdict.INCONCLUSIVE), PLAN)).isEqualTo(state);
        assertThat(after(state, Fixture.judged(Verdict.FAIL), PLAN)).isInstanceOf(ShiftState.RolledBack.class);
    }

    @Test
    void passLeadsToTheNextStepWithEvidenceThatBeginsAnew() {
        ShiftState next = after(new ShiftState.Running(Fixture.at(PLAN, 1)), Fixture.judged(Verdict.PASS), PLAN);
        assertThat(next).isEqualTo(new ShiftState.Running(new At(2, PLAN.standpointOf(2), NOW, 8, NOW, 5L, 0)));
    }

    @Test
    void stepThatNeedsApprovalWaitsForAPersonAndThenGoesOn() {
        ShiftState waiting = after(new ShiftState.Running(Fixture.at(PLAN, 2)), Fixture.judged(Verdict.PASS), PLAN);
        assertThat(waiting).isInstanceOf(ShiftState.Waiting.class);
        assertThat(standpoint(after(waiting, Fixture.asked(Command.Kind.PROMOTE), PLAN)))
                .isEqualTo(new Standpoint(Stage.LIVE, 10_000));
    }

    @Test
    void lastStepEndsIt() {
        var done = after(new ShiftState.Running(Fixture.at(PLAN, 3)), Fixture.asked(Command.Kind.PROMOTE), PLAN);
        assertThat(done).isInstanceOf(ShiftState.Done.class);
        assertThat(standpoint(done).stage()).isEqualTo(Stage.COMPLETE);
        assertThat(after(done, Fixture.judged(Verdict.FAIL), PLAN)).isEqualTo(done);
        assertThat(after(done, Fixture.asked(Command.Kind.TRIP), PLAN)).isEqualTo(done);
        assertThat(standpoint(after(done, Fixture.asked(Command.Kind.ROLLBACK), PLAN)))
                .isEqualTo(Standpoint.BASELINE);
    }

    @Test
    void failureLeadsToThePreviousStepAndFromThereFurtherBack() {
        Plan plan = Fixture.plan(Fixture.onFail(To.PREVIOUS_STEP, 0));
        ShiftState one = after(new ShiftState.Running(Fixture.at(plan, 2)), Fixture.judged(Verdict.FAIL), plan);
        assertThat(standpoint(one)).isEqualTo(new Standpoint(Stage.LIVE, 100));
        ShiftState shadow = after(one, Fixture.judged(Verdict.FAIL), plan);
        assertThat(standpoint(shadow).stage()).isEqualTo(Stage.SHADOW);
        assertThat(after(shadow, Fixture.judged(Verdict.FAIL), plan)).isEqualTo(shadow);
    }

    @Test
    void failureAtShadowStaysAtShadowWhereNobodyIsServedByIt() {
        ShiftState failed = after(new ShiftState.Running(Fixture.at(PLAN, 0)), Fixture.judged(Verdict.FAIL), PLAN);
        assertThat(failed).isInstanceOf(ShiftState.RolledBack.class);
        assertThat(standpoint(failed).stage()).isEqualTo(Stage.SHADOW);
        ShiftState again = after(failed, Fixture.asked(Command.Kind.RESUME), PLAN);
        assertThat(((ShiftState.Running) again).at().window()).isEqualTo(8);
    }

    @Test
    void failureThatHoldsWaitsAtItsWeightAndGoesOnWithNewEvidence() {
        Plan plan = Fixture.plan(Fixture.onFail(To.HOLD, 0));
        ShiftState held = after(new ShiftState.Running(Fixture.at(plan, 2)), Fixture.judged(Verdict.FAIL), plan);
        assertThat(held).isEqualTo(new ShiftState.Paused(Fixture.at(plan, 2), NOW, true));
        assertThat(after(held, Fixture.judged(Verdict.FAIL), plan)).isEqualTo(held);
        ShiftState.Running again = (ShiftState.Running) after(held, Fixture.asked(Command.Kind.RESUME), plan);
        assertThat(again.at().window()).isEqualTo(8);
        assertThat(again.at().standpoint()).isEqualTo(plan.standpointOf(2));
    }

    @Test
    void retriesAreCountedAndEnd() {
        Plan plan = Fixture.plan(Fixture.onFail(To.BASELINE, 1));
        ShiftState back = after(new ShiftState.Running(Fixture.at(plan, 2)), Fixture.judged(Verdict.FAIL), plan);
        assertThat(((ShiftState.RolledBack) back).retryAt()).isEqualTo(NOW.plus(Duration.ofHours(1)));
        assertThat(after(back, Fixture.judged(Verdict.INCONCLUSIVE), plan)).isEqualTo(back);
        Result later = Transitions.next(
                Fixture.head(back), Fixture.judged(Verdict.INCONCLUSIVE), plan, false, NOW.plus(Duration.ofHours(1)));
        var again = (ShiftState.Running) ((Result.Moves) later).entry().after().state();
        assertThat(again.at().retries()).isEqualTo(1);
        ShiftState second = after(again, Fixture.judged(Verdict.FAIL), plan);
        assertThat(((ShiftState.RolledBack) second).retryAt()).isNull();
    }

    @Test
    void whatIsFrozenGoesBackButNotUp() {
        var running = new ShiftState.Running(Fixture.at(PLAN, 1));
        var retrying = new ShiftState.RolledBack(Fixture.at(PLAN, 0), NOW, NOW.minusSeconds(1));
        Head frozen = new Head("browse", 1, 7, Fixture.KEYS, running, true);
        for (Head head : List.of(frozen, Fixture.head(running), Fixture.head(retrying))) {
            assertThat(Transitions.next(head, Fixture.judged(Verdict.PASS), PLAN, true, NOW))
                    .isEqualTo(Result.STAYS);
        }
        assertThat(Transitions.next(frozen, Fixture.asked(Command.Kind.PROMOTE), PLAN, false, NOW))
                .isInstanceOf(Result.Refused.class);
        assertThat(Transitions.next(frozen, Fixture.judged(Verdict.FAIL), PLAN, true, NOW))
                .isInstanceOf(Result.Moves.class);
        assertThat(Transitions.next(frozen, Fixture.asked(Command.Kind.FREEZE), PLAN, false, NOW))
                .isInstanceOf(Result.Same.class);
        var thawed = (Result.Moves) Transitions.next(frozen, Fixture.asked(Command.Kind.UNFREEZE), PLAN, false, NOW);
        assertThat(thawed.entry().after().frozen()).isFalse();
    }

    /** The leader has read the file where the roll-back was asked; another gateway has the one it was journalled under yet. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aRollBackThatIsFrozenOrThawedHoldsForBothOfItsFiles(boolean frozen) {
        var older = new PlanKeys("identity", "judged", "steps", "older");
        Plan newer =
                Fixture.byHand(new Standpoint(Stage.LIVE, 500), new PlanKeys("identity", "judged", "steps", "newer"));
        Head head = new Head("browse", 1, 7, older, new ShiftState.Capped(NOW, "newer"), frozen);
        var kind = frozen ? Command.Kind.UNFREEZE : Command.Kind.FREEZE;
        Head after = ((Result.Moves) Transitions.next(head, Fixture.asked(kind), newer, false, NOW))
                .entry()
                .after();
        assertThat(after.frozen()).isNotEqualTo(frozen);
        assertThat(after.isCappedFor("older")).isTrue();
        assertThat(after.isCappedFor("newer")).isTrue();
    }

    @Test
    void promoteThatIsRepeatedPromotesOnce() {
        var at1 = new ShiftState.Running(Fixture.at(PLAN, 1));
        Command once = Fixture.command(Command.Kind.PROMOTE);
        var seenAt1 = new Command(once.id(), "browse", Command.Kind.PROMOTE, 1, "ada", "", NOW, null);
        ShiftState at2 = after(at1, new ShiftEvent.Asked(seenAt1), PLAN);
        assertThat(standpoint(at2)).isEqualTo(PLAN.standpointOf(2));
        assertThat(after(at2, new ShiftEvent.Asked(seenAt1), PLAN)).isEqualTo(at2);
    }

    private static Head edit(Head head, Plan plan) {
        Result result = Transitions.next(head, new ShiftEvent.Edited(), plan, false, NOW);
        return result instanceof Result.Moves(Entry entry) ? entry.after() : head;
    }

    @Test
    void otherMatchesCandidateOrCohortBeginAnew() {
        Head head = Fixture.head(new ShiftState.Running(Fixture.at(PLAN, 2)));
        Plan other = Fixture.edited(PLAN, new PlanKeys("other", "judged", "steps", "w2"), PLAN.steps());
        assertThat(head.standpoint(other)).as("before anything is journalled").isEqualTo(Standpoint.BASELINE);
        Head after = edit(head, other);
        assertThat(List.of(after.generation(), after.number())).containsExactly(2L, 1L);
        assertThat(after.standpoint(other).stage()).isEqualTo(Stage.SHADOW);
        assertThat(edit(after, other)).isEqualTo(after);
    }

    @Test
    void otherGatesBeginTheEvidenceAnewAndKeepTheStep() {
        Head head = Fixture.head(new ShiftState.Waiting(Fixture.at(PLAN, 2), NOW));
        Plan other = Fixture.edited(PLAN, new PlanKeys("identity", "other", "steps", "w2"), PLAN.steps());
        At at = ((ShiftState.Running) edit(head, other).state()).at();
        assertThat(at).isEqualTo(Fixture.at(PLAN, 2).withWindow(8, NOW));
    }

    @Test
    void otherStepsKeepTheWeight() {
        Head head = Fixture.head(new ShiftState.Running(Fixture.at(PLAN, 2)));
        List<Step> steps = List.of(Fixture.ONE, Fixture.live(1_000, Duration.ZERO, false), Fixture.ALL);
        Plan other = Fixture.edited(PLAN, new PlanKeys("identity", "judged", "other", "w2"), steps);
        Head after = edit(head, other);
        At at = ((ShiftState.Running) after.state()).at();
        assertThat(at.step()).isEqualTo(1);
        assertThat(at.standpoint()).isEqualTo(new Standpoint(Stage.LIVE, 2_500));
        assertThat(at.window()).as("evidence goes on").isEqualTo(5);
        assertThat(standpoint(after(after.state(), Fixture.judged(Verdict.PASS), other)))
                .isEqualTo(new Standpoint(Stage.LIVE, 10_000));

        Plan higher = Fixture.edited(other, new PlanKeys("identity", "judged", "third", "w3"), List.of(Fixture.ALL));
        At below = ((ShiftState.Running) edit(after, higher).state()).at();
        assertThat(below.step()).isEqualTo(-1);
        assertThat(below.standpoint()).isEqualTo(new Standpoint(Stage.LIVE, 2_500));
    }

    @Test
    void fileThatSaysOffWinsAtOnceAndAfterwardsItBeginsWithTheFirstStep() {
        Head head = Fixture.head(new ShiftState.Running(Fixture.at(PLAN, 2)));
        Plan off = Fixture.stopped(PLAN);
        assertThat(head.standpoint(off)).isEqualTo(Standpoint.BASELINE);
        Head stopped = edit(head, off);
        assertThat(stopped.state()).isInstanceOf(ShiftState.Stopped.class);
        assertThat(edit(stopped, off)).isEqualTo(stopped);
        Head again = edit(stopped, PLAN);
        assertThat(again.standpoint(PLAN).stage()).isEqualTo(Stage.SHADOW);
    }

    @Test
    void rollBackOfARouteDrivenByHandHoldsUntilItIsResumedOrEdited() {
        Standpoint file = new Standpoint(Stage.LIVE, 500);
        Plan plan = Fixture.byHand(file, Fixture.KEYS);
        Head head = Fixture.head(new ShiftState.ByHand(NOW));
        assertThat(head.standpoint(plan)).isEqualTo(file);
        ShiftState capped = after(head.state(), Fixture.asked(Command.Kind.ROLLBACK), plan);
        Head cappedHead = Fixture.head(capped);
        assertThat(cappedHead.standpoint(plan)).isEqualTo(Standpoint.BASELINE);
        assertThat(edit(cappedHead, plan)).isEqualTo(cappedHead);
        assertThat(Fixture.head(after(capped, Fixture.asked(Command.Kind.RESUME), plan))
                        .standpoint(plan))
                .isEqualTo(file);

        Plan edited = Fixture.byHand(file, new PlanKeys("identity", "judged", "steps", "edited"));
        assertThat(cappedHead.standpoint(edited)).isEqualTo(file);
        assertThat(edit(cappedHead, edited).state()).isInstanceOf(ShiftState.ByHand.class);
    }

    /** A retired route needs no candidate, and then cannot stand at off. */
    @ParameterizedTest
    @EnumSource(
            value = Stage.class,
            names = {"OFF", "RETIRED"})
    void aFileThatServesNobodyFromTheCandidateHoldsUnderARollBackThatIsForAnother(Stage stage) {
        Plan plan = Fixture.byHand(new Standpoint(stage, 0), Fixture.KEYS);
        Head head = Fixture.head(new ShiftState.ByHand(NOW));
        Command here = Fixture.command(Command.Kind.ROLLBACK).under(Fixture.KEYS.whole());
        assertThat(Transitions.next(head, new ShiftEvent.Asked(here), plan, false, NOW))
                .isInstanceOf(Result.Same.class);

        for (Command.Kind kind : List.of(Command.Kind.ROLLBACK, Command.Kind.TRIP)) {
            Command there = Fixture.command(kind).under("another");
            Head capped = Fixture.head(after(head.state(), new ShiftEvent.Asked(there), plan));
            assertThat(capped.isCappedFor("another")).isTrue();
            assertThat(capped.standpoint(plan)).isEqualTo(plan.file());
        }
    }

    @Test
    void standpointsAreToldAsPeopleWriteThem() {
        var told = Map.of(0, "live 0%", 1, "live 0.01%", 10, "live 0.1%", 250, "live 2.5%", 10_000, "live 100%");
        told.forEach((weight, words) ->
                assertThat(Head.told(new Standpoint(Stage.LIVE, weight))).isEqualTo(words));
        assertThat(Head.told(new Standpoint(Stage.LIVE, 125))).isEqualTo("live 1.25%");
    }
}
