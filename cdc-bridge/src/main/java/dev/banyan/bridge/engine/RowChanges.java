package dev.banyan.bridge.engine;

import dev.banyan.bridge.change.Change;
import dev.banyan.bridge.change.Columns;
import dev.banyan.bridge.change.MappingFailed;
import dev.banyan.bridge.change.Row;
import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.record.RowReader;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.source.SourceRecord;
import org.jspecify.annotations.Nullable;

/** Makes changes of Debezium's records of rows. The two records of a changed key, which follow each other, are one change. */
final class RowChanges {

    /*
     * Of a row that the log has by its key alone PostgreSQL sends NULL for all other columns, and Debezium makes a zero or an empty text of
     * those that are NOT NULL. Nobody could tell them from the row's own, so no more than the key is read of such a row.
     */

    private final Map<TableId, Columns> loggedKeys = new HashMap<>();
    private final Set<TableId> whole;
    private final RowReader mapped = new RowReader(EngineSettings.UNAVAILABLE);
    private final RowReader readable = RowReader.ofReadable(EngineSettings.UNAVAILABLE);
    private @Nullable Row movedFrom;

    /**
     * With {@code loggedKeys}, the columns of the key, for tables whose old rows the log may have by their keys alone. Of the tables
     * {@code whole} all columns come, and those that no mapping could read are left out.
     */
    RowChanges(Map<TableId, List<String>> loggedKeys, Set<TableId> whole) {
        this.whole = Set.copyOf(whole);
        loggedKeys.forEach((table, key) -> this.loggedKeys.put(table, new Columns(key)));
    }

    /** The row that a backfill read. */
    Change.Read read(TableId table, Struct value) {
        return new Change.Read(table, rows(table).read(after(value), null));
    }

    /** What {@code record} of {@code table} did; empty for the first of two. */
    List<Change> of(SourceRecord record, TableId table, Struct value) {
        var op = value.getString("op");
        var before = before(table, value.getStruct("before"));
        return switch (op) {
            case "c" -> List.of(inserted(record, table, value));
            case "u" -> List.of(new Change.Updated(table, before, rows(table).read(after(value), before)));
            case "d" -> {
                if (before == null) {
                    throw new IllegalStateException("a deleted row of " + table + " without its old values");
                }
                if (record.headers().lastWithName("__debezium.newkey") != null) {
                    movedFrom = before;
                    yield List.of();
                }
                yield List.of(new Change.Deleted(table, before));
            }
            case "t" -> List.of(new Change.Truncated(table));
            default ->
                throw new IllegalStateException("operation " + op + " on " + table + " (expected: c, u, d, r or t)");
        };
    }

    /** True between the two records of a changed key. */
    boolean isMoving() {
        return movedFrom != null;
    }

    /** Forgets the first of two records whose second will not come. */
    void clear() {
        movedFrom = null;
    }

    /** A rough count of the bytes in the values read since the last call. */
    long takeBytesRead() {
        return mapped.takeBytesRead() + readable.takeBytesRead();
    }

    private RowReader rows(TableId table) {
        return whole.contains(table) ? readable : mapped;
    }

    private @Nullable Row before(TableId table, @Nullable Struct before) {
        if (before == null) {
            return null;
        }
        var row = rows(table).read(before, null);
        var key = loggedKeys.get(table);
        if (key != null && !row.values().keySet().containsAll(key.names())) {
            throw new MappingFailed("the table has changed: " + table
                    + ": the key of an old row is not there, and the log has nothing else of it"
                    + " (expected: the columns " + key.names() + ", or source.identity: full)");
        }
        return key == null ? row : key.row(row.key(key.names()).toArray());
    }

    private Change inserted(SourceRecord record, TableId table, Struct value) {
        var moved = movedFrom;
        if (moved == null || record.headers().lastWithName("__debezium.oldkey") == null) {
            return new Change.Inserted(table, rows(table).read(after(value), null));
        }
        movedFrom = null;
        return new Change.Updated(table, moved, rows(table).read(after(value), moved));
    }

    private static Struct after(Struct value) {
        return value.getStruct("after");
    }
}
