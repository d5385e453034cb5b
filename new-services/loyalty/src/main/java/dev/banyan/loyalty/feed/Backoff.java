package dev.banyan.loyalty.feed;

/** How long to wait before the next attempt: doubles from {@link #FIRST_MILLIS} to {@link #MAX_MILLIS}. */
final class Backoff {

    private static final long FIRST_MILLIS = 100;
    private static final long MAX_MILLIS = 5_000;

    private long millis = FIRST_MILLIS;

    long millis() {
        return millis;
    }

    /** The wait that is due now; the one after it is longer. */
    long next() {
        var due = millis;
        millis = Math.min(MAX_MILLIS, millis * 2);
        return due;
    }

    void reset() {
        millis = FIRST_MILLIS;
    }
}
