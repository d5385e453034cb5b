package dev.banyan.bridge.source;

import dev.banyan.bridge.change.Dbms;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;

/** The rows of the bridge's signal table. */
public final class SignalRows {

    /*
     * Debezium writes a row when it begins to read a chunk and deletes it when it has read it; it never reads one but in the log. A kill in
     * between leaves the row. So does a bridge from before, which deleted none. One that is young may be another bridge's of the same
     * database, and its deletion would be taken for the end of its chunk.
     */

    private static final Duration KEPT = Duration.ofDays(1);

    /** A transaction of more might be larger than the bridge's limits. */
    private static final int MOST = 10_000;

    private static final String TIMES = "{\"openWindowTimestamp\": \"";
    private static final int TO_SECONDS = "2026-01-01T00:00:00".length();

    private SignalRows() {}

    /** Deletes those that were written for chunks more than a day before {@code now}, 10,000 at most. */
    public static void deleteOld(Source source, Connection connection, Instant now) throws SQLException {
        var old = " WHERE data LIKE ? AND substr(data, " + (TIMES.length() + 1) + ", " + TO_SECONDS + ") < ? LIMIT "
                + MOST;
        var sql = source.dbms() == Dbms.MARIADB
                ? "DELETE FROM " + MariaDbPlan.quoted(source.signalTable()) + old
                : "DELETE FROM banyan.signal WHERE id IN (SELECT id FROM banyan.signal" + old + ")";
        try (var delete = connection.prepareStatement(sql)) {
            delete.setString(1, TIMES + "%");
            delete.setString(2, now.minus(KEPT).toString().substring(0, TO_SECONDS));
            delete.executeUpdate();
        }
    }
}
