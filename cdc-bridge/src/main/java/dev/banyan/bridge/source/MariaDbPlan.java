package dev.banyan.bridge.source;

import dev.banyan.bridge.change.TableId;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TimeZone;
import java.util.stream.Stream;

/** Finds out what a MariaDB server still lacks for the bridge; {@link SourcePlan#of} asks it. */
final class MariaDbPlan {

    /*
     * What the server's configuration has to say is an obstacle, not a step: SET GLOBAL would not reach sessions that are open, and would
     * be forgotten at the next start, and either way rows would be missing from the log without a trace.
     */

    private static final String ROW_METADATA = "binlog_row_metadata";
    private static final Set<String> DATA_GRANTS = Set.of("SELECT", "INSERT", "UPDATE", "DELETE");

    private final Source source;
    private final Connection connection;
    private final List<SourcePlan.Step> steps = new ArrayList<>();
    private final List<String> present = new ArrayList<>();

    /** What changes may be missing from the log for. */
    private final List<String> obstacles = new ArrayList<>();

    /** What keeps the bridge from running, and the log from nothing. */
    private final List<String> others = new ArrayList<>();

    private boolean leavesOut;

    /** True when what the bridge keeps on the server is not there, by which it knows the server's data. */
    private boolean isWithoutOwnTables;

    /** What another mapping does not have: columns, and keys that are none. The log lacks nothing for them. */
    private final List<String> misfits = new ArrayList<>();

    MariaDbPlan(Source source, Connection connection) {
        this.source = source;
        this.connection = connection;
    }

    SourcePlan plan() throws SQLException {
        var server = MariaDbServer.of(connection);
        var settings = MariaDbSettings.of(
                server.variables(), server.appliedLogs(), source.replica().serverId(), TimeZone.getDefault());
        obstacles.addAll(settings.leavingOut());
        leavesOut = !obstacles.isEmpty();
        others.addAll(settings.ofTheLog());
        others.addAll(settings.others());
        if (!server.variable(ROW_METADATA).equals("FULL")) {
            present.add(ROW_METADATA + ": " + server.variable(ROW_METADATA) + " (better: FULL, with SET GLOBAL "
                    + ROW_METADATA
                    + " = FULL and in the server's configuration: rows then have their columns' names in the log)");
        }
        if (obstacles.isEmpty() && others.isEmpty()) {
            var grants = new MariaDbGrants(server.grants());
            logGrants(grants);
            tables(server, grants);
            ownTables(server, grants);
            if (grants.hasGlobal("BINLOG MONITOR")) {
                filters(server);
            }
        }
        var all = Stream.of(obstacles, others, misfits)
                .flatMap(List::stream)
                .map(what -> new Obstacle(Obstacle.From.GOING_ON, what));
        var atFirst = source.tableIds().stream()
                .flatMap(table -> Unreadable.byName(table).stream())
                .map(what -> new Obstacle(Obstacle.From.BEGINNING, what));
        return new SourcePlan(steps, present, Stream.concat(all, atFirst).toList(), Set.of());
    }

    /** True when all that {@link #plan} found is columns that the mapping should not read as they are, and keys. */
    boolean isOfTheMappingOnly() {
        return steps.isEmpty() && obstacles.isEmpty() && others.isEmpty();
    }

    /** True when by what {@link #plan} found the log of before may lack changes, or be another one. */
    boolean mayLackChanges() {
        return !obstacles.isEmpty() || isWithoutOwnTables;
    }

    /** True when, whatever is changed about it now, the log lacks rows that were written while the server was set as {@link #plan} found it. */
    boolean leavesOut() {
        return leavesOut;
    }

    private void filters(MariaDbServer server) throws SQLException {
        var filters = server.filters();
        var done = List.of(filters[0].split(","));
        var ignored = List.of(filters[1].split(","));
        for (var database : databases()) {
            if (!filters[0].isEmpty() && !done.contains(database)) {
                obstacles.add("binlog_do_db: " + filters[0] + " (expected: " + database + " among them, or none)");
            }
            if (ignored.contains(database)) {
                obstacles.add("binlog_ignore_db: " + filters[1] + " (expected: not " + database + ")");
            }
        }
    }

    private Set<String> databases() {
        var databases = new java.util.TreeSet<String>();
        databases.add(source.signalTable().schema());
        source.tables().forEach(table -> databases.add(table.id().schema()));
        return databases;
    }

    private void logGrants(MariaDbGrants grants) throws SQLException {
        for (var privilege : List.of("REPLICATION SLAVE", "BINLOG MONITOR")) {
            var what = "right to " + privilege;
            if (grants.hasGlobal(privilege)) {
                present.add(what);
            } else {
                steps.add(new SourcePlan.Step(
                        what, "the bridge reads the log", "GRANT " + privilege + " ON *.* TO " + user()));
            }
        }
    }

    private void tables(MariaDbServer server, MariaDbGrants grants) throws SQLException {
        var mode = server.variable("sql_mode");
        var mayHoldZeroDates = !source.replica().zeroDatesAsNull()
                && !(mode.contains("NO_ZERO_DATE") && mode.contains("NO_ZERO_IN_DATE") && mode.contains("STRICT_"));
        var mayHoldNoDays = mode.contains("ALLOW_INVALID_DATES");
        for (var table : source.tables()) {
            var what = "right to read " + table.id();
            if (grants.has("SELECT", table.id())) {
                present.add(what);
                var checked = new MariaDbTable(connection, table, mayHoldZeroDates, mayHoldNoDays);
                var found = checked.obstacles();
                obstacles.addAll(found);
                if (found.isEmpty()) {
                    misfits.addAll(checked.misfits());
                }
            } else {
                steps.add(new SourcePlan.Step(
                        what, "backfills read the table", "GRANT SELECT ON " + quoted(table.id()) + " TO " + user()));
            }
        }
    }

    private void ownTables(MariaDbServer server, MariaDbGrants grants) throws SQLException {
        var signal = source.signalTable();
        var heartbeat = source.heartbeatTable();
        var database = signal.schema();
        if (server.text("SELECT schema_name FROM information_schema.schemata WHERE schema_name = ?", database)
                == null) {
            steps.add(new SourcePlan.Step(
                    "database " + database,
                    "the one database the bridge owns here",
                    "CREATE DATABASE IF NOT EXISTS `" + database + "`"));
        }
        var write = "right to write " + database;
        if (DATA_GRANTS.stream().allMatch(grant -> grants.has(grant, signal))) {
            present.add(write);
            isWithoutOwnTables = lacks(server, signal) || lacksRow(server, heartbeat);
        } else {
            steps.add(new SourcePlan.Step(
                    write,
                    "the bridge writes there and nowhere else",
                    "GRANT SELECT, INSERT, UPDATE, DELETE ON `" + database + "`.* TO " + user()));
        }
        if (lacks(server, signal)) {
            steps.add(new SourcePlan.Step(
                    "table " + signal,
                    "a table in it, where backfills mark their windows",
                    "CREATE TABLE IF NOT EXISTS " + quoted(signal)
                            + " (id VARCHAR(64) PRIMARY KEY, type VARCHAR(32) NOT NULL, data TEXT)"));
        } else {
            present.add("table " + signal);
        }
        if (lacks(server, heartbeat)) {
            steps.add(new SourcePlan.Step(
                    "table " + heartbeat,
                    "a table in it, whose one row the bridge changes to see that the log still comes",
                    "CREATE TABLE IF NOT EXISTS " + quoted(heartbeat)
                            + " (id TINYINT PRIMARY KEY, server CHAR(36) NOT NULL, beaten_at TIMESTAMP(6) NOT NULL)"));
        } else {
            present.add("table " + heartbeat);
        }
        if (lacksRow(server, heartbeat)) {
            steps.add(new SourcePlan.Step(
                    "row of " + heartbeat,
                    "its row, which also names this server's data",
                    "INSERT IGNORE INTO " + quoted(heartbeat) + " VALUES (1, UUID(), NOW(6))"));
        }
    }

    private static boolean lacksRow(MariaDbServer server, TableId heartbeat) throws SQLException {
        return lacks(server, heartbeat)
                || server.text("SELECT server FROM " + quoted(heartbeat) + " WHERE id = 1") == null;
    }

    private static boolean lacks(MariaDbServer server, TableId table) throws SQLException {
        return server.text(
                        "SELECT table_name FROM information_schema.tables WHERE table_schema = ? AND table_name = ?",
                        table.schema(),
                        table.name())
                == null;
    }

    /** Whom the server takes the user of the connection for, as a GRANT names him. */
    private String user() throws SQLException {
        try (var statement = connection.createStatement();
                var result = statement.executeQuery("SELECT CURRENT_USER()")) {
            result.next();
            var name = result.getString(1);
            var at = name.lastIndexOf('@');
            return "`" + name.substring(0, at) + "`@`" + name.substring(at + 1) + "`";
        }
    }

    static String quoted(TableId table) {
        return "`" + table.schema().replace("`", "``") + "`.`" + table.name().replace("`", "``") + "`";
    }
}
