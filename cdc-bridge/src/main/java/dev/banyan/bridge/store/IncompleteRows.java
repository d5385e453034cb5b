package dev.banyan.bridge.store;

import dev.banyan.bridge.change.Row;
import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.store.StoreSession.RowKey;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The rows whose remembered image lacks a large value that the backfill under way is still to read, each with its key's columns. What is
 * noted is gathered, and written with the session's next commit.
 */
public final class IncompleteRows {

    private final Connection connection;
    private final Dialect dialect;
    private final Map<RowKey, Optional<Row>> gathered = new LinkedHashMap<>();

    IncompleteRows(Connection connection, Dialect dialect) {
        this.connection = connection;
        this.dialect = dialect;
    }

    /** Notes that {@code row}, whose key's columns are {@code key}, lacks a value. */
    public void add(RowKey row, Row key) {
        gathered.put(stored(row), Optional.of(key));
    }

    /** Notes that {@code row} lacks nothing, or is gone. */
    public void remove(RowKey row) {
        gathered.put(stored(row), Optional.empty());
    }

    private RowKey stored(RowKey row) {
        return new RowKey(row.table(), dialect.key(row.key()));
    }

    /** All of them. */
    public Map<RowKey, Row> all() {
        try {
            flush();
            return some(connection, Integer.MAX_VALUE);
        } catch (SQLException e) {
            throw new StoreFailed("reading the rows that lack a value", e);
        }
    }

    /** Any {@code most} of them: others each time, so that rows which nobody gets hold of keep none from being read. */
    static Map<RowKey, Row> some(Connection connection, int most) throws SQLException {
        var rows = new LinkedHashMap<RowKey, Row>();
        try (var select = connection.prepareStatement(
                "SELECT table_name, row_key, key_row FROM bridge_incomplete_row ORDER BY RANDOM() LIMIT ?")) {
            select.setInt(1, most);
            try (var result = select.executeQuery()) {
                while (result.next()) {
                    rows.put(
                            new RowKey(TableId.parse(result.getString(1)), result.getString(2)),
                            RowBytes.read(result.getBytes(3)));
                }
            }
        }
        return rows;
    }

    void flush() throws SQLException {
        if (gathered.isEmpty()) {
            return;
        }
        try (var delete = connection.prepareStatement(
                        "DELETE FROM bridge_incomplete_row WHERE table_name = ? AND row_key = ?");
                var insert = connection.prepareStatement("INSERT INTO bridge_incomplete_row VALUES (?, ?, ?)")) {
            for (var row : gathered.keySet()) {
                delete.setString(1, row.table().toString());
                delete.setString(2, row.key());
                delete.addBatch();
            }
            delete.executeBatch();
            for (var entry : gathered.entrySet()) {
                if (entry.getValue().isPresent()) {
                    insert.setString(1, entry.getKey().table().toString());
                    insert.setString(2, entry.getKey().key());
                    insert.setBytes(3, RowBytes.write(entry.getValue().get()));
                    insert.addBatch();
                }
            }
            insert.executeBatch();
        }
        gathered.clear();
    }
}
