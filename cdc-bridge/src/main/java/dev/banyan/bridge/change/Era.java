package dev.banyan.bridge.change;

/**
 * A position is a place in a server's log, behind the era that it was read in: 0 at first, and one more with each resync onto a log whose places
 * do not go on. So positions rise for ever, whatever the next server's places are.
 */
public final class Era {

    /*
     * The highest 7 of 63 bits. What is made of a position has it with no word more: what was read already, what of a subject is newest,
     * what is whose id. 2^56 bytes of PostgreSQL's log are 22 years of 100 MB/s.
     */
    private static final int PLACE_BITS = 56;
    private static final long PLACE = (1L << PLACE_BITS) - 1;

    /** The last one there is. */
    public static final int LAST = 127;

    private Era() {}

    /** The era that {@code position} is of. */
    public static int of(long position) {
        return (int) (position >>> PLACE_BITS);
    }

    /** The place in the server's log that {@code position} names. */
    public static long place(long position) {
        return position & PLACE;
    }

    /** What {@code place} in the server's log is in {@code era}. */
    public static long position(int era, long place) {
        if (place < 0 || place > PLACE) {
            throw new IllegalArgumentException("place in the log: " + Long.toUnsignedString(place)
                    + " (expected: below " + (PLACE + 1) + ", 2 to the power of " + PLACE_BITS + ")");
        }
        return (long) era << PLACE_BITS | place;
    }
}
