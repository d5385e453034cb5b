package dev.banyan.gateway.backend;

import com.netflix.concurrency.limits.limit.AIMDLimit;
import dev.banyan.rules.Backend;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** How many calls a backend may have in flight, by how soon its replies begin: one more for each in time, a third less for late ones. */
final class InFlightLimit {

    private static final double KEPT_WHEN_LATE = 0.7;
    private static final int INITIAL = 100;

    private final AIMDLimit limit;
    private final long targetNanos;
    /** When the limit was last lowered: calls that began before say nothing about what it is now. */
    private final AtomicLong loweredAt;

    InFlightLimit(Backend.AdaptiveLimit adaptive, int most, long nowNanos) {
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

    int calls() {
        return limit.getLimit();
    }

    /**
     * Tells how a call came out.
     *
     * @param startNanos when it began
     * @param nanos how long it took until its reply's head, or until it failed
     * @param inFlight how many there were meanwhile
     * @param failed whether it failed in a way that overload does
     */
    void ended(long startNanos, long nanos, int inFlight, boolean failed) {
        boolean late = failed || nanos > targetNanos;
        long before = loweredAt.get();
        if (late && (startNanos - before < 0 || !loweredAt.compareAndSet(before, startNanos + nanos))) {
            return;
        }
        limit.onSample(startNanos, nanos, inFlight, failed);
    }
}
