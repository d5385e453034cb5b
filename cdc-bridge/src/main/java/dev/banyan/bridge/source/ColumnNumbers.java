package dev.banyan.bridge.source;

import dev.banyan.bridge.change.TableId;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/** Which number each column has in its table. It stays that when the column is renamed, and in PostgreSQL no other column is ever given it. */
public final class ColumnNumbers {

    private ColumnNumbers() {}

    /** By table and name, every column of {@code tables} that may be seen. */
    public static Map<TableId, Map<String, Integer>> of(Connection connection, Collection<TableId> tables)
            throws SQLException {
        var numbers = new HashMap<TableId, Map<String, Integer>>();
        try (var select = connection.prepareStatement("SELECT column_name, ordinal_position"
                + " FROM information_schema.columns WHERE table_schema = ? AND table_name = ?")) {
            for (var table : tables) {
                select.setString(1, table.schema());
                select.setString(2, table.name());
                var ofTable = new HashMap<String, Integer>();
                try (var result = select.executeQuery()) {
                    while (result.next()) {
                        ofTable.put(result.getString(1), result.getInt(2));
                    }
                }
                numbers.put(table, ofTable);
            }
        }
        return numbers;
    }
}
