package dev.banyan.gateway.edge;

/**
 * Whether a timer goes off so late that this process did not run meanwhile: stopped, without a processor, or collecting garbage. What
 * came in that time has not been read yet, and nobody is to blame for it; who waits looks again {@link #AGAIN_NANOS} later, and judges
 * then however late that is: who is late all the time would never judge. One for each timer.
 */
public final class Late {

    /** Longer than a loaded event loop takes for one round. */
    private static final long PAUSE_NANOS = 200_000_000;

    /** Within this an event loop has read all that waited for it. */
    public static final long AGAIN_NANOS = 50_000_000;

    private boolean again;

    /** Whether what was due at {@code due}, and is looked at at {@code now}, both of {@link System#nanoTime}, is to be looked at again. */
    public boolean looksAgain(long due, long now) {
        again = !again && now - due > PAUSE_NANOS;
        return again;
    }
}
