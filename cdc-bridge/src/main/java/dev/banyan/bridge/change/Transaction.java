package dev.banyan.bridge.change;

import java.time.Instant;
import java.util.List;

/**
 * A committed transaction of the legacy database, complete and in the order of its statements. {@code commitLsn} is its position in
 * the log, unique and rising from one transaction to the next. Rows of a backfill come with the transaction that closed their window.
 */
public record Transaction(long commitLsn, String txId, Instant commitTime, List<Change> changes) {

    public Transaction {
        changes = List.copyOf(changes);
    }

    /** What tells it from every other transaction of its database: its GTID where it has one, else its place in the log. */
    public String identity() {
        return Dbms.ofTransaction(txId) == Dbms.MARIADB ? txId : Long.toHexString(commitLsn);
    }
}
