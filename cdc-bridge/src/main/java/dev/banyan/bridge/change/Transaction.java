package dev.banyan.bridge.change;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A committed transaction of the legacy database, complete and in the order of its statements. {@code commitLsn} is its position in
 * the log, unique and rising from one transaction to the next. Rows of a backfill come with the transaction that closed their window. Rows that are gone
 * come with none: {@code go} numbers what tells some of them as of a position, and is null for a transaction of the log.
 */
public record Transaction(
        long commitLsn,
        String txId,
        Instant commitTime,
        List<Change> changes,
        Cause cause,
        @Nullable Long go) {

    /** True when its changes lie in a file, because they are too many for memory. */
    public boolean isLarge() {
        return changes instanceof LargeList<Change> large && large.isInFile();
    }

    public Transaction {
        changes = changes instanceof LargeList<Change> ? changes : List.copyOf(changes);
    }

    /** A transaction of the log. */
    public Transaction(long commitLsn, String txId, Instant commitTime, List<Change> changes, Cause cause) {
        this(commitLsn, txId, commitTime, changes, cause, null);
    }

    /** A transaction of which nobody said what it was made for. */
    public Transaction(long commitLsn, String txId, Instant commitTime, List<Change> changes) {
        this(commitLsn, txId, commitTime, changes, Cause.UNKNOWN);
    }

    /** What its events name as their cause: what its writer said, else the transaction itself. */
    public Cause causeOfEvents() {
        return cause.or(this);
    }

    /** The same transaction with other {@code changes}: a part of it, or more than it had. */
    public Transaction with(List<Change> others) {
        return new Transaction(commitLsn, txId, commitTime, others, cause, go);
    }

    /**
     * What tells it from every other transaction of its database: its place in the log, and its GTID where it has one, because a server
     * that was begun anew counts from one again.
     */
    public String identity() {
        var place = Long.toHexString(commitLsn);
        return Dbms.ofTransaction(txId) == Dbms.MARIADB ? place + '/' + txId : place;
    }
}
