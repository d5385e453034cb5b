package dev.banyan.bridge.store;

import dev.banyan.bridge.change.Row;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Remembered rows in PostgreSQL, many in one statement: a statement a row is a round trip a row. */
final class ImageBatches implements AutoCloseable {

    private static final int KEYS_MAX = 10_000;

    /* OFFSET 0 makes it one look into the index a key, whatever PostgreSQL believes of a table that grew since it was last analysed. */
    private static final String SELECT = """
            SELECT found.row_key, found.parent_key, found.row_bytes FROM unnest(?::text[]) AS asked (key)
            CROSS JOIN LATERAL (SELECT row_key, parent_key, row_bytes FROM bridge_image
                                WHERE table_name = ? AND %s = asked.key OFFSET 0) found""";

    /** A row as it is stored, under its key; {@code row} is null for one to be forgotten. */
    record Stored(
            String table,
            String key,
            String parent,
            @Nullable Row row) {}

    /** A row's key, of which it is known that it is there. */
    record Seen(String table, String key) {}

    /** A row's key, of which the parity run {@code run} knows that it is there. */
    record FoundBy(String table, String key, int run) {}

    /** Is handed each row that was found. */
    @FunctionalInterface
    interface Found {
        void row(String key, String parent, Row row);
    }

    private final Connection connection;
    private final PreparedStatement selectRows;
    private final PreparedStatement selectChildren;
    private final PreparedStatement put;
    private final PreparedStatement delete;
    private final PreparedStatement see;
    private final PreparedStatement found;

    ImageBatches(Connection connection) throws SQLException {
        this.connection = connection;
        selectRows = connection.prepareStatement(SELECT.formatted("row_key"));
        selectChildren = connection.prepareStatement(SELECT.formatted("parent_key"));
        put = connection.prepareStatement("""
                INSERT INTO bridge_image (table_name, row_key, parent_key, row_bytes)
                SELECT * FROM unnest(?::text[], ?::text[], ?::text[], ?::bytea[])
                ON CONFLICT (table_name, row_key) DO UPDATE SET parent_key = excluded.parent_key, row_bytes = excluded.row_bytes,
                    hidden = FALSE""");
        delete = connection.prepareStatement("""
                DELETE FROM bridge_image image USING unnest(?::text[], ?::text[]) AS gone (table_name, row_key)
                WHERE image.table_name = gone.table_name AND image.row_key = gone.row_key""");
        see = connection.prepareStatement("""
                UPDATE bridge_image image SET hidden = FALSE FROM unnest(?::text[], ?::text[]) AS seen (table_name, row_key)
                WHERE image.table_name = seen.table_name AND image.row_key = seen.row_key AND image.hidden""");
        found = connection.prepareStatement("""
                UPDATE bridge_image image SET found_by = found.run FROM unnest(?::text[], ?::text[], ?::int[]) AS found (table_name, row_key, run)
                WHERE image.table_name = found.table_name AND image.row_key = found.row_key AND image.found_by <> found.run""");
    }

    void rows(String table, List<String> keys, Found found) throws SQLException {
        read(selectRows, table, keys, found);
    }

    void children(String table, List<String> parents, Found found) throws SQLException {
        read(selectChildren, table, parents, found);
    }

    private void read(PreparedStatement select, String table, List<String> keys, Found found) throws SQLException {
        for (var from = 0; from < keys.size(); from += KEYS_MAX) {
            var part = keys.subList(from, Math.min(keys.size(), from + KEYS_MAX));
            select.setArray(1, texts(part.toArray()));
            select.setString(2, table);
            try (var result = select.executeQuery()) {
                while (result.next()) {
                    found.row(result.getString(1), result.getString(2), RowBytes.read(result.getBytes(3)));
                }
            }
        }
    }

    /** Puts and forgets {@code rows}; no two have one key. */
    void write(List<Stored> rows) throws SQLException {
        var gone = new ArrayList<Stored>();
        var kept = new ArrayList<Stored>();
        rows.forEach(each -> (each.row == null ? gone : kept).add(each));
        if (!kept.isEmpty()) {
            put.setArray(1, texts(kept.stream().map(Stored::table).toArray()));
            put.setArray(2, texts(kept.stream().map(Stored::key).toArray()));
            put.setArray(3, texts(kept.stream().map(Stored::parent).toArray()));
            put.setArray(4, connection.createArrayOf("bytea", bytes(kept)));
            put.executeUpdate();
        }
        if (!gone.isEmpty()) {
            delete.setArray(1, texts(gone.stream().map(Stored::table).toArray()));
            delete.setArray(2, texts(gone.stream().map(Stored::key).toArray()));
            delete.executeUpdate();
        }
    }

    /** Takes the marks of those of {@code rows} that are hidden. */
    void see(List<Seen> rows) throws SQLException {
        for (var from = 0; from < rows.size(); from += KEYS_MAX) {
            var part = rows.subList(from, Math.min(rows.size(), from + KEYS_MAX));
            see.setArray(1, texts(part.stream().map(Seen::table).toArray()));
            see.setArray(2, texts(part.stream().map(Seen::key).toArray()));
            see.executeUpdate();
        }
    }

    /** Marks {@code rows} as found. */
    void found(List<FoundBy> rows) throws SQLException {
        for (var from = 0; from < rows.size(); from += KEYS_MAX) {
            var part = rows.subList(from, Math.min(rows.size(), from + KEYS_MAX));
            found.setArray(1, texts(part.stream().map(FoundBy::table).toArray()));
            found.setArray(2, texts(part.stream().map(FoundBy::key).toArray()));
            found.setArray(
                    3,
                    connection.createArrayOf(
                            "int4", part.stream().map(FoundBy::run).toArray()));
            found.executeUpdate();
        }
    }

    private Array texts(Object[] texts) throws SQLException {
        return connection.createArrayOf("text", texts);
    }

    private static Object[] bytes(List<Stored> rows) {
        var bytes = new byte[rows.size()][];
        for (var i = 0; i < bytes.length; i++) {
            var row = rows.get(i).row;
            bytes[i] = row == null ? new byte[0] : RowBytes.write(row);
        }
        return bytes;
    }

    @Override
    public void close() throws SQLException {
        for (var statement : List.of(selectRows, selectChildren, put, delete, see, found)) {
            statement.close();
        }
    }
}
