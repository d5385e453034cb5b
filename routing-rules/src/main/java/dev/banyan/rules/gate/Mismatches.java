package dev.banyan.rules.gate;

import dev.banyan.rules.Severity;

/**
 * What comparing pairs of replies found. A pair counts once, under the worst difference that was confirmed.
 *
 * @param compared pairs of which both replies were complete
 */
public record Mismatches(long compared, long breaking, long behavioural, long compatible) {

    public static final Mismatches NONE = new Mismatches(0, 0, 0, 0);

    public Mismatches {
        if (breaking < 0 || behavioural < 0 || compatible < 0 || breaking + behavioural + compatible > compared) {
            throw new IllegalArgumentException("mismatches: " + breaking + " + " + behavioural + " + " + compatible
                    + " (expected: together at most " + compared + ")");
        }
    }

    Mismatches plus(Mismatches other) {
        return new Mismatches(
                compared + other.compared,
                breaking + other.breaking,
                behavioural + other.behavioural,
                compatible + other.compatible);
    }

    /** What came after {@code earlier}. Counters are not read in one moment, so a pair may be missing whose mismatch is there. */
    Mismatches minus(Mismatches earlier) {
        long worst = breaking - earlier.breaking;
        long middle = behavioural - earlier.behavioural;
        long least = compatible - earlier.compatible;
        return new Mismatches(Math.max(worst + middle + least, compared - earlier.compared), worst, middle, least);
    }

    /** The share of pairs that differ by {@code severity} or worse. */
    Share share(Severity severity) {
        long count =
                switch (severity) {
                    case BREAKING -> breaking;
                    case BEHAVIOURAL -> breaking + behavioural;
                    case COMPATIBLE -> breaking + behavioural + compatible;
                };
        return new Share(count, compared);
    }
}
