package dev.banyan.gateway.edge;

import io.netty.channel.ChannelOutboundBuffer;
import org.jspecify.annotations.Nullable;

/** How fast a client sends a body and takes a reply, held against the stall limit and the least rate. */
public final class Pace {

    private static final double NANOS_A_SECOND = 1e9;

    private final long stallNanos;
    private final int minRate;

    /** How long the body was waited for, and what came of it in that time; negative before its first piece. */
    private long readSince = System.nanoTime();

    private long waitedNanos = -1;
    private long waitedBytes;

    /** Since when something has waited for the client to take it, and what had been taken by then. */
    private boolean sending;

    private long sendingSince;
    private long takenBefore;

    public Pace(Patience patience) {
        this.stallNanos = patience.stall().toNanos();
        this.minRate = patience.minRate();
    }

    /** Another body begins. */
    public void bodyBegins() {
        waitedNanos = -1;
        waitedBytes = 0;
    }

    /** More of the body is asked for: until now it may have been us who did not want it. */
    public void asked() {
        readSince = System.nanoTime();
    }

    /** So many bytes of the body have come. Returns whether they come too slowly, of the time in which we asked for them. */
    public boolean came(long bytes) {
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

    /** Returns when nothing will have come of a body that is asked for in the whole of the stall limit. */
    public long overdueAt() {
        return readSince + stallNanos;
    }

    /** Nothing waits for the client to take it. */
    public void tookAll() {
        sending = false;
    }

    /** Whether the client, which was sent {@code written} bytes, takes too little of what waits in {@code out}: {@link #isStuck(long, long)}. */
    public boolean isStuck(@Nullable ChannelOutboundBuffer out, long written, long now) {
        if (out == null || out.current() == null) {
            tookAll();
            return false;
        }
        return isStuck(written - out.totalPendingWriteBytes() + out.currentProgress(), now);
    }

    /** Whether something waited for the client to take it at the last look. */
    public boolean isSending() {
        return sending;
    }

    /**
     * Something waits for the client, which has taken {@code taken} bytes so far. Returns whether it took too little over the whole of
     * the stall limit although something waited all along.
     */
    public boolean isStuck(long taken, long now) {
        if (!sending) {
            sending = true;
            sendingSince = now;
            takenBefore = taken;
        }
        long nanos = now - sendingSince;
        if (nanos < stallNanos) {
            return false;
        }
        boolean stuck = taken == takenBefore || isTooSlow(taken - takenBefore, nanos);
        sendingSince = now;
        takenBefore = taken;
        return stuck;
    }

    private boolean isTooSlow(long bytes, long nanos) {
        return bytes < minRate * (nanos / NANOS_A_SECOND);
    }
}
