package dev.banyan.bridge.run;

import dev.banyan.bridge.change.AggregateImages;
import dev.banyan.bridge.change.Arrival;
import dev.banyan.bridge.change.Change;
import dev.banyan.bridge.change.EventMapper;
import dev.banyan.bridge.change.KeyText;
import dev.banyan.bridge.change.Row;
import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.change.Transaction;
import dev.banyan.bridge.engine.OffsetRule;
import dev.banyan.bridge.engine.SnapshotNotice;
import dev.banyan.bridge.store.Backfill;
import dev.banyan.bridge.store.Ledger;
import dev.banyan.bridge.store.StoreSession;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Follows one backfill at a time from its request to its end, and keeps stale rows of it out. One thread uses it. */
final class BackfillTracker {

    /*
     * A signal to Debezium is not durable: killed right after it, no snapshot ever runs. So a request stays REQUESTED, and is signalled
     * again at each start, until an offset that is stored carries the snapshot's state; from then on Debezium resumes it by itself.
     * It is done when the offset of an arrival after that no longer carries it. Both are looked at in the order of arrivals: what has come
     * through the log may be far ahead of what is stored. Tables without rows are done before an offset says anything of them: then
     * Debezium's word counts, and the next arrival ends it.
     *
     * Signals begin with the id of the backfill they are given for, and only what such a signal has asked for says anything of it. What a lost
     * and repeated signal has asked for twice may be under way still, or once more, when the next backfill has its turn.
     *
     * Debezium passes over a table that it cannot read, and its offsets then say that it was read. So from that moment on nothing that comes
     * is taken, and the next engine reads on from the offset that is stored (see EngineRun).
     *
     * Debezium can pause a snapshot, but its offset does not say so: after a restart it would go on. So a backfill that is to pause or to end
     * is kept from Debezium by starting the engine anew from an offset without the snapshot. Paused, its state goes back into every offset
     * (see Arrivals), and a later engine goes on with it; cancelled, the first offset without it ends it.
     *
     * Debezium may read a row that is older than a change that has already been delivered (the writer's commit was in the log but
     * still waited for its standby). So every key that changes while a backfill is under way is remembered, deletions too, and a
     * row read later under such a key is dropped: what the log said is newer. What changed before, everybody sees when it is signalled
     * (see EarlierWriters). Only a large value that the log did not carry is taken of it.
     * After a truncation so is every row of its table: those that are there since came through the log. (A chunk's lock keeps truncations
     * out of its window, but not after Debezium has made its connection anew, which then commits by itself.)
     *
     * A parity run is a backfill whose rows are compared and not told. They are known by the signal that asked for them, so that none is ever told, whoever
     * has his turn when it comes. When all is read it is under way until the remembered rows are gone through (see ParityCheck).
     *
     * Debezium itself takes rows out of a chunk that change while it is read, and those may be the ones that had such a value to bring. So
     * rows that are remembered without one are noted, and a backfill that has read all tables goes back to REQUESTED, for those alone, as
     * long as there are any. A row that changes all the time may take several goes.
     */

    private final RowKeys keys;
    private final Ledger session;
    private final MissingValues missing;
    private final ParityCheck parity;
    private final Map<TableId, Long> readSince = new HashMap<>();
    private final Rate rate = new Rate();
    private volatile Map<TableId, Long> estimates = Map.of();
    private volatile @Nullable Backfill current;
    private volatile boolean observed;
    private volatile boolean hasRows;
    private volatile boolean isEmpty;
    private volatile SnapshotNotice.@Nullable GivenUp unread;
    private int round;
    private boolean seen;

    /** {@code missing} is that of {@link MissingValues}; {@code mapper} is the one that rows are remembered by, and compares what parity runs read. */
    BackfillTracker(
            Map<TableId, List<String>> keyByTable,
            Ledger session,
            List<Backfill> backfills,
            Function<Change.Read, Change.@Nullable Read> missing,
            EventMapper mapper) {
        this.keys = new RowKeys(keyByTable, mapper);
        this.session = session;
        this.missing = new MissingValues(keys, session, missing);
        this.parity = new ParityCheck(mapper, session, keys);
        next(backfills);
    }

    /** Goes on to the oldest backfill that is not over. The courier calls it when one has ended, others only while there is none. */
    synchronized void next(List<Backfill> backfills) {
        var head = Backfill.head(backfills).orElse(null);
        begin(head != null && head.state() == Backfill.State.RUNNING);
        round = 0;
        readSince.clear();
        parity.begin((int) backfills.stream()
                .filter(each -> each.isParity() && head != null && each.requestedAtMs() <= head.requestedAtMs())
                .count());
        rate.clear();
        estimates = Map.of();
        current = head; // last: it makes the rest visible to the courier
    }

    private void begin(boolean isRunning) {
        seen = isRunning;
        observed = isRunning;
        hasRows = false;
        isEmpty = false;
    }

    /** How often {@link #current} has gone back to read rows again since this tracker came to it. */
    int round() {
        return round;
    }

    /** The backfill under way; null when there is none. */
    @Nullable
    Backfill current() {
        return current;
    }

    /** True when {@link #current} has to be signalled (again). */
    boolean needsSignal() {
        var backfill = current;
        return backfill != null
                && backfill.state() == Backfill.State.REQUESTED // the spool may have held its beginning
                && !observed
                && !isEmpty
                && backfill.wish() == Backfill.Wish.GO;
    }

    /** What the database's statistics say of the tables; to be told before {@link #current} is signalled. Any thread. */
    void estimated(Map<TableId, Long> rowsByTable) {
        estimates = Map.copyOf(rowsByTable);
    }

    /** What Debezium is to know of {@code offset}: of a snapshot only if it is to go on with it. Any thread. */
    Map<String, Object> handedOut(Map<String, Object> offset) {
        var backfill = current;
        return backfill != null && backfill.wish() == Backfill.Wish.GO ? offset : OffsetRule.withoutSnapshot(offset);
    }

    /** What every offset of this run, which begins at {@code from}, has to say of a snapshot that is paused. */
    Map<String, Object> held(Map<String, Object> from) {
        var backfill = current;
        return backfill != null && backfill.wish() == Backfill.Wish.PAUSE ? OffsetRule.snapshot(from) : Map.of();
    }

    /** Looks at the offset of each record as it comes through the log: from then on no signal is needed. Any thread. */
    void observe(Map<String, ?> offset) {
        var signal = OffsetRule.snapshotSignal(offset);
        if (signal != null && !observed) {
            observed(signal);
        }
    }

    private synchronized void observed(String signal) {
        observed |= isOurs(signal);
    }

    /** Hears what Debezium says of its snapshot. Any thread. */
    synchronized void told(SnapshotNotice notice) {
        switch (notice) {
            case SnapshotNotice.Begun(var id) -> observed(id); // its records may wait behind a batch that takes long
            case SnapshotNotice.Reading(var id) -> {
                observed(id);
                hasRows |= isOurs(id);
            }
            case SnapshotNotice.GivenUp given -> unread = unread == null ? given : unread; // what follows is no reason
            case SnapshotNotice.Completed(var id) -> isEmpty |= isOurs(id) && !hasRows && unread == null;
        }
    }

    private boolean isOurs(@Nullable String signal) {
        var backfill = current;
        return backfill != null && signal != null && signal.startsWith(backfill.id());
    }

    /** What Debezium could not read and has passed over; null while there is nothing. Any thread. */
    SnapshotNotice.@Nullable GivenUp unread() {
        return unread;
    }

    /** A transaction as it is to be told, and the rows of a parity run that came with it. */
    record Split(Transaction told, List<Change.Read> compared) {}

    /** Takes what a parity run has read out of {@code transaction}, for which Debezium was asked with {@code signal}. */
    Split split(Transaction transaction, @Nullable String signal) {
        if (!Backfill.isParity(signal)) {
            return new Split(transaction, List.of());
        }
        var told = new ArrayList<Change>();
        var compared = new ArrayList<Change.Read>();
        for (var change : transaction.changes()) {
            if (change instanceof Change.Read read) {
                compared.add(read);
            } else {
                told.add(change);
            }
        }
        return new Split(transaction.with(told), isOurs(signal) ? compared : List.of());
    }

    /** Compares {@code reads} with what is remembered, before what came with them is told, and after {@link #filter} has seen that. */
    void compare(List<Change.Read> reads) {
        var run = current;
        if (run == null) {
            return;
        }
        session.images().expect(() -> rows(reads));
        for (var read : reads) {
            if (run.tables().stream().anyMatch(table -> table.id().equals(read.table()))) {
                session.see(keyOf(read));
                readSince.merge(read.table(), 1L, Long::sum);
                parity.compare(run, read);
            }
        }
    }

    /** What is asked of the images to compare {@code reads}: these rows, and none of their lists. */
    private Map<TableId, AggregateImages.Keys> rows(List<Change.Read> reads) {
        var rows = new HashMap<TableId, AggregateImages.Keys>();
        for (var read : reads) {
            var key = keys.values(read.table(), read.after());
            if (key != null) {
                rows.computeIfAbsent(read.table(), _ -> new AggregateImages.Keys(new LinkedHashSet<>(), Set.of()))
                        .rows()
                        .add(key);
            }
        }
        return rows;
    }

    /**
     * {@code transaction} without the rows that a backfill read too late, but for what is still to be known of them; the keys that it changes
     * are remembered.
     */
    Filtered filter(Transaction transaction) {
        if (current == null) {
            return new Filtered(transaction, 0);
        }
        touch(transaction);
        var reads = new ArrayList<StoreSession.RowKey>();
        for (var change : transaction.changes()) {
            if (change instanceof Change.Read read) {
                reads.add(keyOf(read));
                readSince.merge(read.table(), 1L, Long::sum);
            }
        }
        return reads.isEmpty() ? new Filtered(transaction, 0) : withoutStale(transaction, reads);
    }

    /** The key of {@code read}, the same for what {@link #filter} leaves of it. */
    StoreSession.RowKey keyOf(Change.Read read) {
        return keys.whole(read.table(), read.after());
    }

    private Filtered withoutStale(Transaction transaction, List<StoreSession.RowKey> reads) {
        var asked = new LinkedHashSet<>(reads);
        reads.forEach(read -> asked.add(all(read.table())));
        var stale = session.touchedAmong(List.copyOf(asked));
        if (stale.isEmpty()) {
            return new Filtered(transaction, 0);
        }
        var kept = new ArrayList<Change>();
        for (var change : transaction.changes()) {
            var left = change instanceof Change.Read read
                            && (stale.contains(all(read.table())) || stale.contains(keyOf(read)))
                    ? missing.broughtBy(read)
                    : change;
            if (left != null) {
                kept.add(left);
            }
        }
        return new Filtered(transaction.with(kept), transaction.changes().size() - kept.size());
    }

    /** What is left of a transaction. */
    record Filtered(Transaction transaction, int dropped) {}

    /** Remembers the keys that {@code transaction} changes, as far as its rows have them: of paused tables they may lack some. */
    void touch(Transaction transaction) {
        if (current == null) {
            return;
        }
        for (var change : transaction.changes()) {
            switch (change) {
                case Change.Read(var table, var after) -> {
                    var key = keys.of(table, after);
                    if (key != null) {
                        session.see(key);
                    }
                }
                case Change.Inserted(var table, var after) -> touch(table, after);
                case Change.Updated(var table, var before, var after) -> {
                    touch(table, after);
                    touch(table, before);
                }
                case Change.Deleted(var table, var before) -> touch(table, before);
                case Change.Truncated(var table) -> session.touch(all(table));
            }
        }
    }

    private void touch(TableId table, @Nullable Row row) {
        var key = row == null ? null : keys.of(table, row);
        if (key != null) {
            session.touch(key);
        }
    }

    /** Hears that {@code transaction} is mapped. */
    void mapped(Transaction transaction) {
        var backfill = current;
        if (backfill != null && !backfill.isParity()) {
            missing.note(transaction, backfill);
        }
    }

    /** Records, with the commit that stores the last of {@code arrivals}, how far the backfill is; true when one of them ends it. */
    boolean beforeCommit(List<Arrival> arrivals) {
        var backfill = current;
        if (backfill == null) {
            return false;
        }
        var isOver = false;
        for (var arrival : arrivals) {
            seen |= isOurs(arrival.signal());
            isOver |= (seen || isEmpty) && arrival.offset().get(OffsetRule.SNAPSHOT_TABLES) == null;
        }
        if (!isOver && !seen) {
            readSince.clear(); // somebody else has asked for them
            parity.stored();
            return false;
        }
        if (!isOver && readSince.isEmpty() && backfill.state() == Backfill.State.RUNNING) {
            return false;
        }
        var next = isOver ? end(backfill) : goingOn(backfill, arrivals.getLast().offset());
        readSince.clear();
        parity.stored();
        session.update(next);
        if (next.state() == Backfill.State.REQUESTED) {
            begin(false);
            round++;
        }
        current = next; // last: it makes the rest visible to who signals
        return next.isOver();
    }

    private Backfill goingOn(Backfill backfill, Map<String, Object> offset) {
        var left = OffsetRule.snapshotTables(offset);
        return updated(backfill, Backfill.State.RUNNING, table -> reading(table.id(), left));
    }

    private Backfill end(Backfill backfill) {
        if (backfill.wish() == Backfill.Wish.CANCEL) {
            return updated(backfill, Backfill.State.CANCELLED, Backfill.Table::reading);
        }
        if (backfill.isParity()) {
            var isHeld = backfill.wish() == Backfill.Wish.PAUSE;
            var state = !isHeld && parity.goThrough(backfill) ? Backfill.State.DONE : Backfill.State.RUNNING;
            return updated(backfill, state, _ -> Backfill.Reading.READ);
        }
        var again = missing.tables();
        return updated(
                backfill,
                again.isEmpty() ? Backfill.State.DONE : Backfill.State.REQUESTED,
                table -> again.contains(table.id()) ? Backfill.Reading.READING : Backfill.Reading.READ);
    }

    private Backfill updated(
            Backfill backfill, Backfill.State state, Function<Backfill.Table, Backfill.Reading> reading) {
        var rowsRead = backfill.rowsRead()
                + readSince.values().stream().mapToLong(Long::longValue).sum();
        rate.add(System.nanoTime(), rowsRead);
        var perSecond = rate.perSecond();
        return new Backfill(
                backfill.id(),
                backfill.tables().stream()
                        .map(table -> updated(table, reading.apply(table), backfill.isParity(), state))
                        .toList(),
                state,
                backfill.wish(),
                rowsRead,
                perSecond.isPresent() ? (@Nullable Long) perSecond.getAsLong() : null,
                state != Backfill.State.RUNNING || !readSince.isEmpty() ? null : backfill.failure(),
                backfill.requestedAtMs(),
                backfill.updatedAtMs());
    }

    private static Backfill.Reading reading(TableId table, List<TableId> left) {
        return switch (left.indexOf(table)) {
            case -1 -> Backfill.Reading.READ;
            case 0 -> Backfill.Reading.READING;
            default -> Backfill.Reading.WAITING;
        };
    }

    private Backfill.Table updated(
            Backfill.Table table, Backfill.Reading reading, boolean isParity, Backfill.State state) {
        var estimate = estimates.get(table.id());
        return new Backfill.Table(
                table.id(),
                reading,
                table.rowsRead() + readSince.getOrDefault(table.id(), 0L),
                estimate == null ? table.rowsEstimated() : estimate,
                isParity ? parity.of(table.id(), table.parity(), state == Backfill.State.DONE) : null);
    }

    /** What stands for all rows of {@code table} among those that changed. */
    private static StoreSession.RowKey all(TableId table) {
        return new StoreSession.RowKey(table, KeyText.NONE);
    }
}
