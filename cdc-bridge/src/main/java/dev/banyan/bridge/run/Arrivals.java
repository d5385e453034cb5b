package dev.banyan.bridge.run;

import dev.banyan.bridge.change.Arrival;
import dev.banyan.bridge.change.Change;
import dev.banyan.bridge.change.Transaction;
import dev.banyan.bridge.engine.OffsetRule;
import dev.banyan.bridge.engine.Shapes;
import dev.banyan.bridge.engine.TransactionAssembler;
import io.debezium.engine.RecordChangeEvent;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.connect.source.SourceRecord;
import org.jspecify.annotations.Nullable;

/** Makes arrivals of Debezium's batches, up to the first record that nothing can be made of. */
final class Arrivals {

    /*
     * What a batch completes before such a record is delivered first: where a table was changed, older rows fit the mapping of today, and
     * would not fit the one that is mended for those that follow.
     *
     * While a backfill is paused Debezium does not know of it. What the offset said of it is put back into each offset, so that it stays
     * stored, and in the spool, until Debezium is to go on with it.
     */
    private final TransactionAssembler assembler;
    private final Shapes shapes;
    private final BackfillTracker backfill;
    private final Map<String, Object> held;
    private final Progress progress;
    private final Doubts doubts;
    private @Nullable String signal;
    private @Nullable RecordChangeEvent<SourceRecord> unconfirmed;
    private @Nullable RuntimeException broken;

    /** Arrivals from the place {@code from} on. */
    Arrivals(
            TransactionAssembler assembler,
            Shapes shapes,
            BackfillTracker backfill,
            Map<String, Object> from,
            Progress progress,
            Doubts doubts) {
        this.assembler = assembler;
        this.shapes = shapes;
        this.backfill = backfill;
        this.held = backfill.held(from);
        this.progress = progress;
        this.doubts = doubts;
    }

    /** What {@code records} complete behind the position {@code accepted}. A quiet place counts only when nothing follows it. */
    List<Arrival> of(List<RecordChangeEvent<SourceRecord>> records, long accepted) {
        var arrivals = new ArrayList<Arrival>();
        try {
            for (var event : records) {
                accept(event, accepted, arrivals);
            }
        } catch (RuntimeException e) {
            broken = e;
        }
        progress.openRows(assembler.openRows());
        return arrivals;
    }

    /** Throws what the last batch ended with, if it was not its last record. */
    void check() {
        if (broken != null) {
            throw broken;
        }
    }

    /** The record that completed the last arrival, unless that is confirmed. */
    @Nullable
    RecordChangeEvent<SourceRecord> unconfirmed() {
        return unconfirmed;
    }

    void confirmed() {
        unconfirmed = null;
    }

    private void accept(RecordChangeEvent<SourceRecord> event, long accepted, List<Arrival> arrivals) {
        var offset = event.record().sourceOffset();
        backfill.observe(offset);
        signal = orElse(OffsetRule.snapshotSignal(offset), signal);
        shapes.check(event.record());
        switch (assembler.accept(event.record())) {
            case TransactionAssembler.Outcome.Nothing _ -> {}
            case TransactionAssembler.Outcome.Quiet(var position, var quiet) -> {
                doubts.check(position, arrivals);
                if (position >= accepted) {
                    add(arrivals, event, Arrival.quiet(position, quiet, signal));
                }
            }
            case TransactionAssembler.Outcome.Committed(var transaction, var end) -> {
                doubts.check(transaction.commitLsn(), arrivals);
                if (transaction.commitLsn() <= accepted) {
                    repeated(transaction);
                } else {
                    add(arrivals, event, Arrival.of(transaction, end, signal));
                }
            }
        }
    }

    private void add(List<Arrival> arrivals, RecordChangeEvent<SourceRecord> event, Arrival arrival) {
        var last = orElse(arrival.signal(), OffsetRule.snapshotSignal(held));
        if (!arrivals.isEmpty() && arrivals.getLast().transaction() == null) {
            last = orElse(last, arrivals.removeLast().signal());
        }
        var offset = new LinkedHashMap<>(arrival.offset());
        offset.putAll(held);
        arrivals.add(new Arrival(arrival.transaction(), arrival.lsn(), offset, last));
        unconfirmed = event;
        signal = null;
    }

    private static @Nullable String orElse(@Nullable String later, @Nullable String before) {
        return later == null ? before : later;
    }

    /** A transaction that is safe already; a backfill's rows that came with it go to the next one. */
    private void repeated(Transaction transaction) {
        progress.repeatedTransactions.incrementAndGet();
        assembler.carryOver(transaction.changes().stream()
                .filter(change -> change instanceof Change.Read)
                .toList());
    }
}
