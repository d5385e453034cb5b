package dev.banyan.rules.gate;

import dev.banyan.rules.Severity;

/**
 * What comparing pairs of replies found. A pair counts once, under the worst difference that was confirmed.
 *
 * @param compared pairs of which both replies were complete
 * @param notComparable further pairs, whose replies were not the same bytes, and of which nothing else can be said
 */
public record Mismatches(long compared, long breaking, long behavioural, long compatible, long notComparable) {

    public static final Mismatches NONE = new Mismatches(0, 0, 0, 0, 0);

    public Mismatches {
        if (breaking < 0 || behavioural < 0 || compatible < 0 || breaking + behavioural + compatible > compared) {
            throw new IllegalArgumentException("mismatches: " + breaking + " + " + behavioural + " + " + compatible
                    + " (expected: together at most " + compared + ")");
        }
        if (notComparable < 0) {
            throw new IllegalArgumentException("not comparable: " + notComparable + " (expected: 0 or more)");
        }
    }

    /** All pairs could be compared. */
    public Mismatches(long compared, long breaking, long behavioural, long compatible) {
        this(compared, breaking, behavioural, compatible, 0);
    }

    Mismatches plus(Mismatches other) {
        return new Mismatches(
                compared + other.compared,
                breaking + other.breaking,
                behavioural + other.behavioural,
                compatible + other.compatible,
                notComparable + other.notComparable);
    }

    /** What came after {@code earlier}. Counters are not read in one moment, so a pair may be missing whose mismatch is there. */
    Mismatches minus(Mismatches earlier) {
        long worst = breaking - earlier.breaking;
        long middle = behavioural - earlier.behavioural;
        long least = compatible - earlier.compatible;
        return new Mismatches(
                Math.max(worst + middle + least, compared - earlier.compared),
                worst,
                middle,
                least,
                notComparable - earlier.notComparable);
    }

    /** The share of compared pairs that differ by {@code severity} or worse. */
    Share share(Severity severity) {
        return new Share(count(severity), compared);
    }

    /** The share it would be of all pairs if each that could not be compared did differ. */
    Share atWorst(Severity severity) {
        return new Share(count(severity) + notComparable, compared + notComparable);
    }

    private long count(Severity severity) {
        return switch (severity) {
            case BREAKING -> breaking;
            case BEHAVIOURAL -> breaking + behavioural;
            case COMPATIBLE -> breaking + behavioural + compatible;
        };
    }
}
