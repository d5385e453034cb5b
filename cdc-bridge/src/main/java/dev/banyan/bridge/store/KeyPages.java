package dev.banyan.bridge.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Goes through all that the store's tables have of one table of the legacy database, in pages by key. */
final class KeyPages {

    /*
     * One statement over the remembered rows of a large table takes longer than PostgreSQL's answer is waited for (Dialect), would at each
     * start, and cannot be broken off. A page takes a second or so. All of them are in one transaction, as the statement was.
     */
    static final int ROWS = 10_000;

    /** Does something with the rows from one key to another, which are among them. */
    @FunctionalInterface
    interface Page {
        void change(String from, String to) throws SQLException;
    }

    private KeyPages() {}

    /**
     * Has {@code page} change what {@code rows}, a table of the store, has of {@code table}; {@code goesOn} runs behind each page, and what it throws ends it.
     * The last row of a page comes once more with the next.
     */
    static void each(Connection connection, String rows, String table, Page page, Runnable goesOn) throws SQLException {
        // in the order of the primary key, from its first column on, or H2 sorts all that is left for each page
        try (var select = connection.prepareStatement("SELECT max(row_key), count(*) FROM (SELECT row_key FROM " + rows
                + " WHERE table_name = ? AND row_key >= ? ORDER BY table_name, row_key LIMIT ?) AS page")) {
            var isEnd = false;
            for (var from = ""; !isEnd; ) {
                select.setString(1, table);
                select.setString(2, from);
                select.setInt(3, ROWS);
                String to;
                try (var result = select.executeQuery()) {
                    result.next();
                    to = result.getString(1);
                    isEnd = result.getInt(2) < ROWS;
                }
                if (to != null) {
                    page.change(from, to);
                    from = to;
                }
                goesOn.run();
            }
        }
    }

    /** Deletes what {@code rows}, a table of the store, has of {@code table}. */
    static void delete(Connection connection, String rows, String table) throws SQLException {
        try (var delete = connection.prepareStatement(
                "DELETE FROM " + rows + " WHERE table_name = ? AND row_key >= ? AND row_key <= ?")) {
            each(
                    connection,
                    rows,
                    table,
                    (from, to) -> {
                        delete.setString(1, table);
                        delete.setString(2, from);
                        delete.setString(3, to);
                        delete.executeUpdate();
                    },
                    () -> {});
        }
    }

    /** Deletes all that {@code rows}, tables of the store, have. */
    static void deleteAll(Connection connection, List<String> rows) throws SQLException {
        for (var each : rows) {
            for (var table = next(connection, each, ""); table != null; table = next(connection, each, table)) {
                delete(connection, each, table);
            }
        }
    }

    private static @Nullable String next(Connection connection, String rows, String table) throws SQLException {
        try (var select = connection.prepareStatement(
                "SELECT table_name FROM " + rows + " WHERE table_name > ? ORDER BY table_name LIMIT 1")) {
            select.setString(1, table);
            try (var result = select.executeQuery()) {
                return result.next() ? result.getString(1) : null;
            }
        }
    }
}
