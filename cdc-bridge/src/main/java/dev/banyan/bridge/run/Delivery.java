package dev.banyan.bridge.run;

import dev.banyan.bridge.change.Change;
import dev.banyan.bridge.change.DomainEvent;
import dev.banyan.bridge.change.EventMapper;
import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.change.Transaction;
import dev.banyan.bridge.engine.OffsetRule;
import dev.banyan.bridge.engine.TransactionAssembler;
import dev.banyan.bridge.hub.Hub;
import dev.banyan.bridge.hub.HubFenced;
import dev.banyan.bridge.hub.HubPosition;
import dev.banyan.bridge.hub.HubUnavailable;
import dev.banyan.bridge.lake.Lake;
import dev.banyan.bridge.store.Backfill;
import dev.banyan.bridge.store.Fenced;
import dev.banyan.bridge.store.Position;
import dev.banyan.bridge.store.StoreSession;
import io.debezium.engine.DebeziumEngine;
import io.debezium.engine.RecordChangeEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.apache.kafka.connect.source.SourceRecord;
import org.jspecify.annotations.Nullable;

/** Takes Debezium's batches, and returns from each when the events of every transaction completed in it are safe. */
final class Delivery implements DebeziumEngine.ChangeConsumer<RecordChangeEvent<SourceRecord>>, AutoCloseable {

    /*
     * The order is what makes it lose nothing: events into the hub (with the position, in one Kafka transaction), then images and
     * position into the store (in one JDBC transaction), then the mark, from which Debezium tells PostgreSQL. A crash between
     * any two of these makes PostgreSQL send the transactions again: up to the store's position they are dropped whole; from there up to
     * the hub's position they are mapped, which brings the images forward, and not sent.
     *
     * Between hub and store comes the lake, if there is one: its position is on the disk before the store passes it, so that it misses
     * nothing, and what it has already is not appended again.
     *
     * PostgreSQL is told at most every CONFIRM_EVERY, because before that the store has to reach the disk.
     *
     * Closing the engine interrupts the thread that calls handleBatch. H2 closes its file under an interrupted thread, and Kafka's
     * producer gives up half-way, so the work is done by a thread of our own and the caller waits until it is done.
     *
     * Nothing but DeliveryFailed leaves handleBatch: Debezium takes Connect's RetriableException as leave to poll the next batch, and
     * the one in hand would be gone.
     */
    static final Duration CONFIRM_EVERY = Duration.ofMillis(500);

    private static final Duration HUB_PAUSE_FIRST = Duration.ofMillis(100);
    private static final Duration HUB_PAUSE_MAX = Duration.ofSeconds(5);

    /** What the deliveries of one engine run share. */
    record Parts(
            TransactionAssembler assembler,
            EventMapper mapper,
            Hub hub,
            @Nullable Lake lake,
            StoreSession session,
            BackfillTracker backfill,
            Supplier<List<Backfill>> backfills,
            Progress progress,
            BooleanSupplier stopping,
            String storeId,
            int unitRowsMax) {}

    private record Completed(Transaction transaction, RecordChangeEvent<SourceRecord> end) {}

    private final Parts parts;
    private final ExecutorService worker = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().name("banyan-delivery").daemon().factory());
    private final Map<TableId, Long> withoutEventBefore;
    private Position stored;
    private @Nullable HubPosition hubReach;
    private @Nullable RecordChangeEvent<SourceRecord> unconfirmed;
    private Map<String, Object> unconfirmedOffset = Map.of();
    private boolean isForced;
    private long confirmedAtNanos = System.nanoTime();
    private volatile @Nullable Throwable failure;
    private volatile boolean busy;
    private volatile boolean retired;

    Delivery(Parts parts, Position stored, Optional<HubPosition> hubReach) {
        this.parts = parts;
        this.stored = stored;
        this.hubReach = hubReach.orElse(null);
        parts.progress.waitingAggregates(parts.session.faults().waiting());
        this.withoutEventBefore = parts.progress.withoutEvent();
    }

    /** Why the last batch failed; null while all is well. */
    @Nullable
    Throwable failure() {
        return failure;
    }

    /** True while a batch is being worked on: silence of the log then means nothing. */
    boolean isBusy() {
        return busy;
    }

    @Override
    public boolean supportsTombstoneEvents() {
        return false;
    }

    @Override
    public void handleBatch(
            List<RecordChangeEvent<SourceRecord>> records,
            DebeziumEngine.RecordCommitter<RecordChangeEvent<SourceRecord>> committer)
            throws InterruptedException {
        if (retired) {
            throw new IllegalStateException("a batch for an engine that was given up");
        }
        busy = true;
        try {
            awaitWorker(worker.submit(() -> {
                deliver(records);
                force();
                return null;
            }));
            confirm(committer);
            parts.progress.signOfLife();
            parts.progress.enter(Progress.State.STREAMING, "");
        } catch (RuntimeException e) {
            failure = e;
            throw new DeliveryFailed("batch not delivered: " + e.getMessage(), e);
        } finally {
            busy = false;
        }
    }

    /** Returns when the work is done, interrupted or not: it is short, or it looks at {@code stopping} itself. */
    private static void awaitWorker(Future<?> work) throws InterruptedException {
        var interrupted = false;
        try {
            while (true) {
                try {
                    work.get();
                    break;
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException cause
                    ? cause
                    : new IllegalStateException("delivering a batch", e.getCause());
        }
        if (interrupted) {
            throw new InterruptedException("stopped after a batch was delivered");
        }
    }

    /** From now on every batch is refused, and the worker ends. */
    @Override
    public void close() {
        retired = true;
        worker.shutdown();
    }

    private void deliver(List<RecordChangeEvent<SourceRecord>> records) throws InterruptedException {
        var unit = new ArrayList<Completed>();
        var unitRows = 0;
        RecordChangeEvent<SourceRecord> quiet = null;
        for (var event : records) {
            var record = event.record();
            parts.backfill.observe(record.sourceOffset());
            switch (parts.assembler.accept(record)) {
                case TransactionAssembler.Outcome.Nothing _ -> {}
                case TransactionAssembler.Outcome.Quiet _ -> {
                    quiet = event;
                    parts.progress.heartbeats.incrementAndGet();
                }
                case TransactionAssembler.Outcome.Committed committed -> {
                    var transaction = committed.transaction();
                    quiet = null;
                    if (isRepeat(transaction)) {
                        continue;
                    }
                    unit.add(new Completed(transaction, event));
                    unitRows += transaction.changes().size();
                    if (unitRows >= parts.unitRowsMax) {
                        deliverUnit(unit);
                        unit.clear();
                        unitRows = 0;
                    }
                }
            }
        }
        if (!unit.isEmpty()) {
            deliverUnit(unit);
        }
        if (quiet != null) {
            moveTo(quiet);
        }
    }

    /** A transaction that was delivered and stored before; a backfill's rows that came with it go to the next one. */
    private boolean isRepeat(Transaction transaction) {
        if (transaction.commitLsn() > stored.commitLsn()) {
            return false;
        }
        parts.progress.repeatedTransactions.incrementAndGet();
        parts.assembler.carryOver(transaction.changes().stream()
                .filter(change -> change instanceof Change.Read)
                .toList());
        return true;
    }

    private void deliverUnit(List<Completed> unit) throws InterruptedException {
        var events = new ArrayList<DomainEvent>();
        var kept = new ArrayList<DomainEvent>();
        for (var completed : unit) {
            var filtered = parts.backfill.filter(completed.transaction);
            var mapped = parts.mapper.map(filtered.transaction(), parts.session.images(), parts.session.faults());
            parts.progress.backfillRowsDropped.addAndGet(filtered.dropped());
            if (isInHub(completed.transaction)) {
                parts.progress.suppressedEvents.addAndGet(mapped.size());
            } else {
                events.addAll(mapped);
            }
            if (parts.lake != null && !parts.lake.covers(reach(completed.transaction.commitLsn()))) {
                kept.addAll(mapped);
            }
        }
        var last = unit.getLast();
        if (!events.isEmpty()) {
            publish(events, reach(last.transaction.commitLsn()));
        }
        if (parts.lake != null && !kept.isEmpty()) {
            parts.lake.append(kept, reach(last.transaction.commitLsn()));
        }
        store(last.end, last.transaction.commitLsn());
        count(unit);
        parts.progress.reached(
                last.transaction.commitLsn(), last.transaction.commitTime().toEpochMilli());
    }

    private void count(List<Completed> unit) {
        for (var completed : unit) {
            var reads = completed.transaction.changes().stream()
                    .filter(change -> change instanceof Change.Read)
                    .count();
            parts.progress.backfillRows.addAndGet(reads);
            parts.progress.rows.addAndGet(completed.transaction.changes().size() - reads);
        }
        parts.progress.transactions.addAndGet(unit.size());
        var withoutEvent = new TreeMap<>(withoutEventBefore);
        parts.mapper.withoutEvent().forEach((table, count) -> withoutEvent.merge(table, count, Long::sum));
        parts.progress.waitingAggregates(parts.session.faults().waiting());
        parts.progress.withoutEvent(Collections.unmodifiableMap(withoutEvent));
    }

    private boolean isInHub(Transaction transaction) {
        return hubReach != null && hubReach.covers(reach(transaction.commitLsn()));
    }

    private HubPosition reach(long commitLsn) {
        return new HubPosition(parts.storeId, stored.systemIdentifier(), stored.timeline(), commitLsn);
    }

    /** Tries until the hub has it or the bridge is to stop; meanwhile Debezium's queue fills and PostgreSQL waits. */
    private void publish(List<DomainEvent> events, HubPosition position) throws InterruptedException {
        if (!parts.hub.fences()) {
            parts.session.checkLease();
        }
        try {
            parts.hub.publish(events, position);
        } catch (HubUnavailable e) {
            republish(events, position, e);
        }
        hubReach = position;
        parts.progress.events.addAndGet(events.size());
    }

    private void republish(List<DomainEvent> events, HubPosition position, HubUnavailable first)
            throws InterruptedException {
        var pause = HUB_PAUSE_FIRST;
        var why = first;
        while (true) {
            parts.progress.hubFailures.incrementAndGet();
            parts.progress.enter(Progress.State.HUB_UNAVAILABLE, String.valueOf(why.getMessage()));
            if (parts.stopping.getAsBoolean()) {
                throw new DeliveryFailed("stopped while the hub did not answer", why);
            }
            Thread.sleep(pause);
            pause = pause.multipliedBy(2).compareTo(HUB_PAUSE_MAX) > 0 ? HUB_PAUSE_MAX : pause.multipliedBy(2);
            try {
                var reached = parts.hub.open();
                if (!parts.hub.fences()) {
                    parts.session.checkLease();
                }
                if (reached.isEmpty() || !reached.get().covers(position)) {
                    parts.hub.publish(events, position);
                }
                parts.progress.enter(Progress.State.STREAMING, "");
                return;
            } catch (HubUnavailable e) {
                why = e;
            }
        }
    }

    private void moveTo(RecordChangeEvent<SourceRecord> quiet) {
        var offset = quiet.record().sourceOffset();
        if (offset.get("lsn_commit") instanceof Long lsn && lsn >= stored.commitLsn()) {
            store(quiet, lsn);
            parts.progress.reached(lsn, null);
        }
    }

    private void store(RecordChangeEvent<SourceRecord> at, long commitLsn) {
        var offset = OffsetRule.rewritten(at.record().sourceOffset(), stored.offset());
        var next = new Position(stored.systemIdentifier(), stored.timeline(), commitLsn, offset);
        var isDone = parts.backfill.beforeCommit(offset);
        parts.session.commit(next);
        stored = next;
        unconfirmed = at;
        unconfirmedOffset = offset;
        if (isDone) {
            parts.backfill.next(parts.backfills.get());
        }
    }

    /** Brings to disk what is then confirmed, when it is time to. */
    private void force() {
        if (unconfirmed != null && System.nanoTime() - confirmedAtNanos >= CONFIRM_EVERY.toNanos()) {
            parts.session.force();
            isForced = true;
        }
    }

    private void confirm(DebeziumEngine.RecordCommitter<RecordChangeEvent<SourceRecord>> committer)
            throws InterruptedException {
        var mark = unconfirmed;
        if (mark == null || !isForced) {
            return;
        }
        var offsets = committer.buildOffsets();
        unconfirmedOffset.forEach(offsets::set);
        committer.markProcessed(mark, offsets);
        committer.markBatchFinished();
        unconfirmed = null;
        isForced = false;
        confirmedAtNanos = System.nanoTime();
    }

    /** True when {@code failure} means that another instance is at work. */
    static boolean isFenced(@Nullable Throwable failure) {
        for (var cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof Fenced || cause instanceof HubFenced) {
                return true;
            }
        }
        return false;
    }
}
