package dev.banyan.gateway.store;

import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The time of the control store, so that gateways whose clocks differ begin a schedule together. This machine's own time until the
 * store has been asked once; while the store is down, its time goes on from the last answer.
 */
public final class StoreClock implements InstantSource {

    /*
     * The store's time is kept against the nanosecond clock, which no administrator and no NTP step moves. An answer is taken
     * as of the middle of the question, so it is wrong by half the time the question took, at most.
     */
    private record Measure(Instant storeTime, long nanos) {}

    private volatile @Nullable Measure first;
    private volatile @Nullable Measure last;

    StoreClock() {}

    /** Takes in what the store said, asked at {@code asked} and heard at {@code heard} ({@link System#nanoTime}). */
    void measured(Instant storeTime, long asked, long heard) {
        last = new Measure(storeTime, asked + (heard - asked) / 2);
        if (first == null) {
            first = last;
        }
    }

    /** Goes on from the store's first answer without looking again, so that durations stay right when its clock is set. */
    public InstantSource steady() {
        return () -> Instant.ofEpochMilli(millis(first));
    }

    @Override
    public Instant instant() {
        return Instant.ofEpochMilli(millis());
    }

    @Override
    public long millis() {
        return millis(last);
    }

    private static long millis(@Nullable Measure known) {
        return known == null
                ? System.currentTimeMillis()
                : known.storeTime.toEpochMilli() + TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - known.nanos);
    }

    /** By how many milliseconds the store's time is ahead of this machine's. */
    public long aheadMillis() {
        return millis() - System.currentTimeMillis();
    }
}
