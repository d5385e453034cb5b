package dev.banyan.bridge.run;

import dev.banyan.bridge.change.EventMapper;
import dev.banyan.bridge.change.KeyText;
import dev.banyan.bridge.change.Row;
import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.store.StoreSession.RowKey;
import java.util.List;
import java.util.Map;

/** The keys of rows, by the columns that make the key of each mapped table, in the form that {@code mapper} remembers rows by. */
record RowKeys(Map<TableId, List<String>> columnsByTable, EventMapper mapper) {

    RowKeys {
        columnsByTable = Map.copyOf(columnsByTable);
    }

    /** The key of {@code row}, which has all columns of it. */
    RowKey of(TableId table, Row row) {
        var remembered = mapper.keys(table, row);
        return new RowKey(table, KeyText.of(remembered == null ? row.key(columns(table)) : remembered.row()));
    }

    List<String> columns(TableId table) {
        var columns = columnsByTable.get(table);
        if (columns == null) {
            throw new IllegalStateException("a row of " + table + " (expected: a mapped table)");
        }
        return columns;
    }
}
