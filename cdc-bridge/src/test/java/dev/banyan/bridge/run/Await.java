package dev.banyan.bridge.run;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

/** Waits for something to become true, with a deadline. */
public final class Await {

    /** Enough for a machine that is many times busier than it should be: only a test that fails waits so long. */
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    private static final long PAUSE_MIN_NANOS = 20_000_000;
    private static final long PAUSE_MAX_NANOS = 1_000_000_000;

    private Await() {}

    public static void until(String what, Callable<Boolean> condition) throws Exception {
        until(what, PATIENCE, condition);
    }

    public static void until(String what, Duration within, Callable<Boolean> condition) throws Exception {
        var deadline = System.nanoTime() + within.toNanos();
        var asked = System.nanoTime();
        while (!condition.call()) {
            var now = System.nanoTime();
            if (now > deadline) {
                throw new AssertionError("not within " + within.toSeconds() + " s: " + what);
            }
            // A fifth of a processor at most goes into asking, the rest is for what is awaited.
            TimeUnit.NANOSECONDS.sleep(Math.clamp(4 * (now - asked), PAUSE_MIN_NANOS, PAUSE_MAX_NANOS));
            asked = System.nanoTime();
        }
    }
}
