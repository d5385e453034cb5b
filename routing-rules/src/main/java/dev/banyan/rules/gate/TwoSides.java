package dev.banyan.rules.gate;

import java.util.function.DoubleUnaryOperator;

/** Evidence about the candidate and the baseline together, of which neither's true value is known. */
final class TwoSides {

    /*
     * Under the true pair of values, the evidence of each side and their product are martingales, hence so is the mean of the
     * three (Vovk and Wang, "E-values: calibration, combination and applications", 2021). The product is strong when both sides
     * have seen about as much, a single one when the other has seen far more; the mean costs ln 3 against the better. What a
     * set of pairs has against it is the least over the set.
     */
    private static final double LOG_3 = Math.log(3);

    private static final double STEP = 2.0 / 3;
    private static final int STEPS = 70;

    private TwoSides() {}

    /** The log of the mean of two e-values and their product, all given as logs. */
    static double together(double one, double other) {
        double both = one + other;
        double most = Math.max(both, Math.max(one, other));
        if (Double.isInfinite(most)) {
            return most;
        }
        return most + Math.log(Math.exp(one - most) + Math.exp(other - most) + Math.exp(both - most)) - LOG_3;
    }

    /** The log evidence against the candidate's share being {@code increase} or more above the baseline's. */
    static double againstIncreaseAtLeast(Share candidate, Share baseline, double increase) {
        return candidate.value() - baseline.value() >= increase ? 0 : onTheEdge(candidate, baseline, increase);
    }

    /** The log evidence against the candidate's share being {@code increase} or less above the baseline's. */
    static double againstIncreaseAtMost(Share candidate, Share baseline, double increase) {
        return candidate.value() - baseline.value() <= increase ? 0 : onTheEdge(candidate, baseline, increase);
    }

    /** The least evidence where the difference is exactly {@code increase}: it is convex along that line. */
    private static double onTheEdge(Share candidate, Share baseline, double increase) {
        double ours = candidate.logMixture();
        double theirs = baseline.logMixture();
        DoubleUnaryOperator evidence =
                p -> together(ours - candidate.logLikelihood(p + increase), theirs - baseline.logLikelihood(p));
        double low = Math.max(0, -increase);
        double high = Math.min(1, 1 - increase);
        for (int i = 0; i < STEPS; i++) {
            double width = (high - low) * STEP;
            double left = high - width;
            double right = low + width;
            if (evidence.applyAsDouble(left) <= evidence.applyAsDouble(right)) {
                high = right;
            } else {
                low = left;
            }
        }
        return evidence.applyAsDouble((low + high) / 2);
    }
}
