package dev.banyan.bridge.cel;

/**
 * Thrown where an evaluation has looked at all that it may. No exception: CEL takes those for an answer of one side of an {@code &&}, goes on with
 * the next step of a loop, and writes each time what a function was given into a message, however long that is.
 */
final class Spent extends Error {

    private static final long serialVersionUID = 1L;

    private final Failure why;

    Spent(Failure why) {
        super(why.found(), null, false, false);
        this.why = why;
    }

    Failure why() {
        return why;
    }
}
