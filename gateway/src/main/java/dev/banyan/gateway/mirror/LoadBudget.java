package dev.banyan.gateway.mirror;

import java.util.concurrent.atomic.AtomicLong;

/** Keeps what only comparing asks of the baseline at a share of what callers ask of this gateway. */
final class LoadBudget {

    private static final long ONE = 10_000;

    /** As many as a quiet time may save up. */
    private static final long SAVED_MAX = 20 * ONE;

    private final AtomicLong saved = new AtomicLong(SAVED_MAX);

    /** Tells of a caller's request; {@code share} is in basis points. */
    void request(int share) {
        long before = saved.get();
        if (before < SAVED_MAX) {
            saved.addAndGet(share); // a little over the limit does no harm
        }
    }

    /** Takes one request, or says that there is none left. */
    boolean take(int share) {
        if (share == 0) {
            return false;
        }
        while (true) {
            long before = saved.get();
            if (before < ONE) {
                return false;
            }
            if (saved.compareAndSet(before, before - ONE)) {
                return true;
            }
        }
    }
}
