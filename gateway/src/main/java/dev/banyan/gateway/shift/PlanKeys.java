package dev.banyan.gateway.shift;

/**
 * Hashes of what a route's file says, by what a change of it means.
 *
 * @param identity matches, candidate, cohort with its salt: another one is another route, and begins anew
 * @param judged gates, comparison, and what the candidate gets to see: another one begins the evidence anew
 * @param steps another one keeps the weight
 * @param whole everything; another one lifts a roll-back by command from a route that is driven by hand
 */
public record PlanKeys(String identity, String judged, String steps, String whole) {

    /** No hash: whatever the file says when the route comes back, its evidence begins anew. */
    private static final String GONE = "-";

    /** The keys of a route that is no longer in the rules. */
    PlanKeys gone() {
        return new PlanKeys(identity, GONE, steps, whole);
    }

    /** Whether what is seen by this file counts as what is seen by the other. */
    boolean countsAs(PlanKeys other) {
        return identity.equals(other.identity) && judged.equals(other.judged);
    }

    boolean isGone() {
        return judged.equals(GONE);
    }
}
