package dev.banyan.bridge.run;

import dev.banyan.bridge.change.DomainEvent;
import dev.banyan.bridge.change.LargeList;
import dev.banyan.bridge.hub.HubPosition;
import dev.banyan.bridge.lake.Lake;
import dev.banyan.bridge.store.EventBytes;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The events of a unit that the lake does not have yet, by transaction. */
final class KeptEvents {

    /*
     * After a kill the same transactions come again, and may be divided into other units. So what is appended without a position, because
     * it is only a part, is a part of one transaction and bears its name, never a unit's.
     */
    private record Extent(HubPosition reach, int events) {}

    private final int memoryMax;
    private final LargeList<DomainEvent> events;
    private final List<Extent> transactions = new ArrayList<>();

    /** Keeps {@code memoryMax} events in memory at most. */
    KeptEvents(int memoryMax) {
        this.memoryMax = memoryMax;
        this.events = new LargeList<>(memoryMax, EventBytes.CODEC);
    }

    /** Adds events of the transaction at {@code reach}, the last one or one behind it. */
    void add(List<DomainEvent> added, HubPosition reach) {
        if (added.isEmpty()) {
            return;
        }
        events.addAll(added);
        var before = !transactions.isEmpty() && transactions.getLast().reach.equals(reach)
                ? transactions.removeLast().events
                : 0;
        transactions.add(new Extent(reach, before + added.size()));
    }

    boolean isEmpty() {
        return transactions.isEmpty();
    }

    /** Appends whole transactions, many at once; one that is larger than memory in parts, after each of which {@code partAppended} runs. */
    void appendTo(Lake lake, Runnable partAppended) {
        var left = events.iterator();
        var whole = new ArrayList<DomainEvent>();
        @Nullable HubPosition reach = null;
        for (var transaction : transactions) {
            if (reach != null && whole.size() + transaction.events > memoryMax) {
                lake.append(whole, reach);
                whole.clear();
            }
            var from = 0;
            for (; transaction.events - from > memoryMax; from += memoryMax) {
                var name = name(transaction.reach) + " events " + from + " to " + (from + memoryMax - 1);
                lake.appendOnce(name, next(left, memoryMax));
                partAppended.run();
            }
            whole.addAll(next(left, transaction.events - from));
            reach = transaction.reach;
        }
        if (reach != null) {
            lake.append(whole, reach);
        }
    }

    /** A number alone names a transaction of one log only: another one begins anew with small numbers. */
    private static String name(HubPosition reach) {
        return "transaction " + reach.storeId() + " " + reach.systemIdentifier() + " " + reach.timeline() + " "
                + reach.commitLsn();
    }

    private static List<DomainEvent> next(Iterator<DomainEvent> events, int count) {
        var next = new ArrayList<DomainEvent>(count);
        while (next.size() < count) {
            next.add(events.next());
        }
        return next;
    }
}
