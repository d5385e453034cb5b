package dev.banyan.gateway.backend;

import java.util.concurrent.atomic.AtomicInteger;

/** So many of something at once, and no more. */
public final class Limit {

    private final int max;
    private final AtomicInteger taken = new AtomicInteger();

    Limit(int max) {
        this.max = max;
    }

    /** Takes one; {@link #giveBack} must follow. False when there is none. */
    public boolean take() {
        if (taken.incrementAndGet() <= max) {
            return true;
        }
        taken.decrementAndGet();
        return false;
    }

    public void giveBack() {
        taken.decrementAndGet();
    }
}
