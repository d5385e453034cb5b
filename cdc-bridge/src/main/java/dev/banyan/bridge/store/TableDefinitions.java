package dev.banyan.bridge.store;

import dev.banyan.bridge.change.TableId;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** The rows of {@code bridge_table_definition}, in the order they were written. */
final class TableDefinitions {

    private TableDefinitions() {}

    static void replace(Connection connection, List<TableDefinition> definitions) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.executeUpdate("DELETE FROM bridge_table_definition");
        }
        for (var definition : definitions) {
            add(connection, definition);
        }
    }

    static void add(Connection connection, TableDefinition definition) throws SQLException {
        try (var insert = connection.prepareStatement(
                "INSERT INTO bridge_table_definition (table_name, definition) VALUES (?, ?)")) {
            var table = definition.table();
            insert.setString(1, table == null ? null : table.toString());
            insert.setString(2, definition.text());
            insert.executeUpdate();
        }
    }

    static List<TableDefinition> all(Connection connection) throws SQLException {
        var all = new ArrayList<TableDefinition>();
        try (var select = connection.prepareStatement(
                        "SELECT table_name, definition FROM bridge_table_definition ORDER BY n");
                var result = select.executeQuery()) {
            while (result.next()) {
                var table = result.getString(1);
                all.add(new TableDefinition(table == null ? null : TableId.parse(table), result.getString(2)));
            }
        }
        return all;
    }
}
