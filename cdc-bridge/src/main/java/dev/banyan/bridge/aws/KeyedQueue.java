package dev.banyan.bridge.aws;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;

/** Which events may be sent now. Knows no clock and no service; one thread uses it. */
final class KeyedQueue {

    /*
     * A call may take the second event of a key and refuse the first. Sending the first again would then reorder them, and sending both
     * again would not help where the service drops repeats. So at most one event of a key is under way at any time; while one waits to be
     * sent again its key waits with it, and all other keys go on.
     */
    private record Later(Entry.Key key, long atNanos) {}

    private final Target.Limits limits;
    private final Map<Entry.Key, ArrayDeque<Entry>> waiting = new HashMap<>();
    private final Map<Entry.Key, Integer> refusals = new HashMap<>();
    private final Set<Entry.Key> ready = new LinkedHashSet<>();
    private final PriorityQueue<Later> later = new PriorityQueue<>(Comparator.comparingLong(Later::atNanos));

    KeyedQueue(Target.Limits limits) {
        this.limits = limits;
    }

    /** Adds {@code entry} behind all earlier ones of its key. */
    void add(Entry entry) {
        waiting.computeIfAbsent(entry.key(), key -> {
                    ready.add(key);
                    return new ArrayDeque<>();
                })
                .add(entry);
    }

    /**
     * The entries of the next call, at most one of a key, all to one destination, and with more than one of them of {@code bytesMax} bytes at
     * most; empty when nothing may be sent at {@code nowNanos}.
     */
    List<Entry> take(long nowNanos, long bytesMax) {
        while (!later.isEmpty() && later.peek().atNanos <= nowNanos) {
            ready.add(later.remove().key);
        }
        var batch = new ArrayList<Entry>();
        long bytes = 0;
        for (var keys = ready.iterator(); keys.hasNext() && batch.size() < limits.entriesMax(); ) {
            var key = keys.next();
            var first = waiting.getOrDefault(key, new ArrayDeque<>()).element();
            if (!batch.isEmpty() && !batch.getFirst().destination().equals(key.destination())) {
                continue;
            }
            if (!batch.isEmpty() && bytes + first.bytes() > Math.min(limits.callBytesMax(), bytesMax)) {
                break;
            }
            bytes += first.bytes();
            batch.add(first);
            keys.remove();
        }
        return batch;
    }

    /** {@code entry}, which was taken, has arrived: the next one of its key may go. */
    void arrived(Entry entry) {
        var key = entry.key();
        var entries = waiting.getOrDefault(key, new ArrayDeque<>());
        entries.remove();
        refusals.remove(key);
        if (entries.isEmpty()) {
            waiting.remove(key);
        } else {
            ready.add(key);
        }
    }

    /** {@code entry}, which was taken, will never arrive: nothing of its key is to go. */
    void giveUp(Entry entry) {
        waiting.remove(entry.key());
        refusals.remove(entry.key());
    }

    /** How often in a row the first entry of {@code entry}'s key has not arrived. */
    int refusals(Entry entry) {
        return refusals.getOrDefault(entry.key(), 0);
    }

    /** {@code entry}, which was taken, has not arrived; it may go again at {@code atNanos}, and its key waits until then. */
    void refused(Entry entry, long atNanos) {
        refusals.merge(entry.key(), 1, Integer::sum);
        later.add(new Later(entry.key(), atNanos));
    }

    /** True when everything has arrived or was given up. */
    boolean isEmpty() {
        return waiting.isEmpty();
    }

    /** How long until something that was refused may go again; {@code mostNanos} when nothing will before. */
    long nanosToNext(long nowNanos, long mostNanos) {
        return later.isEmpty() ? mostNanos : Math.clamp(later.peek().atNanos - nowNanos, 0, mostNanos);
    }
}
