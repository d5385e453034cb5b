package dev.banyan.gateway.backend;

import java.util.concurrent.atomic.AtomicLong;

/** Keeps retries at a share of requests: in an outage, retries without a bound are the second outage. */
final class RetryBudget {

    /** What one retry costs; a share in basis points is what one request brings in. */
    private static final long RETRY = 10_000;

    /** As many retries as a quiet time may save up. */
    private static final long SAVED_MAX = 10 * RETRY;

    private final int share;
    private final AtomicLong saved = new AtomicLong(SAVED_MAX);

    /** {@code share} in basis points: 2000 lets one request in five be tried again. */
    RetryBudget(int share) {
        this.share = share;
    }

    /** Tells of a request that is not itself a retry. */
    void request() {
        saved.updateAndGet(before -> Math.min(SAVED_MAX, before + share));
    }

    /** Takes one retry out of what was saved, or says that there is none. */
    boolean take() {
        while (true) {
            long before = saved.get();
            if (before < RETRY) {
                return false;
            }
            if (saved.compareAndSet(before, before - RETRY)) {
                return true;
            }
        }
    }
}
