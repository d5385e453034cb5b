package dev.banyan.gateway.backend;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Keeps what is asked beside callers' requests at a share of those: retries, which without a bound are the second outage, and
 * what only comparing asks. A quiet time saves some up.
 */
public final class Budget {

    /** What one costs; a share in basis points is what one request brings in. */
    private static final long ONE = 10_000;

    private final long savedMax;
    private final AtomicLong saved;

    /** Begins with {@code savedMax}, which is also the most that is ever saved up. */
    public Budget(int savedMax) {
        this.savedMax = savedMax * ONE;
        this.saved = new AtomicLong(this.savedMax);
    }

    /** Tells of a caller's request, which brings in {@code share} basis points of one: 2000 lets one in five be asked beside. */
    public void request(int share) {
        if (saved.get() < savedMax) {
            saved.addAndGet(share); // a little over the limit does no harm
        }
    }

    /** Takes one, or says that there is none left. */
    public boolean take() {
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
