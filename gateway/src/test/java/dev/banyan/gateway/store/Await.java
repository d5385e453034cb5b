package dev.banyan.gateway.store;

import java.time.Duration;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Assertions;

final class Await {

    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private Await() {}

    /** Returns when {@code condition} holds, or fails after two minutes. Asks for a fifth of the time at most, but every 50 ms. */
    static void until(String what, Callable<Boolean> condition) throws Exception {
        long asked = System.nanoTime();
        long end = asked + PATIENCE.toNanos();
        while (!condition.call()) {
            long now = System.nanoTime();
            if (now > end) {
                Assertions.fail("not within " + PATIENCE + ": " + what);
            }
            Thread.sleep(Math.clamp(4 * (now - asked) / 1_000_000, 5, 50));
            asked = System.nanoTime();
        }
    }
}
