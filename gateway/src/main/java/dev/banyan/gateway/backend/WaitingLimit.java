package dev.banyan.gateway.backend;

import com.netflix.concurrency.limits.limit.AIMDLimit;
import dev.banyan.rules.Backend;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * How many calls may wait for the head of their reply from a backend, by how soon heads come: one more for each in time, a third less for
 * late ones. What streams after its head takes no place, since it would keep it although it says nothing of how busy the backend is.
 */
public final class WaitingLimit {

    private static final double KEPT_WHEN_LATE = 0.7;
    private static final int INITIAL = 100;

    private final AIMDLimit limit;
    private final long targetNanos;
    private final AtomicInteger waiting = new AtomicInteger();
    /** When the limit was last lowered: calls that began before say nothing about what it is now. */
    private final AtomicLong loweredAt;

    WaitingLimit(Backend.AdaptiveLimit adaptive, int most, long nowNanos) {
        this.targetNanos = adaptive.target().toNanos();
        this.loweredAt = new AtomicLong(nowNanos);
        this.limit = AIMDLimit.newBuilder()
                .initialLimit(Math.max(adaptive.min(), Math.min(most, INITIAL)))
                .minLimit(adaptive.min())
                .maxLimit(most)
                .backoffRatio(KEPT_WHEN_LATE)
                .timeout(targetNanos, TimeUnit.NANOSECONDS)
                .build();
    }

    /** How many it is at the moment. */
    public int calls() {
        return limit.getLimit();
    }

    /** How many calls wait. */
    public int waiting() {
        return waiting.get();
    }

    /** Lets one more call wait; {@link #ended} or {@link #leave} must follow once. False when there are too many. */
    boolean enter() {
        if (waiting.incrementAndGet() <= calls()) {
            return true;
        }
        leave();
        return false;
    }

    /** Ends a call's wait without saying anything of it. */
    void leave() {
        waiting.decrementAndGet();
    }

    /**
     * Ends the wait of a call whose caller left. That says nothing of the backend, but being late does: a backend whose callers all
     * give up before it replies would never be heard of else.
     */
    void left(long startNanos, long nanos) {
        if (nanos > targetNanos) {
            ended(null, startNanos, nanos);
        } else {
            leave();
        }
    }

    /**
     * Ends a call's wait and tells how it came out; null is a reply. Of failures only those say something that overload brings.
     *
     * @param startNanos when it began
     * @param nanos how long it took until its reply's head, or until it failed
     */
    void ended(@Nullable Failure failure, long startNanos, long nanos) {
        int meanwhile = waiting.getAndDecrement();
        boolean failed = failure == Failure.TIMEOUT || failure == Failure.STATUS_503;
        if (failure != null && !failed) {
            return;
        }
        boolean late = failed || nanos > targetNanos;
        long before = loweredAt.get();
        if (late && (startNanos - before < 0 || !loweredAt.compareAndSet(before, startNanos + nanos))) {
            return;
        }
        limit.onSample(startNanos, nanos, meanwhile, failed);
    }
}
