package dev.banyan.bridge.store;

import dev.banyan.bridge.store.StoreSession.RowKey;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The stored keys of rows that changed while a backfill is under way. */
final class TouchedRows {

    /** In PostgreSQL many at once: a statement a row is a round trip a row. OFFSET 0: see {@link ImageBatches}. */
    private static final String AMONG = """
            SELECT asked.number FROM unnest(?::text[], ?::text[]) WITH ORDINALITY AS asked (table_name, row_key, number)
            CROSS JOIN LATERAL (SELECT 1 FROM bridge_backfill_touched touched
                                WHERE touched.table_name = asked.table_name AND touched.row_key = asked.row_key OFFSET 0) found""";

    private static final int KEYS_MAX = 10_000;

    private TouchedRows() {}

    /** Those of {@code rows} that are stored. */
    static Set<RowKey> among(Connection connection, Dialect dialect, List<RowKey> rows) throws SQLException {
        return switch (dialect) {
            case H2 -> oneByOne(connection, rows);
            case POSTGRESQL -> together(connection, dialect, rows);
        };
    }

    private static Set<RowKey> oneByOne(Connection connection, List<RowKey> rows) throws SQLException {
        var found = new HashSet<RowKey>();
        try (var select = connection.prepareStatement(
                "SELECT 1 FROM bridge_backfill_touched WHERE table_name = ? AND row_key = ?")) {
            for (var row : rows) {
                select.setString(1, row.table().toString());
                select.setString(2, row.key());
                try (var result = select.executeQuery()) {
                    if (result.next()) {
                        found.add(row);
                    }
                }
            }
        }
        return found;
    }

    private static Set<RowKey> together(Connection connection, Dialect dialect, List<RowKey> rows) throws SQLException {
        var found = new HashSet<RowKey>();
        try (var select = connection.prepareStatement(AMONG)) {
            for (var from = 0; from < rows.size(); from += KEYS_MAX) {
                var part = rows.subList(from, Math.min(rows.size(), from + KEYS_MAX));
                var tables = part.stream().map(row -> row.table().toString()).toArray();
                var keys = part.stream().map(row -> dialect.key(row.key())).toArray();
                select.setArray(1, connection.createArrayOf("text", tables));
                select.setArray(2, connection.createArrayOf("text", keys));
                try (var result = select.executeQuery()) {
                    while (result.next()) {
                        found.add(part.get(result.getInt(1) - 1));
                    }
                }
            }
        }
        return found;
    }
}
