package dev.banyan.bridge.run;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

/** Waits for something to become true, with a deadline. */
public final class Await {

    /** Enough for a machine that is many times busier than it should be: only a test that fails waits so long. */
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    private static final long PAUSE_MIN_NANOS = 20_000_000;

    /** Of a condition that costs nothing. */
    private static final long PAUSE_LATE_NANOS = 100_000_000;

    private static final long PAUSE_MAX_NANOS = 1_000_000_000;

    private Await() {}

    public static void until(String what, Callable<Boolean> condition) throws Exception {
        until(what, PATIENCE, condition);
    }

    public static void until(String what, Duration within, Callable<Boolean> condition) throws Exception {
        var since = System.nanoTime();
        var asked = since;
        while (!condition.call()) {
            var now = System.nanoTime();
            if (now - since > within.toNanos()) {
                throw new AssertionError("not within " + within.toSeconds() + " s: " + what);
            }
            // A fifth of a processor at most goes into asking, the rest is for what is awaited; what takes long is
            // asked for less often.
            var pause = Math.clamp((now - since) / 16, PAUSE_MIN_NANOS, PAUSE_LATE_NANOS);
            TimeUnit.NANOSECONDS.sleep(Math.clamp(4 * (now - asked), pause, PAUSE_MAX_NANOS));
            asked = System.nanoTime();
        }
    }
}
