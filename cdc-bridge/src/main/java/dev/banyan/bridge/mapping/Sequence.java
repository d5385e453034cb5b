package dev.banyan.bridge.mapping;

/** An event's place among all of its subject's: the commit's position in the log and the event's number in its transaction. */
public final class Sequence {

    static final int DIGITS_MIN = 6;

    private Sequence() {}

    /** {@code 000000000352c578-000001}; by hand, because a format string costs more than the rest of an event. */
    static String of(long commitLsn, int ordinal) {
        return of(commitLsn, ordinal, DIGITS_MIN);
    }

    /** How many digits the numbers of a transaction of {@code count} events have, so that they sort as text. */
    static int digits(int count) {
        return Math.max(DIGITS_MIN, Integer.toString(Math.max(0, count - 1)).length());
    }

    static String of(long commitLsn, int ordinal, int digits) {
        var lsn = Long.toHexString(commitLsn);
        var number = Integer.toString(ordinal);
        return new StringBuilder(24)
                .repeat('0', 16 - lsn.length())
                .append(lsn)
                .append('-')
                .repeat('0', Math.max(0, digits - number.length()))
                .append(number)
                .toString();
    }

    /** The commit's position of {@code sequence}. */
    public static long commitLsn(String sequence) {
        return Long.parseUnsignedLong(sequence, 0, sequence.indexOf('-'), 16);
    }
}
