package dev.banyan.bridge.change;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What came through the log and ends at a place from which reading may go on: {@code offset} says where, as Debezium does, and {@code lsn}
 * is the commit that lies before it. {@code signal} has asked for what a backfill read in Debezium on the way there, the last one if it was
 * several; null when none was under way. Without a {@code transaction} nothing happened up to there.
 */
public record Arrival(
        @Nullable Transaction transaction,
        long lsn,
        Map<String, Object> offset,
        @Nullable String signal) {

    public Arrival {
        offset = Map.copyOf(offset);
    }

    /** A whole transaction, whose END has {@code offset}. */
    public static Arrival of(Transaction transaction, Map<String, ?> offset, @Nullable String signal) {
        return new Arrival(transaction, transaction.commitLsn(), withoutNull(offset), signal);
    }

    /** A quiet place between transactions. */
    public static Arrival quiet(long lsn, Map<String, ?> offset, @Nullable String signal) {
        return new Arrival(null, lsn, withoutNull(offset), signal);
    }

    private static Map<String, Object> withoutNull(Map<String, ?> offset) {
        var kept = new LinkedHashMap<String, Object>();
        offset.forEach((key, value) -> {
            if (value != null) {
                kept.put(key, value);
            }
        });
        return kept;
    }

    /** True when its transaction lies in a file. */
    public boolean isLarge() {
        return transaction != null && transaction.isLarge();
    }

    /** How many rows it has, those of a backfill included. */
    public int rows() {
        return transaction == null ? 0 : transaction.changes().size();
    }
}
