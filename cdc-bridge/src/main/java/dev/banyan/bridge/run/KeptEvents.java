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
     * it is only a part, is a part of one transaction and bears its name, never a unit's. The lake knows how many events it has under that
     * name, and takes only those behind them, wherever the parts end.
     */
    private record Extent(HubPosition reach, int events) {}

    private final LakePart.Limits limits;
    private final LargeList<DomainEvent> events;
    private final List<Extent> transactions = new ArrayList<>();

    /** Keeps no more events in memory than {@code limits} say of one part. */
    KeptEvents(LakePart.Limits limits) {
        this.limits = limits;
        this.events = new LargeList<>(limits.events(), EventBytes.CODEC);
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

    /** Appends whole transactions, many at once; one that is too large for that in parts, after each of which {@code partAppended} runs. */
    void appendTo(Lake lake, Runnable partAppended) {
        var left = events.iterator();
        var whole = new LakePart();
        @Nullable HubPosition reach = null;
        for (var transaction : transactions) {
            var part = LakePart.next(left, limits.with(transaction.events));
            var isParted = part.events().size() < transaction.events;
            if (reach != null && (isParted || !whole.takes(part, limits))) {
                lake.append(whole.events(), reach);
                whole = new LakePart();
            }
            if (isParted) {
                part = appendAllButTheLast(part, left, transaction, lake, partAppended);
            }
            whole.add(part);
            reach = transaction.reach;
        }
        if (reach != null) {
            lake.append(whole.events(), reach);
        }
    }

    /** Appends all, and leaves what the lake reaches where it is: after a kill they come again. {@code partAppended} runs between two parts. */
    void appendBehindReach(Lake lake, Runnable partAppended) {
        var left = events.iterator();
        while (left.hasNext()) {
            lake.append(LakePart.next(left, limits).events());
            if (left.hasNext()) {
                partAppended.run();
            }
        }
    }

    /** Appends {@code first} and what follows of {@code transaction}; returns what the lake lacks of its last part. */
    private LakePart appendAllButTheLast(
            LakePart first, Iterator<DomainEvent> left, Extent transaction, Lake lake, Runnable partAppended) {
        var name = name(transaction.reach);
        var part = first;
        var from = 0;
        while (from + part.events().size() < transaction.events) {
            lake.appendOnce(name, from, part.events());
            partAppended.run();
            from += part.events().size();
            part = LakePart.next(left, limits.with(transaction.events - from));
        }
        return LakePart.of(lake.lacking(name, from, part.events()));
    }

    /** A number alone names a transaction of one log only: another one begins anew with small numbers. */
    private static String name(HubPosition reach) {
        return "transaction " + reach.storeId() + " " + reach.systemIdentifier() + " " + reach.timeline() + " "
                + reach.commitLsn();
    }
}
