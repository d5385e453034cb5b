package dev.banyan.bridge.run;

import java.time.Duration;

/**
 * How long nothing is tried after the engine has stopped: 1 s, and twice as long each time it stops again soon, but never more than 5 s, so that a
 * database that is back is read within 10 s.
 */
record RestartPause(Duration length) {

    /** Before the engine has stopped. */
    static final RestartPause NONE = new RestartPause(Duration.ZERO);

    private static final Duration FIRST = Duration.ofSeconds(1);
    private static final Duration MAX = Duration.ofSeconds(5);
    private static final Duration STEADY_AFTER = Duration.ofSeconds(30);

    /** The pause after this one, when the engine has stopped after it {@code ran} so long. */
    RestartPause next(Duration ran) {
        if (length.isZero() || ran.compareTo(STEADY_AFTER) > 0) {
            return new RestartPause(FIRST);
        }
        var twice = length.multipliedBy(2);
        return new RestartPause(twice.compareTo(MAX) > 0 ? MAX : twice);
    }
}
