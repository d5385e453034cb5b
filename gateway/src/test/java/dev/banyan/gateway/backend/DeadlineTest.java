package dev.banyan.gateway.backend;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

@SuppressWarnings("FutureReturnValueIgnored") // an embedded channel reports to nobody
class DeadlineTest {

    private static final long SOON = TimeUnit.MILLISECONDS.toNanos(1);

    private final EmbeddedChannel channel = new EmbeddedChannel();
    private int passed;
    private final Deadline deadline = new Deadline(channel.eventLoop(), () -> passed++);

    @AfterEach
    void close() {
        channel.finishAndReleaseAll();
    }

    /** Returns whether a timer is set. */
    private boolean isTimed() {
        return channel.runScheduledPendingTasks() >= 0;
    }

    /** So long that it did not run meanwhile. */
    private void pauseAndLook() {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(300));
        channel.runScheduledPendingTasks();
    }

    @Test
    void aPauseInWhichNothingWasAwaitedDoesNotTakeTheSecondLookFromTheNext() {
        deadline.in(SOON);
        deadline.none();
        pauseAndLook();
        deadline.in(SOON);
        pauseAndLook();
        assertThat(passed).isZero();
        while (isTimed()) {
            LockSupport.parkNanos(SOON);
        }
        assertThat(passed).isEqualTo(1);
    }

    @Test
    void noTimerStaysBehindItsEnd() {
        deadline.in(TimeUnit.HOURS.toNanos(1));
        deadline.end();
        assertThat(isTimed()).isFalse();
    }
}
