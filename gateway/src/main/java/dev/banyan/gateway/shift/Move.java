package dev.banyan.gateway.shift;

import dev.banyan.rules.Stage;
import dev.banyan.rules.Standpoint;
import dev.banyan.rules.gate.Judgement;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A route about to move.
 *
 * @param frozen whether it may not go up
 */
record Move(Head head, Plan plan, boolean frozen, Instant now) {

    static final String BY_GATES = "gates";
    static final String BY_FILE = "file";

    Result to(ShiftState state, String event, String words, @Nullable Judgement judgement) {
        return to(state, event, words, judgement, BY_GATES, "");
    }

    Result to(ShiftState state, String event, String words, @Nullable Judgement judgement, String by, String reason) {
        return new Result.Moves(entry(after(state, head.frozen()), event, words, judgement, by, reason));
    }

    Entry entry(Head after, String event, String words, @Nullable Judgement judgement, String by, String reason) {
        return new Entry(after, now, event, head.state().word(), words, judgement, by, reason);
    }

    /**
     * The head after this move, by the file as it is now: an edit that moved nothing left the keys of an older one. A roll-back that
     * goes on keeps them, since it holds for that file, too.
     */
    Head after(ShiftState state, boolean frozenThen) {
        boolean goesOn = state instanceof ShiftState.Capped && state.equals(head.state());
        return new Head(
                head.route(), head.generation(), number(), goesOn ? head.keys() : plan.keys(), state, frozenThen);
    }

    /** The number of the entry this move makes. */
    long number() {
        return head.number() + 1;
    }

    /** At another step, with evidence beginning now. */
    At at(int step, Standpoint standpoint, At from) {
        Standpoint before = from.standpoint();
        boolean split = before.stage() == Stage.LIVE
                && before.weight() > 0
                && before.weight() < dev.banyan.rules.Route.EVERYONE;
        Long splitWindow = split ? Long.valueOf(from.window()) : from.splitWindow();
        return new At(step, standpoint, now, number(), now, splitWindow, from.retries());
    }

    /** The state one step on. */
    ShiftState up(At from) {
        if (plan.isLast(from.step())) {
            return new ShiftState.Done(from, now);
        }
        int step = from.step() + 1;
        At next = at(step, plan.standpointOf(step), from);
        return next.standpoint().stage() == Stage.COMPLETE
                ? new ShiftState.Done(next, now)
                : new ShiftState.Running(next);
    }

    String upTold(At from) {
        String here = Head.told(from.standpoint());
        return plan.isLast(from.step())
                ? here + " is done"
                : here + " -> " + Head.told(plan.standpointOf(from.step() + 1));
    }
}
