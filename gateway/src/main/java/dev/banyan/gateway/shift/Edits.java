package dev.banyan.gateway.shift;

import dev.banyan.rules.Stage;
import dev.banyan.rules.Standpoint;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What an edit of a route's file does to it. */
final class Edits {

    private static final int RANK_OF_COMPLETE = dev.banyan.rules.Route.EVERYONE + 1;

    private Edits() {}

    /** The first entry of a route, or of another route under the same name. */
    static Entry begin(Plan plan, @Nullable Head before, boolean frozenAll, Instant now) {
        long generation = before == null ? 1 : before.generation() + 1;
        boolean frozen = before != null && before.frozen();
        ShiftState first = first(plan, 1, frozenAll || frozen, now);
        var after = new Head(plan.route(), generation, 1, plan.keys(), first, frozen);
        String words = (before == null ? "begins: " : "begins anew, its matches, candidate or cohort are others: ")
                + Head.told(after.standpoint(plan));
        String from = before == null ? "-" : before.state().word();
        return new Entry(after, now, "begin", from, words, null, Move.BY_FILE, "");
    }

    /** A frozen route with steps begins with the first when it is unfrozen: until then it is stopped. */
    private static ShiftState first(Plan plan, long number, boolean frozen, Instant now) {
        return switch (plan.drive()) {
            case HAND -> new ShiftState.ByHand(now);
            case STOPPED -> new ShiftState.Stopped(now);
            case STEPS -> {
                if (frozen) {
                    yield new ShiftState.Stopped(now);
                }
                var at = new At(0, plan.standpointOf(0), now, number, now, null, 0);
                yield at.standpoint().stage() == Stage.COMPLETE
                        ? new ShiftState.Done(at, now)
                        : new ShiftState.Running(at);
            }
        };
    }

    /** Whether a head whose route is no longer in the rules must say so: what it waits for, and its evidence, would go on without it. */
    static boolean goes(Head head) {
        return head.state() instanceof ShiftState.OnSteps && !head.keys().isGone();
    }

    /** The entry of a route that is no longer in the rules: it stands where it stood if it comes back. */
    static Entry gone(Head head, Instant now) {
        var after = new Head(
                head.route(), head.generation(), head.number() + 1, head.keys().gone(), head.state(), head.frozen());
        String words = "is no longer in the rules; if it comes back, its time and evidence count anew";
        return new Entry(after, now, "edit", head.state().word(), words, null, Move.BY_FILE, "");
    }

    /** The entry of a route whose head was lost while its journal was not: it stands where that says. */
    static Entry restored(Head last, Instant now) {
        var after =
                new Head(last.route(), last.generation(), last.number() + 1, last.keys(), last.state(), last.frozen());
        String words = "its state was lost from the store, and is what its journal says";
        return new Entry(after, now, "restore", last.state().word(), words, null, Move.BY_FILE, "");
    }

    static Result edited(Move move) {
        PlanKeys was = move.head().keys();
        PlanKeys is = move.plan().keys();
        if (move.plan().drive() == Plan.Drive.HAND && move.head().isCappedFor(is.whole())) {
            return Result.STAYS; // the edit came before the roll-back
        }
        if (!was.identity().equals(is.identity())) {
            return new Result.Moves(begin(move.plan(), move.head(), move.frozen(), move.now()));
        }
        return switch (move.plan().drive()) {
            case STOPPED ->
                move.head().state() instanceof ShiftState.Stopped
                        ? Result.STAYS
                        : edit(
                                move,
                                first(move),
                                "its file says " + Head.told(move.plan().file()));
            case HAND -> byHand(move);
            case STEPS -> bySteps(move, was, is);
        };
    }

    private static ShiftState first(Move move) {
        return first(move.plan(), move.number(), move.frozen(), move.now());
    }

    private static Result edit(Move move, ShiftState state, String words) {
        Head head = move.head();
        var after = new Head(
                head.route(), head.generation(), move.number(), move.plan().keys(), state, head.frozen());
        return new Result.Moves(move.entry(after, "edit", words, null, Move.BY_FILE, ""));
    }

    private static Result byHand(Move move) {
        String stands = Head.told(move.plan().file());
        return switch (move.head().state()) {
            case ShiftState.ByHand _ -> Result.STAYS;
            case ShiftState.Capped _ ->
                edit(move, first(move), "was edited after its roll-back, its file says " + stands);
            case ShiftState.OnSteps _, ShiftState.Stopped _ ->
                edit(move, first(move), "is driven by hand from here on, its file says " + stands);
        };
    }

    private static Result bySteps(Move move, PlanKeys was, PlanKeys is) {
        boolean steps = !was.steps().equals(is.steps());
        boolean judged = !was.judged().equals(is.judged());
        return switch (move.head().state()) {
            case ShiftState.Stopped _ when move.frozen() -> Result.STAYS;
            case ShiftState.Stopped _, ShiftState.ByHand _, ShiftState.Capped _ ->
                edit(
                        move,
                        first(move),
                        move.frozen()
                                ? "off, and begins with its first step when it is unfrozen"
                                : "begins with its first step: "
                                        + Head.told(move.plan().standpointOf(0)));
            case ShiftState.OnSteps on
            when was.isGone() ->
                edit(
                        move,
                        kept(move, asOfNow(move, on), steps, true),
                        "is back in the rules, stays at " + Head.told(on.at().standpoint())
                                + ", its time and evidence count anew");
            case ShiftState.OnSteps on ->
                steps || judged ? edit(move, kept(move, on, steps, judged), words(on, steps, judged)) : Result.STAYS;
        };
    }

    private static String words(ShiftState.OnSteps on, boolean steps, boolean judged) {
        String stays = "stays at " + Head.told(on.at().standpoint());
        String newSteps = steps ? ", its steps are others" : "";
        return stays + newSteps + (judged ? ", evidence counts anew: gates, comparison or filters are others" : "");
    }

    /** As if it had got there now: nobody has seen anything of it while it was gone. */
    private static ShiftState.OnSteps asOfNow(Move move, ShiftState.OnSteps on) {
        At at = on.at().withSince(move.now());
        return switch (on) {
            case ShiftState.Running _, ShiftState.Holding _, ShiftState.Waiting _ -> new ShiftState.Running(at);
            case ShiftState.Paused(At _, Instant _, boolean failed) -> new ShiftState.Paused(at, move.now(), failed);
            case ShiftState.RolledBack(At _, Instant _, Instant retryAt) ->
                new ShiftState.RolledBack(
                        at,
                        move.now(),
                        retryAt == null
                                ? null
                                : move.now().plus(move.plan().onFail().cooldown()));
            case ShiftState.Done(At _, Instant since) -> new ShiftState.Done(at, since);
        };
    }

    private static ShiftState kept(Move move, ShiftState.OnSteps on, boolean steps, boolean judged) {
        At placed = steps ? on.at().withStep(stepOf(move.plan(), on.at().standpoint())) : on.at();
        At at = judged ? placed.withWindow(move.number(), move.now()) : placed;
        return switch (on) {
            case ShiftState.Running _, ShiftState.Holding _, ShiftState.Waiting _ -> new ShiftState.Running(at);
            case ShiftState.Paused(At _, Instant since, boolean failed) -> new ShiftState.Paused(at, since, failed);
            case ShiftState.RolledBack(At _, Instant since, Instant retryAt) ->
                new ShiftState.RolledBack(at.withStep(Math.max(0, at.step())), since, retryAt);
            case ShiftState.Done(At _, Instant since) ->
                move.plan().isLast(at.step()) || at.standpoint().stage() == Stage.COMPLETE
                        ? new ShiftState.Done(at, since)
                        : new ShiftState.Running(at);
        };
    }

    /** The last step that is not above where the route stands; -1 when all are. */
    private static int stepOf(Plan plan, Standpoint standpoint) {
        int found = -1;
        for (int i = 0; i < plan.steps().size(); i++) {
            if (rank(plan.standpointOf(i)) <= rank(standpoint)) {
                found = i;
            }
        }
        return found;
    }

    /** Orders standpoints by how many callers the candidate serves. */
    static int rank(Standpoint standpoint) {
        return switch (standpoint.stage()) {
            case OFF, RETIRED -> -1;
            case SHADOW -> 0;
            case LIVE -> standpoint.weight();
            case COMPLETE -> RANK_OF_COMPLETE;
        };
    }
}
