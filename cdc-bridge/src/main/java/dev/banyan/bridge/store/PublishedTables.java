package dev.banyan.bridge.store;

import dev.banyan.bridge.change.TableId;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.Set;

/** The rows of {@code bridge_published}. */
final class PublishedTables {

    private PublishedTables() {}

    static void replace(Connection connection, Set<PublishedTable> published) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.executeUpdate("DELETE FROM bridge_published");
        }
        try (var insert = connection.prepareStatement(
                "INSERT INTO bridge_published (table_name, publication_oid, table_oid, entry_oid, alteration) VALUES (?, ?, ?, ?, ?)")) {
            for (var table : published) {
                insert.setString(1, table.table().toString());
                insert.setLong(2, table.publication());
                insert.setLong(3, table.relation());
                insert.setLong(4, table.entry());
                insert.setLong(5, table.alteration());
                insert.addBatch();
            }
            insert.executeBatch();
        }
    }

    static Set<PublishedTable> all(Connection connection) throws SQLException {
        var all = new HashSet<PublishedTable>();
        try (var select = connection.prepareStatement("SELECT * FROM bridge_published");
                var result = select.executeQuery()) {
            // Doctor looks into a store without changing it: that of a bridge of before has four columns.
            var hasAlteration = result.getMetaData().getColumnCount() > 4;
            while (result.next()) {
                all.add(new PublishedTable(
                        TableId.parse(result.getString(1)),
                        result.getLong(2),
                        result.getLong(3),
                        result.getLong(4),
                        hasAlteration ? result.getLong(5) : 0));
            }
        }
        return all;
    }
}
