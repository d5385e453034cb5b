package dev.banyan.gateway.http2;

/** How fast the client of a stream sends its body and takes its reply, held against the stall limit and the least rate. */
final class Pace {

    private static final double NANOS_A_SECOND = 1e9;

    private final long stallNanos;
    private final int minRate;

    /** How long the body was waited for, and what came of it in that time; negative before the first piece. */
    private long readSince = System.nanoTime();

    private long waitedNanos = -1;
    private long waitedBytes;

    /** Writes that have not left. */
    private int unwritten;
    /** What the client has taken of the reply, as far as windows and pieces that have left tell. */
    private long taken;

    /** Since when something has waited for the client to take it, and what had been taken by then. */
    private boolean sending;

    private long sendingSince;
    private long takenBefore;

    /** {@code minRate} is in bytes a second, 0 for none. */
    Pace(long stallNanos, int minRate) {
        this.stallNanos = stallNanos;
        this.minRate = minRate;
    }

    /** More of the body is asked for: until now it may have been us who did not want it. */
    void asked() {
        readSince = System.nanoTime();
    }

    /** A piece of the body has come. Returns whether they come too slowly, of the time in which we asked for them. */
    boolean came(int bytes) {
        long now = System.nanoTime();
        waitedNanos = waitedNanos < 0 ? 0 : waitedNanos + now - readSince;
        waitedBytes += bytes;
        readSince = now;
        if (waitedNanos < stallNanos) {
            return false;
        }
        boolean slow = isTooSlow(waitedBytes, waitedNanos);
        waitedNanos = 0;
        waitedBytes = 0;
        return slow;
    }

    /** Whether nothing has come of a body that is asked for in the whole of the stall limit. */
    boolean isOverdue(long now) {
        return now - readSince >= stallNanos;
    }

    void writes() {
        unwritten++;
    }

    void hasWritten(int bytes) {
        unwritten--;
        taken += bytes;
    }

    /** The client has opened its window. */
    void granted(int bytes) {
        taken += bytes;
    }

    /** Whether the client has taken too little over the whole of the stall limit although something waited for it all along. */
    boolean isStuck(long now) {
        if (unwritten == 0) {
            sending = false;
            return false;
        }
        boolean begins = !sending;
        long nanos = now - sendingSince;
        if (!begins && nanos < stallNanos) {
            return false;
        }
        boolean stuck = !begins && (taken == takenBefore || isTooSlow(taken - takenBefore, nanos));
        sending = true;
        sendingSince = now;
        takenBefore = taken;
        return stuck;
    }

    private boolean isTooSlow(long bytes, long nanos) {
        return bytes < minRate * (nanos / NANOS_A_SECOND);
    }
}
