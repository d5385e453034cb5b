package dev.banyan.bridge.run;

import dev.banyan.bridge.change.Arrival;
import dev.banyan.bridge.change.Change;
import dev.banyan.bridge.change.KeyText;
import dev.banyan.bridge.change.Row;
import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.change.Transaction;
import dev.banyan.bridge.engine.OffsetRule;
import dev.banyan.bridge.store.Backfill;
import dev.banyan.bridge.store.Ledger;
import dev.banyan.bridge.store.StoreSession;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Follows one backfill at a time from its request to its end, and keeps stale rows of it out. One thread uses it. */
final class BackfillTracker {

    /*
     * A signal to Debezium is not durable: killed right after it, no snapshot ever runs. So a request stays REQUESTED, and is signalled
     * again at each start, until an offset that is stored carries the snapshot's state; from then on Debezium resumes it by itself.
     * It is done when the offset of an arrival after that no longer carries it. Both are looked at in the order of arrivals: what has come
     * through the log may be far ahead of what is stored.
     *
     * Debezium may read a row that is older than a change that has already been delivered (the writer's commit was in the log but
     * still waited for its standby). So every key that changes while a backfill is under way is remembered, deletions too, and a
     * row read later under such a key is dropped: what the log said is newer.
     */

    private final Map<TableId, List<String>> keyByTable;
    private final Ledger session;
    private volatile @Nullable Backfill current;
    private volatile boolean observed;
    private boolean seen;
    private long rowsRead;

    BackfillTracker(Map<TableId, List<String>> keyByTable, Ledger session, List<Backfill> backfills) {
        this.keyByTable = keyByTable;
        this.session = session;
        next(backfills);
    }

    /** Goes on to the oldest backfill that is not done. */
    void next(List<Backfill> backfills) {
        current = backfills.stream()
                .filter(backfill -> backfill.state() != Backfill.State.DONE)
                .findFirst()
                .orElse(null);
        seen = current != null && current.state() == Backfill.State.RUNNING;
        observed = seen;
        rowsRead = current == null ? 0 : current.rowsRead();
    }

    /** The backfill under way; null when there is none. */
    @Nullable
    Backfill current() {
        return current;
    }

    /** True when {@link #current} has to be signalled (again). */
    boolean needsSignal() {
        return current != null && !observed;
    }

    /** Looks at the offset of each record as it comes through the log: from then on no signal is needed. Any thread. */
    void observe(Map<String, ?> offset) {
        if (current != null && !observed && offset.get(OffsetRule.SNAPSHOT_TABLES) != null) {
            observed = true;
        }
    }

    /** {@code transaction} without the rows that a backfill read too late; the keys that it changes are remembered. */
    Filtered filter(Transaction transaction) {
        if (current == null) {
            return new Filtered(transaction, 0);
        }
        var reads = new ArrayList<StoreSession.RowKey>();
        for (var change : transaction.changes()) {
            switch (change) {
                case Change.Read(var table, var after) -> reads.add(key(table, after));
                case Change.Inserted(var table, var after) -> session.touch(key(table, after));
                case Change.Updated(var table, var before, var after) -> {
                    session.touch(key(table, after));
                    if (before != null) {
                        session.touch(key(table, before));
                    }
                }
                case Change.Deleted(var table, var before) -> session.touch(key(table, before));
                case Change.Truncated _ -> {}
            }
        }
        if (reads.isEmpty()) {
            return new Filtered(transaction, 0);
        }
        var stale = session.touchedAmong(reads);
        rowsRead += reads.size();
        if (stale.isEmpty()) {
            return new Filtered(transaction, 0);
        }
        var kept = transaction.changes().stream()
                .filter(change ->
                        !(change instanceof Change.Read(var table, var after) && stale.contains(key(table, after))))
                .toList();
        return new Filtered(transaction.with(kept), transaction.changes().size() - kept.size());
    }

    /** What is left of a transaction. */
    record Filtered(Transaction transaction, int dropped) {}

    /** Records, with the commit that stores the last of {@code arrivals}, how far the backfill is; true when one of them ends it. */
    boolean beforeCommit(List<Arrival> arrivals) {
        var backfill = current;
        if (backfill == null) {
            return false;
        }
        var isDone = false;
        for (var arrival : arrivals) {
            seen |= arrival.sawSnapshot();
            isDone |= seen && arrival.offset().get(OffsetRule.SNAPSHOT_TABLES) == null;
        }
        if (!seen) {
            return false;
        }
        var state = isDone ? Backfill.State.DONE : Backfill.State.RUNNING;
        if (state != backfill.state() || rowsRead != backfill.rowsRead()) {
            current = new Backfill(backfill.id(), backfill.tables(), state, rowsRead, backfill.requestedAtMs());
            session.update(current);
        }
        return isDone;
    }

    private StoreSession.RowKey key(TableId table, Row row) {
        var columns = keyByTable.get(table);
        if (columns == null) {
            throw new IllegalStateException("a row of " + table + " (expected: a mapped table)");
        }
        return new StoreSession.RowKey(table, KeyText.of(row.key(columns)));
    }
}
