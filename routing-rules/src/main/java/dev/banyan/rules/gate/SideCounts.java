package dev.banyan.rules.gate;

/**
 * What the callers of one side got.
 *
 * @param requests those whose clients stayed to the end
 * @param errors failures to answer, and statuses from 500 on
 * @param latencies times to a reply's head, of those that had one
 */
public record SideCounts(long requests, long errors, Latencies latencies) {

    public static final SideCounts NONE = new SideCounts(0, 0, Latencies.NONE);

    public SideCounts {
        if (errors < 0 || errors > requests) {
            throw new IllegalArgumentException("errors: " + errors + " (expected: 0.." + requests + ")");
        }
    }

    /** Both together. */
    public SideCounts plus(SideCounts other) {
        return new SideCounts(requests + other.requests, errors + other.errors, latencies.plus(other.latencies));
    }

    /** What came after {@code earlier}. Counters are not read in one moment, so a request may be missing whose error is there. */
    SideCounts minus(SideCounts earlier) {
        long failed = errors - earlier.errors;
        return new SideCounts(
                Math.max(failed, requests - earlier.requests), failed, latencies.minus(earlier.latencies));
    }

    Share errorShare() {
        return new Share(errors, requests);
    }
}
