package dev.banyan.bridge.source;

import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.engine.SchemaLog;
import java.sql.SQLException;
import java.util.Optional;
import java.util.Set;

/** Asks MariaDB how a table is made. */
public final class MadeTable {

    /** No right to the database or to the table, or there is none. */
    private static final Set<Integer> UNREADABLE = Set.of(1044, 1049, 1142, 1143, 1146);

    private MadeTable() {}

    /** How {@code table} is made now, and where the log ends behind that; empty when it is not there, or the log ends in several domains. */
    public static Optional<SchemaLog.Made> of(Source source, TableId table) throws SQLException {
        try (var connection = source.connect();
                var statement = connection.createStatement()) {
            String made;
            try (var result = statement.executeQuery("SHOW CREATE TABLE " + MariaDbPlan.quoted(table))) {
                result.next();
                made = result.getString(2);
            }
            try {
                return Optional.of(new SchemaLog.Made(made, LogState.end(source, connection)));
            } catch (IllegalArgumentException e) {
                return Optional.empty(); // the engine stops at the second domain
            }
        } catch (SQLException e) {
            if (UNREADABLE.contains(e.getErrorCode())) {
                return Optional.empty();
            }
            throw e;
        }
    }
}
