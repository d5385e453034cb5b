package dev.banyan.bridge.run;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.OptionalLong;

/** How long ago the oldest part of the legacy database's log was written that is not delivered yet. Thread-safe. */
final class LogLag {

    /*
     * Where the log ends is measured now and then, with the time. A measurement is behind us once the position has passed it, so
     * the oldest one that is not says for how long at most something has been waiting. On a log that nobody writes to, the
     * position moves with our own heartbeats: there the answer is up to a heartbeat's interval.
     */
    private static final int KEPT_MAX = 64;

    /** Beyond this since the last measurement, nothing is known. */
    private static final Duration KNOWN_FOR = Duration.ofSeconds(20);

    private record End(long lsn, long atMs) {}

    private final ArrayDeque<End> ahead = new ArrayDeque<>();
    private long reached;
    private long measuredAtMs = Long.MIN_VALUE;

    /** The log ended at {@code lsn} then. */
    synchronized void measured(long lsn, long nowMs) {
        measuredAtMs = nowMs;
        if (lsn <= reached) {
            return;
        }
        if (ahead.size() == KEPT_MAX) {
            thinOut();
        }
        ahead.addLast(new End(lsn, nowMs));
    }

    /** Every other one is enough to go on with: the oldest stays. */
    private void thinOut() {
        var all = new ArrayList<>(ahead);
        ahead.clear();
        for (int i = 0; i < all.size(); i += 2) {
            ahead.addLast(all.get(i));
        }
    }

    /** Everything up to {@code lsn} is delivered. */
    synchronized void reached(long lsn) {
        reached = lsn;
        while (!ahead.isEmpty() && ahead.getFirst().lsn <= lsn) {
            ahead.removeFirst();
        }
    }

    /** Milliseconds; empty when the log was not measured lately. */
    synchronized OptionalLong millis(long nowMs) {
        if (measuredAtMs == Long.MIN_VALUE || nowMs - measuredAtMs > KNOWN_FOR.toMillis()) {
            return OptionalLong.empty();
        }
        return OptionalLong.of(ahead.isEmpty() ? 0 : Math.max(0, nowMs - ahead.getFirst().atMs));
    }
}
