package dev.banyan.bridge.source;

import dev.banyan.bridge.change.Dbms;
import dev.banyan.bridge.change.TableId;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What is still to be set up in the legacy database, as SQL in the order it has to run in; empty when nothing is. {@code present} is what of it
 * is there already, in words. What is {@code unpublished}, in words, is not in the log as a slot sees it.
 */
public record SourcePlan(List<Step> steps, List<String> present, List<String> obstacles, Set<String> unpublished) {

    private static final Pattern CONTROL = Pattern.compile("[\\p{Cc}\\u2028\\u2029]");

    /** The oldest PostgreSQL that the bridge reads, as server_version_num has it. */
    public static final int POSTGRESQL_MIN = 140_000;

    /** One statement, the reason for it, and what it makes or changes. */
    public record Step(String what, String why, String sql) {

        /** True when {@code what} is there and has to be another. */
        public boolean changes() {
            return sql.startsWith("ALTER ");
        }

        private boolean isSlot() {
            return sql.startsWith("SELECT pg_create_logical_replication_slot(");
        }
    }

    public SourcePlan {
        steps = List.copyOf(steps);
        present = List.copyOf(present);
        obstacles = List.copyOf(obstacles);
        unpublished = Collections.unmodifiableSet(new LinkedHashSet<>(unpublished));
    }

    public boolean isEmpty() {
        return steps.isEmpty() && obstacles.isEmpty();
    }

    /** The plan as a script for psql. */
    public String script() {
        var script = new StringBuilder();
        for (var obstacle : obstacles) {
            script.append(comment("CANNOT GO ON: " + obstacle));
        }
        for (var step : steps) {
            script.append(comment(step.why)).append(step.sql).append(";\n");
        }
        return script.toString();
    }

    /** {@code text} as one line that a database's client leaves alone, whatever a name in it has: a line break there would begin a command. */
    public static String comment(String text) {
        return "-- " + CONTROL.matcher(text).replaceAll(" ") + "\n";
    }

    /** What {@code source} still lacks. */
    public static SourcePlan of(Source source, Connection connection) throws SQLException {
        return source.dbms() == Dbms.MARIADB
                ? new MariaDbPlan(source, connection).plan()
                : new PostgresPlan(source, connection).plan();
    }

    /** Why the log of MariaDB would not tell all that happens to {@code table}, whatever its columns. */
    public static List<String> obstaclesOf(Connection connection, TableId table) throws SQLException {
        return ofMariaDb(connection, table).obstacles();
    }

    /** The columns of {@code table} of MariaDB that a mapping cannot read, since their values are altered on the way, and their types. */
    public static Map<String, String> alteredColumnsOf(Connection connection, TableId table) throws SQLException {
        return ofMariaDb(connection, table).altered();
    }

    private static MariaDbTable ofMariaDb(Connection connection, TableId table) {
        return new MariaDbTable(connection, new Source.Table(table, List.of(), List.of()), false, false);
    }

    /** Runs the steps, each by itself, because a slot cannot be made in a transaction that has written. */
    public void run(Connection connection) throws SQLException {
        connection.setAutoCommit(true);
        for (var step : steps) {
            try (var statement = connection.createStatement()) {
                if (step.isSlot()) {
                    statement.execute("SET lock_timeout = 0"); // nobody waits behind one who waits for transactions
                }
                statement.execute(step.sql);
                if (step.isSlot()) {
                    statement.execute(Source.LIMITS.get(Dbms.POSTGRESQL));
                }
            } catch (SQLException e) {
                throw new SQLException("running " + step.sql + ": " + e.getMessage(), e.getSQLState(), e);
            }
        }
    }
}
