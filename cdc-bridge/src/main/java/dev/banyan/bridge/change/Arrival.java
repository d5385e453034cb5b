package dev.banyan.bridge.change;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What came through the log and ends at a place from which reading may go on: {@code offset} says where, as Debezium does, and {@code lsn}
 * is the commit that lies before it. {@code sawSnapshot}: on the way there a backfill was under way in Debezium. Without a
 * {@code transaction} nothing happened up to there.
 */
public record Arrival(@Nullable Transaction transaction, long lsn, Map<String, Object> offset, boolean sawSnapshot) {

    public Arrival {
        offset = Map.copyOf(offset);
    }

    /** A whole transaction, whose END has {@code offset}. */
    public static Arrival of(Transaction transaction, Map<String, ?> offset, boolean sawSnapshot) {
        return new Arrival(transaction, transaction.commitLsn(), withoutNull(offset), sawSnapshot);
    }

    /** A quiet place between transactions. */
    public static Arrival quiet(long lsn, Map<String, ?> offset, boolean sawSnapshot) {
        return new Arrival(null, lsn, withoutNull(offset), sawSnapshot);
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
