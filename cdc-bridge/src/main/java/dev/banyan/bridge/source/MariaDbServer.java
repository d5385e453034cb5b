package dev.banyan.bridge.source;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Asks a MariaDB server about itself. */
final class MariaDbServer {

    /** A file of the log, and its size. */
    record LogFile(String name, long bytes) {}

    private final Connection connection;
    private final Map<String, String> variables = new HashMap<>();

    private MariaDbServer(Connection connection) {
        this.connection = connection;
    }

    static MariaDbServer of(Connection connection) throws SQLException {
        var server = new MariaDbServer(connection);
        try (var statement = connection.createStatement();
                var result = statement.executeQuery("SHOW GLOBAL VARIABLES")) {
            while (result.next()) {
                server.variables.put(result.getString(1).toLowerCase(Locale.ROOT), result.getString(2));
            }
        }
        return server;
    }

    /** A global variable's value as the server prints it; empty text when it has no such variable. */
    String variable(String name) {
        return variables.getOrDefault(name, "");
    }

    /** All global variables as the server prints them, by their names in small letters. */
    Map<String, String> variables() {
        return Map.copyOf(variables);
    }

    /** The logs of how many other servers this one is applying. */
    long appliedLogs() throws SQLException {
        try (var statement = connection.createStatement();
                var result = statement.executeQuery("SHOW GLOBAL STATUS LIKE 'Slaves_running'")) {
            return result.next() ? result.getLong(2) : 0;
        }
    }

    long number(String name) {
        var text = variable(name);
        return text.isEmpty() ? 0 : Long.parseLong(text);
    }

    /** The log's files, oldest first. */
    List<LogFile> logFiles() throws SQLException {
        var files = new ArrayList<LogFile>();
        try (var statement = connection.createStatement();
                var result = statement.executeQuery("SHOW BINARY LOGS")) {
            while (result.next()) {
                files.add(new LogFile(result.getString(1), result.getLong(2)));
            }
        }
        return files;
    }

    /** The GTIDs of the last transactions before this place of a file, one a domain; empty when there is no such file. */
    Optional<String> gtidBefore(String file, long position) throws SQLException {
        try (var select = connection.prepareStatement("SELECT BINLOG_GTID_POS(?, ?)")) {
            select.setString(1, file);
            select.setLong(2, position);
            try (var result = select.executeQuery()) {
                result.next();
                return Optional.ofNullable(result.getString(1));
            }
        }
    }

    /** Which databases are left out of the log, by the server's own settings: what is done, and what is ignored; empty without. */
    String[] filters() throws SQLException {
        try (var statement = connection.createStatement();
                var result = statement.executeQuery("SHOW MASTER STATUS")) {
            return result.next()
                    ? new String[] {text(result.getString(3)), text(result.getString(4))}
                    : new String[] {"", ""};
        }
    }

    /** What the user of the connection may do, as the server says it, one grant a line. */
    List<String> grants() throws SQLException {
        var grants = new ArrayList<String>();
        try (var statement = connection.createStatement();
                var result = statement.executeQuery("SHOW GRANTS")) {
            while (result.next()) {
                grants.add(result.getString(1));
            }
        }
        return grants;
    }

    /** The first column of the first row; null when there is none. */
    @Nullable
    String text(String sql, String... parameters) throws SQLException {
        try (var select = connection.prepareStatement(sql)) {
            for (var i = 0; i < parameters.length; i++) {
                select.setString(i + 1, parameters[i]);
            }
            try (var result = select.executeQuery()) {
                return result.next() ? result.getString(1) : null;
            }
        }
    }

    private static String text(@Nullable String value) {
        return value == null ? "" : value;
    }
}
