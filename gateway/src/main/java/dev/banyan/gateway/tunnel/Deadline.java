package dev.banyan.gateway.tunnel;

import dev.banyan.gateway.edge.Late;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Until when somebody waits, on one event loop. What was not read because this process did not run counts as in time. */
final class Deadline {

    private final EventExecutor loop;
    private final Runnable passed;
    private final Late late = new Late();
    private @Nullable Future<?> timer;

    /** There is none, to begin with; {@code passed} runs when one has passed. */
    Deadline(EventExecutor loop, Runnable passed) {
        this.loop = loop;
        this.passed = passed;
    }

    /** In place of the one there was. */
    void in(long nanos) {
        none();
        long due = System.nanoTime() + nanos;
        timer = loop.schedule(() -> look(due), nanos, TimeUnit.NANOSECONDS);
    }

    void none() {
        if (timer != null) {
            timer.cancel(false);
            timer = null;
        }
    }

    private void look(long due) {
        if (late.looksAgain(due, System.nanoTime())) {
            in(Late.AGAIN_NANOS);
        } else {
            passed.run();
        }
    }
}
