package dev.banyan.bridge.run;

import dev.banyan.bridge.change.Arrival;
import dev.banyan.bridge.change.DomainEvent;
import dev.banyan.bridge.change.EventBytes;
import dev.banyan.bridge.change.EventMapper;
import dev.banyan.bridge.change.LargeList;
import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.change.Transaction;
import dev.banyan.bridge.engine.OffsetRule;
import dev.banyan.bridge.hub.Hub;
import dev.banyan.bridge.hub.HubPosition;
import dev.banyan.bridge.hub.HubUnavailable;
import dev.banyan.bridge.lake.Lake;
import dev.banyan.bridge.store.Backfill;
import dev.banyan.bridge.store.Ledger;
import dev.banyan.bridge.store.Position;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Takes arrivals to hub, lake and store in their order, a step at a time. It knows no clock, and one thread at a time uses it. */
final class Courier {

    /*
     * The order is what makes it lose nothing: events into the hub (with the position, in one Kafka transaction), then images and
     * position into the store (in one JDBC transaction). A crash between the two makes the same transactions come again: up to the
     * store's position they are dropped whole; from there up to the hub's position they are mapped, which brings the images forward, and
     * not sent. What the store may forget, because it is not forced, comes again in the same way. Forced at once is what would not: what
     * went to a hub that suppresses nothing, and rows that a backfill read, which Debezium leaves out when it sees their chunk again.
     *
     * Between hub and store comes the lake, if there is one: its position is on the disk before the store passes it, so that it misses
     * nothing, and what it has already is not appended again.
     *
     * A unit that parks something does not move the hub's position: were the process killed before the store has what is parked, a mended
     * mapping would make events of it that nobody has, and the position would suppress them. So they come again, with their ids.
     *
     * A unit is mapped once, and only while the hub is open, so that it is known what the hub has. When a publish fails, the unit stays;
     * opening the hub again settles whether it arrived.
     */
    /** Where arrivals come from. */
    interface Source {
        /** The next arrivals, at least one and then at most until they have {@code rowsMax} rows; empty when there is none. */
        List<Arrival> take(int rowsMax);
    }

    /**
     * Whether this courier is to come to an end: what can be broken off, and gone on with at the same place, when it is {@code asked}, and everything
     * when that is {@code overdue}, or the end is not waited for.
     */
    record Stopping(BooleanSupplier asked, BooleanSupplier overdue) {

        /** One that is never overdue. */
        static Stopping when(BooleanSupplier asked) {
            return new Stopping(asked, () -> false);
        }

        boolean isAsked() {
            return asked.getAsBoolean();
        }

        boolean isOverdue() {
            return overdue.getAsBoolean();
        }
    }

    /** What it works with; {@code tables} are the mapped ones, in the order in which a backfill reads them. */
    record Parts(
            EventMapper mapper,
            Hub hub,
            @Nullable Lake lake,
            Ledger ledger,
            BackfillTracker backfill,
            Supplier<List<Backfill>> backfills,
            List<TableId> tables,
            Progress progress,
            String storeId,
            RunSettings.Limits limits,
            UnaryOperator<HubPosition> onOurs,
            Consumer<Point> watcher,
            Stopping stopping) {}

    /** What a step did. */
    sealed interface Step {
        /** Nothing is left to do. */
        record Idle() implements Step {}

        /** A unit of whole transactions is in hub, lake and store. */
        record Delivered() implements Step {}

        /** The hub did not take it; to be tried again after a pause. */
        record HubFailed(String why) implements Step {}
    }

    private static final Step IDLE = new Step.Idle();
    private static final Step DELIVERED = new Step.Delivered();

    private record Unit(
            List<Arrival> arrivals, List<DomainEvent> events, KeptEvents kept, HubPosition reach, HubPosition told) {

        /** Something is parked with it: until the store has that, a mended mapping may give other events. */
        boolean isHeldBack() {
            return !told.equals(reach);
        }
    }

    private final Parts parts;
    private final Source source;
    private final LeasedHub hub;
    private final Map<TableId, Long> withoutEventBefore;
    private final AtomicReference<Position> stored;
    private final GoneRows gone;
    private @Nullable Unit unit;
    private @Nullable List<DomainEvent> untold;

    /** A courier that goes on from {@code stored}, and moves it. */
    Courier(Parts parts, Source source, AtomicReference<Position> stored) {
        this.parts = parts;
        this.source = source;
        this.stored = stored;
        this.hub = new LeasedHub(
                parts.hub,
                parts.ledger,
                parts.storeId,
                parts.limits.memoryRowsMax(),
                parts.onOurs,
                parts.progress,
                parts.watcher);
        this.gone = new GoneRows(parts.mapper, parts.ledger);
        this.withoutEventBefore = parts.progress.withoutEvent();
        parts.progress.waitingAggregates(parts.ledger.waiting());
    }

    /** Does the next bit of work, one publish at most. What it throws ends this courier: nothing half done is stored. */
    Step step() {
        try {
            hub.open();
            if (unit == null && ((untold == null && hideLost()) || tellGone())) {
                return DELIVERED;
            }
            var current = unit == null ? next() : unit;
            unit = current;
            if (current == null) {
                return IDLE;
            }
            hub.publish(current.events, current.reach, current.told);
            parts.progress.events.addAndGet(current.events.size());
            finish(current);
            return DELIVERED;
        } catch (HubUnavailable e) {
            return new Step.HubFailed(String.valueOf(e.getMessage()));
        }
    }

    /** Hides tables of which rows went with a partition, for a backfill to find what is left; false when there are none. What is untold must not be committed with it. */
    private boolean hideLost() {
        var at = stored.get();
        if (!parts.ledger.hideLost(
                at,
                parts.tables,
                () -> checkGoesOn("while the rows of a table were hidden, which the next start does anew"))) {
            return false;
        }
        parts.ledger.commit(at);
        parts.ledger.force();
        parts.watcher.accept(Point.STORED);
        return true;
    }

    /** Tells the next rows that are gone; false when there are none. */
    private boolean tellGone() throws HubUnavailable {
        var at = stored.get();
        var events = untold == null ? gone.next(at) : untold;
        untold = events;
        if (events == null) {
            return false;
        }
        parts.ledger.keepTokens();
        hub.publishMore(events, reach(at.commitLsn()), reach(at.commitLsn()));
        if (parts.lake != null) {
            var kept = new KeptEvents(LakePart.Limits.of(parts.limits.memoryRowsMax()));
            kept.add(events, reach(at.commitLsn()));
            kept.appendBehindReach(parts.lake, () -> {});
        }
        parts.ledger.commit(at);
        parts.ledger.force();
        parts.watcher.accept(Point.STORED);
        parts.progress.events.addAndGet(events.size());
        untold = null;
        return true;
    }

    private @Nullable Unit next() {
        while (true) {
            var taken = source.take(parts.limits.unitRowsMax());
            if (taken.isEmpty()) {
                return null;
            }
            var arrivals = taken.stream().filter(this::isNew).toList();
            if (!arrivals.isEmpty()) {
                var mapped = map(arrivals);
                parts.ledger.keepTokens();
                parts.watcher.accept(Point.MAPPED);
                return mapped;
            }
        }
    }

    /** False for what was stored before a crash and comes again. */
    private boolean isNew(Arrival arrival) {
        var at = stored.get().commitLsn();
        return arrival.transaction() == null ? arrival.lsn() >= at : arrival.lsn() > at;
    }

    private Unit map(List<Arrival> arrivals) {
        var events = new LargeList<>(parts.limits.memoryRowsMax(), EventBytes.CODEC);
        var kept = new KeptEvents(LakePart.Limits.of(parts.limits.memoryRowsMax()));
        parts.mapper.expect(told(arrivals), parts.ledger.images());
        for (var arrival : arrivals) {
            var transaction = arrival.transaction();
            if (transaction == null) {
                continue;
            }
            if (transaction.isLarge()) {
                mapInParts(transaction, arrival.signal(), events, kept);
            } else {
                map(transaction, arrival.signal(), events, kept);
            }
        }
        var reach = reach(arrivals.getLast().lsn());
        var isParking = parts.ledger.faults().isParking();
        return new Unit(
                arrivals, events, kept, reach, isParking ? reach(stored.get().commitLsn()) : reach);
    }

    /** The same as {@link #map} for one that does not fit into memory. */
    private void mapInParts(
            Transaction transaction, @Nullable String signal, List<DomainEvent> events, KeptEvents kept) {
        Runnable goesOn = () ->
                checkGoesOn("in the middle of transaction " + transaction.txId() + ", which the next start maps again");
        var all = new PartEvents(goesOn);
        var parted = LargeTransaction.parts(
                transaction,
                parts.mapper,
                parts.ledger.images(),
                parts.limits.memoryRowsMax() / 2,
                LargeTransaction.PART_BYTES,
                goesOn);
        for (var changes : parted) {
            var part = LargeTransaction.Part.of(transaction, changes, parts.backfill::keyOf);
            parts.mapper.expect(
                    List.of(parts.backfill.split(part.transaction(), signal).told()), parts.ledger.images());
            map(
                    part.transaction(),
                    signal,
                    passing -> all.addPart(
                            parts.mapper.mapPart(passing, part.place(), parts.ledger.images(), parts.ledger.faults())));
            parts.ledger.write();
            parts.ledger.keepTokens();
            parts.watcher.accept(Point.PART_MAPPED);
            goesOn.run();
        }
        parts.mapper.whole(transaction, all, goesOn, event -> add(List.of(event), transaction, events, kept));
    }

    /** What takes longer than a stop may is broken off: nothing of it is stored or sent yet. */
    private void checkGoesOn(String where) {
        if (parts.stopping.isAsked()) {
            throw new BrokenOff("stopped " + where);
        }
    }

    /** The same for what is in the hub and not all in the lake. Where it would come twice it is broken off only when there is no time left. */
    private void checkLakeGoesOn(Unit current) {
        var goesOnWhereItWas = parts.hub.fences() && !current.isHeldBack();
        if (goesOnWhereItWas ? parts.stopping.isAsked() : parts.stopping.isOverdue()) {
            throw new BrokenOff("stopped between two parts of what the lake keeps; the next start goes on there");
        }
    }

    /** Maps {@code transaction}, and adds its events to those for the hub and those for the lake. */
    private void map(Transaction transaction, @Nullable String signal, List<DomainEvent> events, KeptEvents kept) {
        map(
                transaction,
                signal,
                passing -> add(
                        parts.mapper.map(passing, parts.ledger.images(), parts.ledger.faults()),
                        transaction,
                        events,
                        kept));
    }

    /** Has {@code mapped} map what of {@code transaction}, or of a part of one, neither waits nor is stale nor was read, after {@code signal}, to be compared alone. */
    private void map(Transaction transaction, @Nullable String signal, Consumer<Transaction> mapped) {
        var split = parts.backfill.split(transaction, signal);
        var passing = parts.mapper.withoutPaused(split.told(), parts.ledger.faults());
        if (passing.changes().size() < split.told().changes().size()) {
            parts.backfill.touch(split.told());
        }
        var filtered = parts.backfill.filter(passing);
        parts.backfill.compare(split.compared());
        mapped.accept(filtered.transaction());
        parts.backfill.mapped(filtered.transaction());
        parts.progress.backfillRowsDropped.addAndGet(filtered.dropped());
    }

    /** Adds the events {@code mapped} of {@code transaction} as far as hub and lake have them not yet. */
    private void add(List<DomainEvent> mapped, Transaction transaction, List<DomainEvent> events, KeptEvents kept) {
        var at = reach(transaction.commitLsn());
        if (hub.covers(at)) {
            parts.progress.suppressedEvents.addAndGet(mapped.size());
        } else {
            events.addAll(mapped);
        }
        if (parts.lake != null && !parts.lake.covers(at)) {
            kept.add(mapped, at);
        }
    }

    private List<Transaction> told(List<Arrival> arrivals) {
        var told = new ArrayList<Transaction>();
        for (var arrival : arrivals) {
            var transaction = arrival.transaction();
            if (transaction != null && !transaction.isLarge()) {
                told.add(parts.backfill.split(transaction, arrival.signal()).told());
            }
        }
        return told;
    }

    private HubPosition reach(long commitLsn) {
        var position = stored.get();
        return new HubPosition(parts.storeId, position.systemIdentifier(), position.timeline(), commitLsn);
    }

    private void finish(Unit current) {
        if (parts.lake != null && !current.kept.isEmpty()) {
            Runnable partAppended = () -> {
                parts.watcher.accept(Point.PIECE_KEPT_IN_LAKE);
                checkLakeGoesOn(current);
            };
            if (current.isHeldBack()) {
                current.kept.appendBehindReach(parts.lake, partAppended);
            } else {
                current.kept.appendTo(parts.lake, partAppended);
            }
            parts.watcher.accept(Point.KEPT_IN_LAKE);
        }
        var last = current.arrivals.getLast();
        var before = stored.get();
        var offset = OffsetRule.rewritten(last.offset(), before.offset());
        var next = new Position(before.systemIdentifier(), before.timeline(), last.lsn(), offset);
        var backfill = parts.backfill.current();
        var isOver = parts.backfill.beforeCommit(current.arrivals);
        var hasMoved = !Objects.equals(backfill, parts.backfill.current());
        parts.ledger.commit(next);
        if (hasMoved || !parts.hub.fences()) {
            parts.ledger.force();
        }
        parts.watcher.accept(Point.STORED);
        stored.set(next);
        unit = null;
        if (isOver) {
            parts.watcher.accept(Point.BACKFILL_ENDED);
            parts.backfill.next(parts.backfills.get());
        }
        count(current);
    }

    private void count(Unit current) {
        var progress = parts.progress;
        @Nullable Transaction lastTransaction = null;
        for (var arrival : current.arrivals) {
            var transaction = arrival.transaction();
            if (transaction == null) {
                continue;
            }
            lastTransaction = transaction;
            progress.delivered(transaction, Backfill.isParity(arrival.signal()));
        }
        progress.reached(stored.get().commitLsn(), lastTransaction == null ? null : millis(lastTransaction));
        if (lastTransaction != null) {
            var withoutEvent = new TreeMap<>(withoutEventBefore);
            parts.mapper.withoutEvent().forEach((table, count) -> withoutEvent.merge(table, count, Long::sum));
            progress.waitingAggregates(parts.ledger.waiting());
            progress.withoutEvent(Collections.unmodifiableMap(withoutEvent));
        }
    }

    private static Long millis(Transaction transaction) {
        return transaction.commitTime().toEpochMilli();
    }
}
