package dev.banyan.bridge.source;

import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.engine.SchemaLog;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Asks MariaDB how tables are made. */
public final class MadeTable {

    /** No right to the database or to the table, or there is none. */
    private static final Set<Integer> UNREADABLE = Set.of(1044, 1049, 1142, 1143, 1146);

    private static final int LOCKED = 1205;
    private static final int LOCKED_SECONDS_MAX = 1;

    private MadeTable() {}

    /**
     * How each of {@code tables} is made now, and where the log ends behind that; without those that are not there, or when the log ends in several domains. For one
     * that is locked, as a copy is that is being filled, it waits while {@code waiting}, which is asked each second, says so.
     */
    public static Map<TableId, SchemaLog.Made> of(Source source, Set<TableId> tables, Waiting waiting)
            throws SQLException {
        var made = new HashMap<TableId, SchemaLog.Made>();
        try (var connection = source.connect();
                var statement = connection.createStatement()) {
            statement.execute("SET lock_wait_timeout = " + LOCKED_SECONDS_MAX);
            for (var table : tables) {
                of(source, connection, table, waiting).ifPresent(found -> made.put(table, found));
            }
        }
        return made;
    }

    private static Optional<SchemaLog.Made> of(Source source, Connection connection, TableId table, Waiting waiting)
            throws SQLException {
        var what = "table " + table + " is locked by a statement that has not ended: how it is made is asked then";
        while (true) {
            try {
                return of(source, connection, table);
            } catch (SQLException e) {
                if (UNREADABLE.contains(e.getErrorCode())) {
                    return Optional.empty();
                }
                if (e.getErrorCode() != LOCKED || !waiting.goesOn(what)) {
                    throw e;
                }
            }
        }
    }

    private static Optional<SchemaLog.Made> of(Source source, Connection connection, TableId table)
            throws SQLException {
        String made;
        try (var statement = connection.createStatement();
                var result = statement.executeQuery("SHOW CREATE TABLE " + MariaDbPlan.quoted(table))) {
            result.next();
            made = result.getString(2);
        }
        try {
            return Optional.of(new SchemaLog.Made(made, LogState.end(source, connection)));
        } catch (IllegalArgumentException e) {
            return Optional.empty(); // the engine stops at the second domain
        }
    }
}
