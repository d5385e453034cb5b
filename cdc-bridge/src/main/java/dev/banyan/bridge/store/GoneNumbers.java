package dev.banyan.bridge.store;

import java.sql.Connection;
import java.sql.SQLException;

/** The numbers of what is told of rows that are gone: they rise for as long as there is the store. One thread uses it. */
final class GoneNumbers {

    private final Connection connection;
    private long next;
    private long written;

    GoneNumbers(Connection connection) throws SQLException {
        this.connection = connection;
        try (var select = connection.prepareStatement("SELECT numbered FROM bridge_gone");
                var result = select.executeQuery()) {
            result.next();
            next = result.getLong(1);
            written = next;
        }
    }

    /** The first of the next {@code count} numbers, which are given once that is committed. */
    long take(int count) {
        var first = next;
        next += count;
        return first;
    }

    /** Writes what was given: not before the commit, because who tries a resubmission beside the bridge takes numbers, too. */
    void flush() throws SQLException {
        if (next == written) {
            return;
        }
        try (var update = connection.prepareStatement("UPDATE bridge_gone SET numbered = ?")) {
            update.setLong(1, next);
            update.executeUpdate();
        }
        written = next;
    }
}
