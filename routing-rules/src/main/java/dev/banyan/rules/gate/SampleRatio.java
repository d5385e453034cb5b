package dev.banyan.rules.gate;

import java.util.Optional;

/** Whether the observed split is the one that was asked for. When it is not, no comparison of the sides can be believed. */
final class SampleRatio {

    /*
     * As for shares: the evidence against the split holds at any time (Lindon and Malek, "Anytime-valid inference for multinomial
     * count data", NeurIPS 2022). What is counted are requests, and one caller makes many, so a split may differ from its weight
     * by more than chance of single requests allows. Only what is surely beyond TOLERANCE times more or less is called broken:
     * a cache in front that keeps one side's replies, a lost cookie, a proxy that strips the key.
     */
    private static final double LOG_THRESHOLD = Math.log(10_000);

    /** How many times more or less than its weight a side may get. */
    static final double TOLERANCE = 2;

    private SampleRatio() {}

    /** What is wrong with the split, in words; empty when nothing surely is. */
    static Optional<String> problem(Evidence evidence, Window window) {
        if (!window.isSplit()) {
            return Optional.empty();
        }
        long candidate = evidence.candidate().requests();
        long all = candidate + evidence.baseline().requests();
        double weight = window.weight() / 10_000.0;
        // The rarer side tells of too many for the candidate: twice of 99 % is no share. Of too few the candidate
        // tells: callers
        // without a key stay on the baseline up to the end, and a few of them are many times one per cent.
        var share = new Share(candidate, all);
        boolean tooMany = weight <= 0.5
                ? share.againstAtMost(weight * TOLERANCE) >= LOG_THRESHOLD
                : new Share(all - candidate, all).againstAtLeast((1 - weight) / TOLERANCE) >= LOG_THRESHOLD;
        if (!tooMany && share.againstAtLeast(weight / TOLERANCE) < LOG_THRESHOLD) {
            return Optional.empty();
        }
        return Optional.of("the candidate gets " + Words.percent((double) candidate / all) + " of "
                + Words.count(all) + " requests where " + Words.percent(weight)
                + " were asked for: something keeps callers from their side (a cache, a stripped header or cookie;"
                + " many without a key, or assigned)");
    }
}
