package dev.banyan.gateway.shift;

import dev.banyan.rules.Analysis;
import dev.banyan.rules.Gate;
import dev.banyan.rules.Stage;
import dev.banyan.rules.Standpoint;
import dev.banyan.rules.Step;
import dev.banyan.rules.gate.Judgement;
import dev.banyan.rules.gate.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/** Plans, states and commands that tests of shifts share. */
final class Fixture {

    static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
    static final PlanKeys KEYS = new PlanKeys("identity", "judged", "steps", "whole");

    static final Step SHADOW = new Step(Stage.SHADOW, 0, Duration.ZERO, false);
    static final Step ONE = live(100, Duration.ofHours(1), false);
    static final Step QUARTER = live(2_500, Duration.ZERO, true);
    static final Step ALL = live(10_000, Duration.ofDays(7), false);
    static final Step COMPLETE = new Step(Stage.COMPLETE, 10_000, Duration.ZERO, false);
    static final List<Step> STEPS = List.of(SHADOW, ONE, QUARTER, ALL, COMPLETE);

    private Fixture() {}

    static Step live(int weight, Duration pause, boolean approval) {
        return new Step(Stage.LIVE, weight, pause, approval);
    }

    static Analysis analysis(Analysis.OnFail onFail, Gate... gates) {
        return new Analysis(
                500,
                Duration.ofMinutes(10),
                9_500,
                List.of(gates),
                Analysis.Tripwires.UNSET,
                onFail,
                Analysis.OnInconclusive.UNSET);
    }

    static Analysis.OnFail onFail(Analysis.OnFail.To to, int retries) {
        return new Analysis.OnFail(to, Duration.ofHours(1), retries);
    }

    static Plan plan(String route, List<Step> steps, @org.jspecify.annotations.Nullable Analysis analysis) {
        return new Plan(route, Plan.Drive.STEPS, steps, analysis, Standpoint.BASELINE, true, false, KEYS);
    }

    static Plan plan(Analysis.OnFail onFail) {
        return plan("browse", STEPS, analysis(onFail, new Gate.ErrorRate(50, null)));
    }

    static Plan stopped(Plan plan) {
        return new Plan(
                plan.route(),
                Plan.Drive.STOPPED,
                plan.steps(),
                plan.analysis(),
                Standpoint.BASELINE,
                true,
                false,
                plan.keys());
    }

    static Plan byHand(Standpoint file, PlanKeys keys) {
        return new Plan("browse", Plan.Drive.HAND, List.of(), null, file, false, false, keys);
    }

    static Plan edited(Plan plan, PlanKeys keys, List<Step> steps) {
        return new Plan(plan.route(), plan.drive(), steps, plan.analysis(), plan.file(), plan.mirrors(), false, keys);
    }

    /** A step reached so long ago that no pause of an hour is left. */
    static At at(Plan plan, int step) {
        Instant since = NOW.minus(Duration.ofHours(30));
        return new At(step, plan.standpointOf(step), since, 5, since, null, 0);
    }

    static Head head(ShiftState state) {
        return new Head("browse", 1, 7, KEYS, state, false);
    }

    static ShiftEvent judged(Verdict verdict) {
        return new ShiftEvent.Judged(new Judgement(verdict, List.of(), "as a test says"));
    }

    static Command command(Command.Kind kind) {
        return command("browse", kind);
    }

    static Command command(String route, Command.Kind kind) {
        return new Command(UUID.randomUUID(), route, kind, null, "ada", "a test", NOW, null);
    }

    static ShiftEvent asked(Command.Kind kind) {
        return new ShiftEvent.Asked(command(kind));
    }
}
