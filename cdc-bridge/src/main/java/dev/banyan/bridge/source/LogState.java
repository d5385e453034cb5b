package dev.banyan.bridge.source;

import dev.banyan.bridge.change.Dbms;
import dev.banyan.bridge.engine.GtidRule;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.OptionalLong;

/**
 * Where the legacy database's log ends, as a position, and how much of what the database keeps for the bridge is used, in percent: of
 * PostgreSQL's {@code max_slot_wal_keep_size}, or of the time after which MariaDB deletes a log file; 0 when there is no such limit.
 * {@code isAtWork} when the database is reading the log for us and does not wait for more of it. PostgreSQL does not wait for us either; MariaDB,
 * which sends all that is in the log, may.
 */
public record LogState(long end, int percentUsed, boolean isAtWork) {

    /** As it is now. {@code lagMillis} is for how long the oldest change has waited for the bridge, if that is known. */
    public static LogState of(Source source, Connection connection, OptionalLong lagMillis) throws SQLException {
        return switch (source.dbms()) {
            case POSTGRESQL -> postgresql(source, connection);
            case MARIADB -> mariadb(connection, lagMillis);
        };
    }

    /** Behind all that has been committed, of PostgreSQL also what is not written yet: with {@code synchronous_commit = off} others see it before. */
    public static long end(Source source, Connection connection) throws SQLException {
        var sql = source.dbms() == Dbms.MARIADB
                ? "SELECT @@gtid_binlog_pos"
                : "SELECT pg_current_wal_insert_lsn() - '0/0'";
        try (var statement = connection.createStatement();
                var result = statement.executeQuery(sql)) {
            result.next();
            return source.dbms() == Dbms.MARIADB ? GtidRule.sequence(result.getString(1)) : result.getLong(1);
        }
    }

    private static LogState postgresql(Source source, Connection connection) throws SQLException {
        try (var select = connection.prepareStatement("""
                SELECT pg_current_wal_lsn() - '0/0',
                       (SELECT safe_wal_size FROM pg_replication_slots WHERE slot_name = ?),
                       (SELECT setting::bigint << 20 FROM pg_settings WHERE name = 'max_slot_wal_keep_size'),
                       EXISTS (SELECT FROM pg_replication_slots JOIN pg_stat_activity ON pid = active_pid
                               WHERE slot_name = ? AND state = 'active'
                                     AND COALESCE(wait_event_type, '') NOT IN ('Client', 'Activity'))""")) {
            select.setString(1, source.slot());
            select.setString(2, source.slot());
            try (var result = select.executeQuery()) {
                result.next();
                var left = result.getLong(2);
                var most = result.getLong(3);
                return new LogState(
                        result.getLong(1),
                        most > 0 ? Math.clamp(100 - 100 * left / most, 0, 100) : 0,
                        result.getBoolean(4));
            }
        }
    }

    private static LogState mariadb(Connection connection, OptionalLong lagMillis) throws SQLException {
        try (var statement = connection.createStatement();
                var result = statement.executeQuery("""
                        SELECT @@gtid_binlog_pos, @@binlog_expire_logs_seconds,
                               EXISTS (SELECT 1 FROM information_schema.processlist
                                       WHERE command = 'Binlog Dump' AND state NOT LIKE '%waiting for%'
                                             AND user = (SELECT user FROM information_schema.processlist
                                                         WHERE id = CONNECTION_ID()))""")) {
            result.next();
            var keptMillis = result.getLong(2) * 1_000;
            return new LogState(
                    GtidRule.sequence(result.getString(1)),
                    keptMillis > 0 ? Math.clamp(100 * lagMillis.orElse(0) / keptMillis, 0, 100) : 0,
                    result.getBoolean(3));
        }
    }
}
