package dev.banyan.bridge.run;

import dev.banyan.bridge.change.EventMapper;
import dev.banyan.bridge.change.KeyText;
import dev.banyan.bridge.change.Row;
import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.store.StoreSession.RowKey;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The keys of rows, by the columns that make the key of each mapped table, in the form that {@code mapper} remembers rows by. */
record RowKeys(Map<TableId, List<String>> columnsByTable, EventMapper mapper) {

    RowKeys {
        columnsByTable = Map.copyOf(columnsByTable);
    }

    /** The key of {@code row}; null when it lacks a column of it, or {@code table} is not mapped. */
    @Nullable
    RowKey of(TableId table, Row row) {
        var key = values(table, row);
        return key == null ? null : new RowKey(table, KeyText.of(key));
    }

    /** The same as the values that make it. */
    @Nullable
    List<Object> values(TableId table, Row row) {
        var remembered = mapper.keys(table, row);
        if (remembered != null) {
            return remembered.row();
        }
        var columns = columnsByTable.getOrDefault(table, List.of());
        return columns.isEmpty() || columns.stream().anyMatch(column -> row.get(column) == null)
                ? null
                : row.key(columns);
    }

    /** The key of {@code row} of a mapped table, which has all columns of it. */
    RowKey whole(TableId table, Row row) {
        var key = of(table, row);
        if (key == null) {
            throw new IllegalStateException(
                    "a row of " + table + " without its key (expected: a value in each column of it)");
        }
        return key;
    }

    boolean isMapped(TableId table) {
        return columnsByTable.containsKey(table);
    }

    List<String> columns(TableId table) {
        var columns = columnsByTable.get(table);
        if (columns == null) {
            throw new IllegalStateException("a row of " + table + " (expected: a mapped table)");
        }
        return columns;
    }
}
