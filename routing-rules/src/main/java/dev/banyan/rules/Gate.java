package dev.banyan.rules;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What must hold before a route goes on to its next step. Shares are in basis points. */
public sealed interface Gate {

    /**
     * The share of compared pairs whose replies differ, by {@code severity} or worse.
     *
     * @param max the share that must not be reached
     */
    record MismatchRate(Severity severity, int max) implements Gate {}

    /**
     * The share of the candidate's replies that are errors: failures to answer, and statuses from 500 on.
     *
     * @param maxIncrease how much more than the baseline of the same route at the same time; null when only {@code max} counts
     * @param max the share that must not be reached, whatever the baseline does; null when only the increase counts
     */
    record ErrorRate(
            @Nullable Integer maxIncrease, @Nullable Integer max) implements Gate {
        public ErrorRate {
            requireOne(maxIncrease, max);
        }
    }

    /**
     * The time until the head of a reply, that so many of all replies do not exceed.
     *
     * @param percentile 50, 95 or 99
     * @param maxRatio how much slower than the baseline of the same route at the same time; null when only {@code max} counts
     * @param max the time that must not be exceeded; null when only the ratio counts
     */
    record Latency(
            int percentile,
            @Nullable Double maxRatio,
            @Nullable Duration max) implements Gate {
        public Latency {
            requireOne(maxRatio, max);
        }
    }

    private static void requireOne(@Nullable Object relative, @Nullable Object absolute) {
        if (relative == null && absolute == null) {
            throw new IllegalArgumentException("gate: no limit (expected: one against the baseline, max, or both)");
        }
    }
}
