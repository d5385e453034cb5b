package dev.banyan.bridge.cel;

import org.jspecify.annotations.Nullable;

/** What one evaluation may still look at. It is counted, not timed, so that a transaction that comes again has the same answer. */
final class Effort {

    /*
     * Steps of loops are counted by CEL. What one step costs is not: two lists may be compared in it, or a text searched in another. So each
     * value that is looked at counts, lists and texts by their length. CEL hands nothing to functions but their arguments, hence the thread's.
     */

    /** A second's worth, or less. */
    static final long MOST = 10_000_000;

    /** The same where it is about many things, for each of them. */
    static final long MOST_EACH = 1_000;

    private static final int CHARACTERS = 16;
    private static final ThreadLocal<@Nullable Effort> CURRENT = new ThreadLocal<>();

    private final long most;
    private long left;
    private Things.@Nullable Unread broken;

    private Effort(long most) {
        this.most = most;
        this.left = most;
    }

    /** From now on this thread evaluates another expression, about so many things. */
    static void begin(int things) {
        CURRENT.set(new Effort(Math.max(MOST, things * MOST_EACH)));
    }

    static void end() {
        CURRENT.remove();
    }

    /** Something could not be read: there is no answer, even if CEL takes that for one side of an {@code ||} and goes by the other. */
    static void broken(Things.Unread why) {
        var effort = CURRENT.get();
        if (effort != null && effort.broken == null) {
            effort.broken = why;
        }
    }

    /** Throws what could not be read since {@link #begin}, if anything. */
    static void throwBroken() {
        var effort = CURRENT.get();
        if (effort != null && effort.broken != null) {
            throw effort.broken.why();
        }
    }

    /** Counts {@code units}, each about a value that is looked at. */
    static void spend(long units) {
        var effort = CURRENT.get();
        if (effort == null) {
            return; // no evaluation: CEL looks at what an expression says
        }
        effort.left -= units;
        if (effort.left < 0) {
            effort.left = 0;
            throw new Spent(new Failure(
                    "more than " + effort.most + " values and characters to look at", "shorter lists and texts"));
        }
    }

    /** Counts that {@code text} is looked at. */
    static void spendOn(String text) {
        spend(text.length() / CHARACTERS);
    }
}
