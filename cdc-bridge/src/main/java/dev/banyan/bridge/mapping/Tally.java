package dev.banyan.bridge.mapping;

import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.mapping.Touches.Touch;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** Counts what a mapper does, so that nothing disappears quietly. Written by one thread, read by any. */
final class Tally {

    final LongAdder changes = new LongAdder();
    final LongAdder ignoredChanges = new LongAdder();
    final LongAdder events = new LongAdder();
    private final LongAdder unchanged = new LongAdder();
    private final LongAdder waiting = new LongAdder();
    private final Map<TableId, LongAdder> withoutEvent = new ConcurrentHashMap<>();

    void ignored(TableId table) {
        ignoredChanges.increment();
        withoutEvent(table);
    }

    void unchanged(Touch touch) {
        unchanged.increment();
        touch.tables().forEach(this::withoutEvent);
    }

    void waiting(Touch touch) {
        waiting.increment();
        touch.tables().forEach(this::withoutEvent);
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
