package dev.banyan.bridge.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;

/** Puts remembered rows in PostgreSQL under other keys. */
final class ImageMoves {

    private static final int BATCH = 1_000;

    /** Behind a table's name: rows on their way. A key may be what another row's key was, so all leave first. */
    private static final String MOVED = "\u0001";

    private ImageMoves() {}

    /** Moves the rows of {@code table} where {@code keys} say; how many. A row that is there already stays. */
    static int move(Connection connection, String table, Rekeying keys) throws SQLException {
        var count = 0;
        try (var select = connection.prepareStatement("""
                        SELECT row_key, parent_key, row_bytes FROM bridge_image WHERE table_name = ? AND row_key > ?
                        ORDER BY row_key LIMIT ?""");
                var copy = connection.prepareStatement("""
                        INSERT INTO bridge_image (table_name, row_key, parent_key, row_bytes, hidden, found_by)
                        SELECT ?, ?, ?, row_bytes, hidden, found_by FROM bridge_image WHERE table_name = ? AND row_key = ?
                        ON CONFLICT (table_name, row_key) DO NOTHING""");
                var delete =
                        connection.prepareStatement("DELETE FROM bridge_image WHERE table_name = ? AND row_key = ?");
                var arrive = connection.prepareStatement("""
                        INSERT INTO bridge_image (table_name, row_key, parent_key, row_bytes, hidden, found_by)
                        SELECT ?, row_key, parent_key, row_bytes, hidden, found_by FROM bridge_image WHERE table_name = ?
                        ON CONFLICT (table_name, row_key) DO NOTHING""");
                var clear = connection.prepareStatement("DELETE FROM bridge_image WHERE table_name = ?")) {
            var last = "";
            while (last != null) {
                var from = last;
                last = null;
                select.setString(1, table);
                select.setString(2, from);
                select.setInt(3, BATCH);
                try (var result = select.executeQuery()) {
                    while (result.next()) {
                        last = result.getString(1);
                        var texts = keys.of(RowBytes.read(result.getBytes(3)));
                        if (texts == null) {
                            continue;
                        }
                        var parent = result.getString(2);
                        var above = texts.above() == null ? parent : texts.above();
                        if (!texts.row().equals(last) || !above.equals(parent)) {
                            set(copy, table + MOVED, texts.row(), above, table, last);
                            set(delete, table, last);
                            count++;
                        }
                    }
                }
                copy.executeBatch();
                delete.executeBatch();
            }
            arrive.setString(1, table);
            arrive.setString(2, table + MOVED);
            arrive.executeUpdate();
            clear.setString(1, table + MOVED);
            clear.executeUpdate();
        }
        return count;
    }

    private static void set(PreparedStatement statement, String... texts) throws SQLException {
        for (int i = 0; i < texts.length; i++) {
            statement.setString(i + 1, texts[i]);
        }
        statement.addBatch();
    }
}
