package dev.banyan.bridge.mapping;

import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.change.Transaction;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** Counts what a mapper does, so that nothing disappears quietly. Written by one thread, read by any. */
final class Tally {

    private final Set<TableId> mapped;
    private final LongAdder changes = new LongAdder();
    private final LongAdder ignoredChanges = new LongAdder();
    private final LongAdder events = new LongAdder();
    private final LongAdder unchanged = new LongAdder();
    private final LongAdder waiting = new LongAdder();
    private final Map<TableId, LongAdder> withoutEvent = new ConcurrentHashMap<>();

    Tally(Set<TableId> mapped) {
        this.mapped = Set.copyOf(mapped);
    }

    void add(Attempt attempt, Transaction transaction) {
        for (var change : transaction.changes()) {
            if (mapped.contains(change.table())) {
                changes.increment();
            } else {
                ignoredChanges.increment();
                withoutEvent(change.table());
            }
        }
        events.add(attempt.bulk.next() + attempt.ofTransaction.size());
        unchanged.add(attempt.unchanged.size());
        waiting.add(attempt.waiting.size());
        attempt.unchanged.forEach(touch -> touch.tables().forEach(this::withoutEvent));
        attempt.waiting.forEach(touch -> touch.tables().forEach(this::withoutEvent));
        attempt.rootless.keySet().forEach(this::withoutEvent);
    }

    /** So many events of a transaction that was mapped in parts are about all of it. */
    void ofTransaction(int count) {
        events.add(count);
    }

    private void withoutEvent(TableId table) {
        withoutEvent.computeIfAbsent(table, _ -> new LongAdder()).increment();
    }

    MapperCounts counts() {
        return new MapperCounts(changes.sum(), ignoredChanges.sum(), events.sum(), unchanged.sum(), waiting.sum());
    }

    Map<TableId, Long> withoutEvent() {
        var counts = new TreeMap<TableId, Long>();
        withoutEvent.forEach((table, count) -> counts.put(table, count.sum()));
        return counts;
    }
}
