package dev.banyan.cli.load;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLongArray;

/** Durations in buckets of 3 % width, so that percentiles of millions of them need 10 kB. Safe for many threads. */
public final class Latencies {

    private static final double WIDTH = Math.log(1.03);
    private static final int BUCKETS = 900; // up to 1.03^900 microseconds: longer than anybody waits

    private final AtomicLongArray counts = new AtomicLongArray(BUCKETS);

    /** Adds one duration. */
    public void add(Duration duration) {
        var micros = Math.max(1, duration.toNanos() / 1000);
        counts.incrementAndGet(Math.min(BUCKETS - 1, (int) (Math.log((double) micros) / WIDTH)));
    }

    /** Returns how many were added. */
    public long count() {
        var count = 0L;
        for (var bucket = 0; bucket < BUCKETS; bucket++) {
            count += counts.get(bucket);
        }
        return count;
    }

    /** Returns the duration that {@code percent} of all do not exceed, in milliseconds; 0 when there is none. */
    public double percentileMillis(double percent) {
        var rank = (long) Math.ceil(count() * percent / 100);
        var seen = 0L;
        for (var bucket = 0; bucket < BUCKETS; bucket++) {
            seen += counts.get(bucket);
            if (seen >= rank && seen > 0) {
                return Math.round(Math.exp((bucket + 1) * WIDTH) / 10) / 100.0;
            }
        }
        return 0;
    }
}
