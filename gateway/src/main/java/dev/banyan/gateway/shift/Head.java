package dev.banyan.gateway.shift;

import dev.banyan.rules.Stage;
import dev.banyan.rules.Standpoint;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The newest state of a route: what the last entry of its journal left.
 *
 * @param generation rises when the route becomes another one
 * @param number of the last entry, from 1 in each generation
 * @param keys of the file as it was then
 * @param frozen whether nothing may go up
 */
public record Head(String route, long generation, long number, PlanKeys keys, ShiftState state, boolean frozen) {

    /** Where the route stands by this and its file as it is now; without a head, {@link #unknown}. */
    Standpoint standpoint(Plan plan) {
        if (plan.drive() == Plan.Drive.STOPPED) {
            return plan.file();
        }
        boolean isCapped =
                plan.drive() == Plan.Drive.HAND && isCappedFor(plan.keys().whole());
        if (isCapped && Lowering.of(Command.Kind.ROLLBACK, plan.file().stage()) == Lowering.LOWERS) {
            return Standpoint.BASELINE;
        }
        if (!keys.identity().equals(plan.keys().identity())) {
            return unknown(plan);
        }
        return switch (state) {
            case ShiftState.OnSteps on ->
                plan.drive() == Plan.Drive.STEPS ? on.at().standpoint() : plan.file();
            case ShiftState.Stopped _, ShiftState.ByHand _, ShiftState.Capped _ -> unknown(plan);
        };
    }

    /** Generation and number, for people. */
    String place() {
        return generation + "." + number;
    }

    /** Whether the store does not have this any more: what it says now, if anything, is older, or another entry of the same number. */
    boolean isLostIn(@Nullable Head now) {
        if (now == null || now.generation != generation) {
            return now == null || now.generation < generation;
        }
        return now.number < number || (now.number == number && !equals(now));
    }

    /** What has to be asked for when {@code now} is in force instead, so that nobody moves who was safe by this. */
    List<Command.Kind> saferThan(@Nullable Head now, Plan plan) {
        Standpoint stands = now == null ? unknown(plan) : now.standpoint(plan);
        var kinds = new ArrayList<Command.Kind>();
        if (Edits.rank(standpoint(plan)) < Edits.rank(stands)) { // to a lower step no command leads
            kinds.add(Command.Kind.ROLLBACK);
        } else if (state instanceof ShiftState.Paused && (now == null || !(now.state instanceof ShiftState.Paused))) {
            kinds.add(Command.Kind.PAUSE);
        }
        if (frozen && (now == null || !now.frozen)) {
            kinds.add(Command.Kind.FREEZE);
        }
        return kinds;
    }

    /** Whether a roll-back keeps a file with this key down: the one that it was journalled under, or the one where it was asked. */
    boolean isCappedFor(String whole) {
        return state instanceof ShiftState.Capped(Instant _, String asked)
                && (whole.equals(keys.whole()) || whole.equals(asked));
    }

    /** Where a route stands of which nothing was journalled yet: where its file says, or at the baseline. */
    static Standpoint unknown(Plan plan) {
        return plan.drive() == Plan.Drive.STEPS ? Standpoint.BASELINE : plan.file();
    }

    /** A standpoint for people. */
    static String told(Standpoint standpoint) {
        return standpoint.stage() == Stage.LIVE
                ? "live " + standpoint.weight() / 100 + (standpoint.weight() % 100 == 0 ? "" : fraction(standpoint))
                        + "%"
                : standpoint.stage().name().toLowerCase(java.util.Locale.ROOT);
    }

    private static String fraction(Standpoint standpoint) {
        int hundredths = standpoint.weight() % 100;
        return "." + (hundredths < 10 ? "0" : "") + (hundredths % 10 == 0 ? hundredths / 10 : hundredths);
    }
}
