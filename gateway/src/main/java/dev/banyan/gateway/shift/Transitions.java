package dev.banyan.gateway.shift;

import dev.banyan.rules.Analysis;
import dev.banyan.rules.Stage;
import dev.banyan.rules.Standpoint;
import dev.banyan.rules.gate.Judgement;
import dev.banyan.rules.gate.Verdict;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The transition table: what each event does to a route in each state. Pure. docs/reference/shifting.md has it as a table, and a
 * test holds both to each other.
 */
public final class Transitions {

    private Transitions() {}

    /**
     * What {@code event} does to a route.
     *
     * @param frozenAll whether nothing may go up on any route
     */
    public static Result next(Head head, ShiftEvent event, Plan plan, boolean frozenAll, Instant now) {
        var move = new Move(head, plan, frozenAll || head.frozen(), now);
        return switch (event) {
            case ShiftEvent.Edited _ -> Edits.edited(move);
            case ShiftEvent.Judged(Judgement judgement) -> judged(move, judgement);
            case ShiftEvent.Asked(Command command) -> Commands.asked(move, command);
        };
    }

    private static Result judged(Move move, Judgement judgement) {
        return switch (move.head().state()) {
            case ShiftState.Running(At at) ->
                switch (judgement.verdict()) {
                    case FAIL -> fail(move, at, judgement);
                    case PASS -> pass(move, at, judgement);
                    case INCONCLUSIVE -> overdue(move, at, judgement);
                };
            case ShiftState.Holding(At at, Instant since) ->
                switch (judgement.verdict()) {
                    case FAIL -> fail(move, at, judgement);
                    case PASS -> pass(move, at, judgement);
                    case INCONCLUSIVE -> held(move, at, since, judgement);
                };
            case ShiftState.Waiting(At at, Instant _) -> failOnly(move, at, judgement);
            case ShiftState.Paused(At at, Instant _, boolean _) ->
                move.plan().onFail().to() == Analysis.OnFail.To.HOLD ? Result.STAYS : failOnly(move, at, judgement);
            case ShiftState.Done(At at, Instant _) ->
                at.standpoint().stage() == Stage.COMPLETE ? Result.STAYS : failOnly(move, at, judgement);
            case ShiftState.RolledBack(At at, Instant _, Instant retryAt) -> wentBack(move, at, retryAt, judgement);
            case ShiftState.Stopped _, ShiftState.ByHand _, ShiftState.Capped _ -> Result.STAYS;
        };
    }

    private static Result failOnly(Move move, At at, Judgement judgement) {
        return switch (judgement.verdict()) {
            case FAIL -> fail(move, at, judgement);
            case PASS, INCONCLUSIVE -> Result.STAYS;
        };
    }

    private static Result pass(Move move, At at, Judgement judgement) {
        if (move.frozen() || move.now().isBefore(at.since().plus(move.plan().pauseAt(at.step())))) {
            return Result.STAYS;
        }
        if (move.plan().needsApproval(at.step())) {
            return move.to(
                    new ShiftState.Waiting(at, move.now()),
                    "pass",
                    Head.told(at.standpoint()) + " awaits a person's word to go on: " + judgement.words(),
                    judgement);
        }
        return move.to(move.up(at), "pass", move.upTold(at) + ": " + judgement.words(), judgement);
    }

    private static Result overdue(Move move, At at, Judgement judgement) {
        Plan plan = move.plan();
        boolean early = move.now().isBefore(at.since().plus(plan.pauseAt(at.step())))
                || move.now().isBefore(at.windowSince().plus(plan.minDuration()));
        return early
                ? Result.STAYS
                : move.to(
                        new ShiftState.Holding(at, move.now()),
                        "inconclusive",
                        Head.told(at.standpoint()) + " is held, the evidence is not enough yet: " + judgement.words(),
                        judgement);
    }

    private static Result held(Move move, At at, Instant since, Judgement judgement) {
        Analysis.OnInconclusive rule = move.plan().onInconclusive();
        if (move.now().isBefore(since.plus(rule.hold()))) {
            return Result.STAYS;
        }
        return switch (rule.then()) {
            case PAUSE ->
                move.to(
                        new ShiftState.Paused(at, move.now(), false),
                        "hold-over",
                        Head.told(at.standpoint()) + " waits for a person, the evidence was not enough for "
                                + rule.hold() + ": " + judgement.words(),
                        judgement);
            case FAIL -> fail(move, at, judgement);
        };
    }

    private static Result fail(Move move, At at, Judgement judgement) {
        Analysis.OnFail rule = move.plan().onFail();
        if (rule.to() == Analysis.OnFail.To.HOLD) {
            return move.to(
                    new ShiftState.Paused(at, move.now(), true),
                    "fail",
                    Head.told(at.standpoint()) + " waits for a person: " + judgement.words(),
                    judgement);
        }
        int step = rule.to() == Analysis.OnFail.To.PREVIOUS_STEP ? Math.max(0, at.step() - 1) : 0;
        Standpoint back = backTo(move.plan(), at, rule.to());
        Instant retryAt = at.retries() < rule.autoRetriesMax() ? move.now().plus(rule.cooldown()) : null;
        return move.to(
                new ShiftState.RolledBack(move.at(step, back, at), move.now(), retryAt),
                "fail",
                Head.told(at.standpoint()) + " -> " + Head.told(back) + ": " + judgement.words(),
                judgement);
    }

    /** Nobody is served by the candidate at stage shadow, so that can go on: people see there whether it is mended. */
    private static Standpoint backTo(Plan plan, At at, Analysis.OnFail.To to) {
        if (at.standpoint().stage() == Stage.SHADOW) {
            return at.standpoint();
        }
        return to == Analysis.OnFail.To.PREVIOUS_STEP && at.step() > 0
                ? plan.standpointOf(at.step() - 1)
                : Standpoint.BASELINE;
    }

    /** The step it went back to may be no better, and then it goes back further. */
    private static Result wentBack(Move move, At at, @Nullable Instant retryAt, Judgement judgement) {
        if (at.standpoint().stage() == Stage.LIVE && judgement.verdict() == Verdict.FAIL) {
            return fail(move, at, judgement);
        }
        return retryAt == null || move.now().isBefore(retryAt) || move.frozen() ? Result.STAYS : retry(move, at);
    }

    private static Result retry(Move move, At at) {
        At again = move.at(at.step(), move.plan().standpointOf(at.step()), at);
        At counted = new At(
                again.step(),
                again.standpoint(),
                again.since(),
                again.window(),
                again.windowSince(),
                again.splitWindow(),
                at.retries() + 1);
        return move.to(
                new ShiftState.Running(counted),
                "cooldown-over",
                Head.told(at.standpoint()) + " -> " + Head.told(counted.standpoint()) + ": begins again, retry "
                        + counted.retries() + " of " + move.plan().onFail().autoRetriesMax(),
                null);
    }
}
