package dev.banyan.bridge;

import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;

/** Holds events back to a rate, and tells how many have gone. */
final class ReplayPace {

    private static final long BURST_NANOS = 1_000_000_000L;
    private static final long TOLD_EVERY_NANOS = 2_000_000_000L;

    private final int rate;
    private final LongSupplier nanos;
    private final LongConsumer park;
    private final Consumer<String> told;
    private long startedAt;
    private long toldAt;

    /** A pace of {@code rate} events a second by the clock {@code nanos}; {@code park} waits about so many of them. */
    ReplayPace(int rate, LongSupplier nanos, LongConsumer park, Consumer<String> told) {
        this.rate = rate;
        this.nanos = nanos;
        this.park = park;
        this.told = told;
        startedAt = nanos.getAsLong();
        toldAt = startedAt;
    }

    /** The same by the clock of this process, told on standard error. */
    ReplayPace(int rate) {
        this(rate, System::nanoTime, LockSupport::parkNanos, System.err::println);
    }

    /** Returns when {@code sent} events may have gone. */
    void await(long sent) {
        var due = startedAt + (long) (sent * 1e9 / rate);
        var late = nanos.getAsLong() - due;
        if (late > BURST_NANOS) {
            startedAt += late - BURST_NANOS; // what a stall has missed does not come at once
            due += late - BURST_NANOS;
        }
        for (var left = due - nanos.getAsLong(); left > 0; left = due - nanos.getAsLong()) {
            park.accept(left);
        }
        if (nanos.getAsLong() - toldAt > TOLD_EVERY_NANOS) {
            toldAt = nanos.getAsLong();
            told.accept(sent + " events sent");
        }
    }
}
