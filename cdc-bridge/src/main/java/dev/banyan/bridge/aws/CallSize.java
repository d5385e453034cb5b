package dev.banyan.bridge.aws;

/** How many bytes a call may have now: fewer when calls do not end in their time, as over a thin line. It outlasts a publish; one thread uses it. */
final class CallSize {

    /*
     * Half as many when a call is late, and little by little more when calls are in time: too much costs the time of a whole call, too little
     * nearly nothing. A service that was away, so that all calls were late, has calls of five megabytes again after 300.
     */
    private static final long BYTES_MIN = 64 << 10;

    private static final int GROWTH = 64;

    private long bytesMax = Long.MAX_VALUE;

    long bytesMax() {
        return bytesMax;
    }

    /**
     * A call of so many {@code bytes} has not ended in its time. Others that were under way with it do not count again. Returns true when the next
     * ones are smaller for that.
     */
    boolean late(long bytes) {
        var before = bytesMax;
        bytesMax = Math.clamp(bytes / 2, BYTES_MIN, Math.max(BYTES_MIN, bytesMax));
        return bytesMax < before;
    }

    /** A call of so many {@code bytes} has ended in its time; a small one says nothing of larger ones. */
    void inTime(long bytes) {
        if (bytes > bytesMax / 2) {
            bytesMax += bytesMax / GROWTH;
        }
    }
}
