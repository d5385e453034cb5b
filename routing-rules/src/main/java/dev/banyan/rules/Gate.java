package dev.banyan.rules;

import java.net.URI;
import java.time.Duration;
import java.util.List;
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

    /** What somebody else knows and answers over HTTP: read now and then, without statistics. */
    sealed interface Probed extends Gate {

        /** The word for it in rules. */
        String metric();

        /** Where it is asked for: http or https. */
        URI from();

        /** Whether a value beyond the limit fails the gate once it lasts; else the route is held while it is beyond. */
        boolean fails();

        /** The largest value that is kept, in the unit of what is read. */
        double limit();
    }

    /**
     * How far the data behind a route is behind its writer.
     *
     * @param entities whose lag counts, the longest; empty for that of all together
     * @param max the lag that must not be exceeded; what is read is in milliseconds
     */
    record CdcLag(URI from, List<String> entities, Duration max, boolean fails) implements Probed {
        public CdcLag {
            entities = List.copyOf(entities);
        }

        @Override
        public String metric() {
            return "cdcLag";
        }

        @Override
        public double limit() {
            return max.toMillis();
        }
    }

    /**
     * Whether both sides hold the same data.
     *
     * @param max the share of compared records that may differ, in basis points; what is read is a share of 1
     * @param maxAge of the comparison: what is older says nothing
     */
    record Parity(URI from, int max, Duration maxAge, boolean fails) implements Probed {
        static final Duration MAX_AGE_UNSET = Duration.ofHours(1);

        @Override
        public String metric() {
            return "parity";
        }

        @Override
        public double limit() {
            return max / 10_000.0;
        }
    }

    private static void requireOne(@Nullable Object relative, @Nullable Object absolute) {
        if (relative == null && absolute == null) {
            throw new IllegalArgumentException("gate: no limit (expected: one against the baseline, max, or both)");
        }
    }
}
