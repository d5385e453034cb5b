package dev.banyan.bridge.store;

import dev.banyan.bridge.change.TableId;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/** Behind which position the rows of each table were hidden last, by a resync or because a partition went. */
final class HiddenBehind {

    private HiddenBehind() {}

    /** Notes that {@code tables} are hidden behind the stored position: all that is parked by now lies before it, or at it. */
    static void note(Connection connection, Collection<TableId> tables) throws SQLException {
        try (var delete = connection.prepareStatement("DELETE FROM bridge_hidden_behind WHERE table_name = ?");
                var insert = connection.prepareStatement("INSERT INTO bridge_hidden_behind"
                        + " VALUES (?, COALESCE((SELECT commit_lsn FROM bridge_state WHERE id = 1), 0))")) {
            for (var table : tables) {
                delete.setString(1, table.toString());
                delete.executeUpdate();
                insert.setString(1, table.toString());
                insert.executeUpdate();
            }
        }
    }

    /** The tables that were ever hidden, with the position of {@link #note}. */
    static Map<TableId, Long> all(Connection connection) throws SQLException {
        var all = new HashMap<TableId, Long>();
        try (var select = connection.prepareStatement("SELECT table_name, commit_lsn FROM bridge_hidden_behind");
                var result = select.executeQuery()) {
            while (result.next()) {
                all.put(TableId.parse(result.getString(1)), result.getLong(2));
            }
        }
        return all;
    }

    /** Has {@code tables} hidden and read once more, as after the loss of a partition; one that waits to be already may wait for a later position. */
    static void again(Connection connection, Collection<TableId> tables, long position) throws SQLException {
        try (var insert = connection.prepareStatement("INSERT INTO bridge_lost (table_name, since_lsn)"
                + " SELECT ?, ? WHERE NOT EXISTS (SELECT 1 FROM bridge_lost WHERE table_name = ?)")) {
            for (var table : tables) {
                insert.setString(1, table.toString());
                insert.setLong(2, position);
                insert.setString(3, table.toString());
                insert.executeUpdate();
            }
        }
    }
}
