package dev.banyan.bridge.engine;

import dev.banyan.bridge.change.TableId;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** Which part of a Debezium offset is stored. */
public final class OffsetRule {

    /*
     * Debezium up to 3.6 loses rows on a restart (dbz#76: interleaved transactions with transaction metadata; dbz#1554: COPY rows that
     * share a position), because it looks in the resent log for the last event it had handled and takes another one for it. It skips
     * that search when the offset does not say what was handled last. Without lsn_proc, messageType and transaction_* it starts at
     * the stored commit, and PostgreSQL resends every transaction that committed later, whole.
     *
     * After a restart inside an incremental snapshot Debezium reports a serialised null as the last key until it has read a first row.
     * Storing that would start the table again from its first row, so the key stored before stays while the list of tables is the same.
     */

    /** Present in an offset while an incremental snapshot is under way. */
    public static final String SNAPSHOT_TABLES = "incremental_snapshot_collections";

    private static final String SNAPSHOT = "incremental_snapshot_";
    private static final String SNAPSHOT_SIGNAL = "incremental_snapshot_correlation_id";
    private static final JsonMapper JSON = new JsonMapper();
    static final String SNAPSHOT_KEY = "incremental_snapshot_primary_key";
    static final String SERIALISED_NULL = "aced000570";
    static final String LSN = "lsn";
    /** The commit that everything up to this offset lies at or before. */
    public static final String COMMIT_LSN = "lsn_commit";

    private OffsetRule() {}

    /** What to store of {@code offset}, with {@code stored} as what is stored now. */
    public static Map<String, Object> rewritten(Map<String, ?> offset, @Nullable Map<String, ?> stored) {
        var kept = new LinkedHashMap<String, Object>();
        offset.forEach((key, value) -> {
            if (!isDropped(key) && value != null) {
                kept.put(key, value);
            }
        });
        if (stored != null
                && SERIALISED_NULL.equalsIgnoreCase(String.valueOf(kept.get(SNAPSHOT_KEY)))
                && Objects.equals(stored.get(SNAPSHOT_TABLES), kept.get(SNAPSHOT_TABLES))) {
            var key = stored.get(SNAPSHOT_KEY);
            if (key != null) {
                kept.put(SNAPSHOT_KEY, key);
            }
        }
        return kept;
    }

    /** What {@code offset} says of an incremental snapshot that is under way; empty when there is none. */
    public static Map<String, Object> snapshot(Map<String, Object> offset) {
        return part(offset, true);
    }

    /** The same place in the log, for a Debezium that knows of no incremental snapshot. */
    public static Map<String, Object> withoutSnapshot(Map<String, Object> offset) {
        return part(offset, false);
    }

    private static Map<String, Object> part(Map<String, Object> offset, boolean ofSnapshot) {
        var part = new LinkedHashMap<String, Object>();
        offset.forEach((key, value) -> {
            if (key.startsWith(SNAPSHOT) == ofSnapshot) {
                part.put(key, value);
            }
        });
        return part;
    }

    /** The tables that the incremental snapshot in {@code offset} has not read to their end, the one it reads first. */
    public static List<TableId> snapshotTables(Map<String, ?> offset) {
        return offset.get(SNAPSHOT_TABLES) instanceof String json
                ? JSON.readTree(json)
                        .valueStream()
                        .map(each ->
                                TableId.parse(each.path(SNAPSHOT_TABLES + "_id").asString()))
                        .toList()
                : List.of();
    }

    /** The id of the last signal that asked for what the incremental snapshot in {@code offset} reads; null when none is under way. */
    public static @Nullable String snapshotSignal(Map<String, ?> offset) {
        return offset.get(SNAPSHOT_TABLES) != null && offset.get(SNAPSHOT_SIGNAL) instanceof String id ? id : null;
    }

    /** The offset of a slot nobody has read from yet: its first transaction is the next one that commits after {@code lsn}. */
    public static Map<String, Object> startingAt(long lsn) {
        var offset = new LinkedHashMap<String, Object>();
        offset.put(LSN, lsn);
        offset.put(COMMIT_LSN, lsn);
        offset.put("ts_usec", 0L);
        return offset;
    }

    /** True when nothing that committed before this offset is still to come: safe to store if no transaction is open. */
    static boolean isAtCommit(Map<String, ?> offset) {
        var commit = offset.get(COMMIT_LSN);
        return commit != null && commit.equals(offset.get(LSN));
    }

    private static boolean isDropped(String key) {
        return key.equals("lsn_proc") || key.equals("messageType") || key.startsWith("transaction_");
    }
}
