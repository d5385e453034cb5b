package dev.banyan.rules;

import java.time.Duration;
import java.util.List;

/**
 * On what evidence a route goes on, and what happens without it.
 *
 * @param minRequests of the candidate, or compared pairs at stage shadow: nothing passes on fewer; what is surely broken fails sooner
 * @param minDuration nothing goes on sooner than this after the step was reached
 * @param confidence that no gate is passed or failed by chance, in basis points, over all gates and however often one looks
 * @param gates all of them must pass
 * @param tripwires what rolls back at once, without statistics
 */
public record Analysis(
        int minRequests,
        Duration minDuration,
        int confidence,
        List<Gate> gates,
        Tripwires tripwires,
        OnFail onFail,
        OnInconclusive onInconclusive) {

    static final Duration MIN_DURATION_UNSET = Duration.ofMinutes(10);
    static final int CONFIDENCE_UNSET = 9_500;
    static final int CONFIDENCE_MIN = 8_000;
    static final int CONFIDENCE_MAX = 9_999;
    static final int MIN_REQUESTS_MAX = 10_000_000;
    static final int GATES_MAX = 16;

    public Analysis {
        gates = List.copyOf(gates);
        if (minRequests < 1 || minRequests > MIN_REQUESTS_MAX) {
            throw new IllegalArgumentException(
                    "minRequests: " + minRequests + " (expected: 1.." + MIN_REQUESTS_MAX + ")");
        }
        if (minDuration.isNegative()) {
            throw new IllegalArgumentException("minDuration: " + minDuration + " (expected: 0 or more)");
        }
        if (confidence < CONFIDENCE_MIN || confidence > CONFIDENCE_MAX) {
            throw new IllegalArgumentException(
                    "confidence: " + confidence + " (expected: " + CONFIDENCE_MIN + ".." + CONFIDENCE_MAX + ")");
        }
        if (gates.isEmpty() || gates.size() > GATES_MAX) {
            throw new IllegalArgumentException("gates: " + gates.size() + " (expected: 1.." + GATES_MAX + ")");
        }
    }

    /** Whether anything is judged by comparing replies, which needs a mirror. */
    public boolean compares() {
        return gates.stream().anyMatch(Gate.MismatchRate.class::isInstance);
    }

    /**
     * What rolls back at once.
     *
     * @param consecutiveErrors of the candidate in a row; 0 is never
     * @param burstRate the share of errors, in basis points, among at least {@code burstRequests} of {@code burstWithin}
     */
    public record Tripwires(int consecutiveErrors, int burstRate, int burstRequests, Duration burstWithin) {

        /** What a route gets that says nothing. */
        public static final Tripwires UNSET = new Tripwires(10, 5_000, 20, Duration.ofSeconds(10));
    }

    /** Where a route goes when a gate fails or a trip-wire goes off, and when it may try again. */
    public record OnFail(To to, Duration cooldown, int autoRetriesMax) {

        /** What a route gets that says nothing: back to the baseline, and a person decides when to go on. */
        public static final OnFail UNSET = new OnFail(To.BASELINE, Duration.ofHours(1), 0);

        /** Where to. A trip-wire always leads to the baseline. */
        public enum To {
            /** Everybody gets the baseline. */
            BASELINE,
            /** The step before. */
            PREVIOUS_STEP,
            /** Nobody moves, and a person decides. */
            HOLD
        }
    }

    /** What happens when the evidence is not enough to pass or fail for as long as {@code hold}. */
    public record OnInconclusive(Duration hold, Then then) {

        /** What a route gets that says nothing. */
        public static final OnInconclusive UNSET = new OnInconclusive(Duration.ofHours(24), Then.PAUSE);

        /** What then. */
        public enum Then {
            /** A person decides. */
            PAUSE,
            /** As when a gate fails. */
            FAIL
        }
    }
}
