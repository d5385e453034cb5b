package dev.banyan.rules.gate;

/**
 * What was seen of a route within one window: since a step was reached, or what is judged was changed. A side that serves
 * nobody in this window is known by mirrored calls.
 */
public record Evidence(SideCounts baseline, SideCounts candidate, Mismatches mismatches) {

    public static final Evidence NONE = new Evidence(SideCounts.NONE, SideCounts.NONE, Mismatches.NONE);

    /** Both together: what several gateways saw in one window. */
    public Evidence plus(Evidence other) {
        return new Evidence(
                baseline.plus(other.baseline), candidate.plus(other.candidate), mismatches.plus(other.mismatches));
    }

    /** What came after {@code earlier}, which this one contains. */
    public Evidence minus(Evidence earlier) {
        return new Evidence(
                baseline.minus(earlier.baseline),
                candidate.minus(earlier.candidate),
                mismatches.minus(earlier.mismatches));
    }

    /** The same candidate beside another baseline. */
    public Evidence withBaseline(SideCounts other) {
        return new Evidence(other, candidate, mismatches);
    }
}
