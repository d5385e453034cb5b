package dev.banyan.bridge.store;

import dev.banyan.bridge.change.KeyText;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

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
                        SELECT row_key, parent_key, row_bytes FROM bridge_image WHERE table_name = ? AND row_key >= ?
                        ORDER BY row_key LIMIT ?""");
                var copy = connection.prepareStatement("""
                        INSERT INTO bridge_image (table_name, row_key, parent_key, row_bytes, hidden, found_by)
                        SELECT ?, ?, ?, COALESCE(?, row_bytes), hidden, found_by FROM bridge_image WHERE table_name = ? AND row_key = ?
                        ON CONFLICT (table_name, row_key) DO NOTHING""");
                var delete =
                        connection.prepareStatement("DELETE FROM bridge_image WHERE table_name = ? AND row_key = ?");
                var arrive = connection.prepareStatement("""
                        INSERT INTO bridge_image (table_name, row_key, parent_key, row_bytes, hidden, found_by)
                        SELECT ?, row_key, parent_key, row_bytes, hidden, found_by FROM bridge_image
                        WHERE table_name = ? AND row_key >= ? AND row_key <= ?
                        ON CONFLICT (table_name, row_key) DO NOTHING""")) {
            @Nullable String last = null;
            for (var isEnd = false; !isEnd; ) {
                var from = last;
                select.setString(1, table);
                select.setString(2, from == null ? "" : from);
                select.setInt(3, BATCH);
                try (var result = select.executeQuery()) {
                    while (result.next()) {
                        var key = result.getString(1);
                        if (key.equals(from)) {
                            continue; // the last of those before, which stays
                        }
                        last = key;
                        var row = RowBytes.read(result.getBytes(3));
                        var place = keys.of(row);
                        var placeKey = KeyText.withoutNul(place.key());
                        var parent = result.getString(2);
                        var above = place.above() == null ? parent : KeyText.withoutNul(place.above());
                        var isSame = place.row().equals(row);
                        if (!placeKey.equals(key) || !above.equals(parent) || !isSame) {
                            copy.setString(1, table + MOVED);
                            copy.setString(2, placeKey);
                            copy.setString(3, above);
                            copy.setBytes(4, isSame ? null : RowBytes.write(place.row()));
                            copy.setString(5, table);
                            copy.setString(6, key);
                            copy.addBatch();
                            delete.setString(1, table);
                            delete.setString(2, key);
                            delete.addBatch();
                            count++;
                        }
                    }
                }
                copy.executeBatch();
                delete.executeBatch();
                isEnd = Objects.equals(last, from);
            }
            KeyPages.each(
                    connection,
                    "bridge_image",
                    table + MOVED,
                    (from, to) -> {
                        arrive.setString(1, table);
                        arrive.setString(2, table + MOVED);
                        arrive.setString(3, from);
                        arrive.setString(4, to);
                        arrive.executeUpdate();
                    },
                    () -> {});
        }
        KeyPages.delete(connection, "bridge_image", table + MOVED);
        return count;
    }
}
