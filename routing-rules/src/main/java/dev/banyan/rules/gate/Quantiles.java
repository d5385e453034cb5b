package dev.banyan.rules.gate;

import dev.banyan.rules.gate.Latencies.Buckets;

/** Evidence about a quantile of reply times: of one side against a time, or of the candidate against the baseline. */
final class Quantiles {

    /*
     * A reply is no slower than the p-quantile with probability p, so how many are is a count of trials with a known share: that
     * turns questions about quantiles into questions about shares, which hold at any time (Howard and Ramdas, "Sequential
     * estimation of quantiles with applications to A/B testing and best-arm identification", Bernoulli 2022).
     *
     * Against "the candidate's quantile is at least r times the baseline's": if the baseline's is x, at least p of its replies are
     * no slower than x, and at most p of the candidate's are faster than r x. Both together are an e-value for each x, and the
     * least over all x is one for the whole claim. Where within a bucket x lies is not known, so each count is taken at the end of
     * the bucket that speaks against us. That keeps the bound valid and costs a hundredth of the ratio.
     */
    private Quantiles() {}

    /** The log evidence against the candidate's {@code p}-quantile being {@code ratio} times the baseline's or more. */
    static double againstAtLeast(Buckets candidate, Buckets baseline, double p, double ratio) {
        double least = pair(baseline, 0, candidate, 0, p);
        for (int i = 0; i < baseline.size() && least > 0; i++) {
            long faster = candidate.surelyBelow(ratio * baseline.low()[i]);
            least = Math.min(least, pair(baseline, baseline.upTo()[i], candidate, faster, p));
        }
        return Math.max(0, least);
    }

    private static double pair(Buckets baseline, long notSlower, Buckets candidate, long faster, double p) {
        return TwoSides.together(
                new Share(faster, candidate.total()).againstAtMost(p),
                new Share(notSlower, baseline.total()).againstAtLeast(p));
    }

    /** The log evidence against the candidate's {@code p}-quantile being {@code ratio} times the baseline's or less. */
    static double againstAtMost(Buckets candidate, Buckets baseline, double p, double ratio) {
        double least = slowerPair(baseline, baseline.total(), candidate, candidate.total(), p);
        for (int i = baseline.size() - 1; i >= 0 && least > 0; i--) {
            long notSlower = candidate.perhapsAtMost(ratio * baseline.high()[i]);
            least = Math.min(least, slowerPair(baseline, baseline.before(i), candidate, notSlower, p));
        }
        return Math.max(0, least);
    }

    private static double slowerPair(Buckets baseline, long faster, Buckets candidate, long notSlower, double p) {
        return TwoSides.together(
                new Share(notSlower, candidate.total()).againstAtLeast(p),
                new Share(faster, baseline.total()).againstAtMost(p));
    }

    /** The log evidence against the {@code p}-quantile being {@code micros} or more. */
    static double againstAtLeast(Buckets side, double p, long micros) {
        return new Share(side.surelyBelow((double) micros), side.total()).againstAtMost(p);
    }

    /** The log evidence against the {@code p}-quantile being {@code micros} or less. */
    static double againstAtMost(Buckets side, double p, long micros) {
        return new Share(side.perhapsAtMost((double) micros), side.total()).againstAtLeast(p);
    }
}
