package dev.banyan.gateway.backend;

import java.util.concurrent.atomic.AtomicLong;

/** So much of something at once, and no more. */
public final class Limit {

    private final long max;
    private final AtomicLong taken = new AtomicLong();

    public Limit(long max) {
        this.max = max;
    }

    /** Takes one; {@link #giveBack()} must follow. False when there is none. */
    public boolean take() {
        return take(1);
    }

    /** Takes {@code amount} or nothing; giving it back must follow. False when there is not so much. */
    public boolean take(long amount) {
        if (taken.addAndGet(amount) <= max) {
            return true;
        }
        taken.addAndGet(-amount);
        return false;
    }

    public void giveBack() {
        giveBack(1);
    }

    public void giveBack(long amount) {
        taken.addAndGet(-amount);
    }

    /** How much is taken now; for a moment it may be more than there is, while somebody is turned away. */
    public long taken() {
        return taken.get();
    }
}
