package dev.banyan.bridge.run;

import dev.banyan.bridge.change.DomainEvent;
import dev.banyan.bridge.change.EventBytes;
import dev.banyan.bridge.change.LargeList;
import dev.banyan.bridge.hub.HubPosition;
import dev.banyan.bridge.lake.Lake;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The events of a unit that the lake does not have yet, by transaction. */
final class KeptEvents {

    /*
     * After a kill the same transactions come again, and may be divided into other units. So what is appended without a position, because
     * it is only a part, is a part of one transaction and bears its name, never a unit's. The lake knows how many events it has under that
     * name, and takes only those behind them, wherever the parts end. Another mapping may give other events, which must not be counted as
     * those: so the name has a digest of the ids, and then all of them are appended.
     */
    private record Extent(HubPosition reach, int events) {}

    private static final int DIGEST_BYTES = 16;

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
        var before = 0L;
        for (var transaction : transactions) {
            var part = LakePart.next(left, limits.with(transaction.events));
            var isParted = part.events().size() < transaction.events;
            if (reach != null && (isParted || !whole.takes(part, limits))) {
                lake.append(whole.events(), reach);
                whole = new LakePart();
            }
            if (isParted) {
                var name = name(transaction.reach, digest(before, transaction.events));
                part = appendAllButTheLast(name, part, left, transaction.events, lake, partAppended);
            }
            before += transaction.events;
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

    /** Appends {@code first} and what follows of the {@code count} events called {@code name}; returns what the lake lacks of their last part. */
    private LakePart appendAllButTheLast(
            String name, LakePart first, Iterator<DomainEvent> left, int count, Lake lake, Runnable partAppended) {
        var part = first;
        var from = 0;
        while (from + part.events().size() < count) {
            lake.appendOnce(name, from, part.events());
            partAppended.run();
            from += part.events().size();
            part = LakePart.next(left, limits.with(count - from));
        }
        return LakePart.of(lake.lacking(name, from, part.events()));
    }

    /** A number alone names a transaction of one log only: another one begins anew with small numbers. */
    private static String name(HubPosition reach, String digest) {
        return "transaction " + reach.storeId() + " " + reach.systemIdentifier() + " " + reach.timeline() + " "
                + reach.commitLsn() + " " + digest;
    }

    /** Of the ids of {@code count} events behind the first {@code before}, in their order. */
    private String digest(long before, int count) {
        try {
            var digest = MessageDigest.getInstance("SHA-256");
            var left = events.iterator();
            for (var number = 0L; number < before + count; number++) {
                var event = left.next();
                if (number >= before) {
                    digest.update((event.id() + "\n").getBytes(StandardCharsets.UTF_8));
                }
            }
            return HexFormat.of().formatHex(digest.digest(), 0, DIGEST_BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("SHA-256, which every Java has, is missing", e);
        }
    }
}
