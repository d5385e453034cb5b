package dev.banyan.bridge.mapping;

/** An event's place among all of its subject's: the commit's position in the log and the event's number in its transaction. */
public final class Sequence {

    /** The highest number of a row in {@link #ofRow}: as many digits as consumers have room for. */
    public static final long ROW_MAX = 999_999_999_999_999_999L;

    static final int DIGITS_MIN = 6;
    private static final int ROW_DIGITS = 18;

    /** Begins the numbers of what is told of rows that are gone: behind those of whatever a transaction of less than 9,999,990 events has told, as text and as numbers. */
    private static final String GONE = "999999";

    private Sequence() {}

    /** {@code 000000000352c578-000001}; by hand, because a format string costs more than the rest of an event. */
    public static String of(long commitLsn, int ordinal) {
        return of(commitLsn, ordinal, DIGITS_MIN);
    }

    /** Of a row that comes by itself, the one with the number {@code row} of what belongs to the commit at {@code commitLsn}. */
    public static String ofRow(long commitLsn, long row) {
        if (row < 0 || row > ROW_MAX) {
            throw new IllegalArgumentException("row: " + row + " (expected: 0.." + ROW_MAX + ")");
        }
        return of(commitLsn, row, ROW_DIGITS);
    }

    /** How many digits the numbers of a transaction of {@code count} events have, so that they sort as text. */
    static int digits(int count) {
        return Math.max(DIGITS_MIN, Integer.toString(Math.max(0, count - 1)).length());
    }

    static String of(long commitLsn, long ordinal, int digits) {
        var lsn = Long.toHexString(commitLsn);
        var number = Long.toString(ordinal);
        return new StringBuilder(24)
                .repeat('0', 16 - lsn.length())
                .append(lsn)
                .append('-')
                .repeat('0', Math.max(0, digits - number.length()))
                .append(number)
                .toString();
    }

    /** Behind all of the transaction that has the place {@code sequence}: the one with the {@code number} of what is told of rows that are gone. */
    public static String ofGone(String sequence, long number) {
        var digits = Long.toString(number);
        return sequence.substring(0, sequence.indexOf('-') + 1)
                + GONE
                + "0".repeat(ROW_DIGITS - GONE.length() - digits.length())
                + digits;
    }

    /** True of what {@link #ofGone} gives. */
    public static boolean isOfGone(String sequence) {
        var from = sequence.indexOf('-') + 1;
        return sequence.length() - from == ROW_DIGITS && sequence.startsWith(GONE, from);
    }

    /** The commit's position of {@code sequence}. */
    public static long commitLsn(String sequence) {
        return Long.parseUnsignedLong(sequence, 0, sequence.indexOf('-'), 16);
    }
}
