package dev.banyan.bridge.source;

import dev.banyan.bridge.change.Dbms;
import dev.banyan.bridge.change.TableId;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * What is still to be set up in the legacy database, as SQL in the order it has to run in; empty when nothing is. {@code present} is what of it
 * is there already, in words. {@code atFirst} are obstacles to a first start only: a bridge that has begun loses no more by going on than by waiting. What is
 * {@code unpublished}, in words, is not in the log as a slot sees it.
 */
public record SourcePlan(
        List<Step> steps, List<String> present, List<String> obstacles, List<String> atFirst, Set<String> unpublished) {

    private static final Pattern CONTROL = Pattern.compile("[\\p{Cc}\\u2028\\u2029]");

    private static final Pattern TAKEN_APART = Pattern.compile("[\\s.\"'`]");

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
        atFirst = List.copyOf(atFirst);
        unpublished = Collections.unmodifiableSet(new LinkedHashSet<>(unpublished));
    }

    public boolean isEmpty() {
        return steps.isEmpty() && obstacles.isEmpty() && atFirst.isEmpty();
    }

    /** What of it holds for a bridge that has begun. */
    public SourcePlan begun() {
        return new SourcePlan(steps, present, obstacles, List.of(), unpublished);
    }

    /** The plan as a script for psql. */
    public String script() {
        var script = new StringBuilder();
        for (var obstacle : obstacles) {
            script.append(comment("CANNOT GO ON: " + obstacle));
        }
        for (var obstacle : atFirst) {
            script.append(comment("CANNOT BEGIN: " + obstacle));
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

    /** Tables whose names Debezium 3.5 cannot take apart when it begins to read one whole: it reads nothing then, and says that it has. */
    static List<String> unreadableNames(Source source) {
        return source.tables().stream()
                .map(Source.Table::id)
                .filter(table -> TAKEN_APART.matcher(table.schema()).find()
                        || TAKEN_APART.matcher(table.name()).find())
                .map(table -> "table " + table
                        + ": a name with a blank, a point or a quote, which a backfill cannot read (expected: another name, or a"
                        + " mapping without the table)")
                .toList();
    }

    /** Why the log of MariaDB would not tell all that happens to {@code table}, or a backfill not read it, whatever the mapping. */
    public static List<String> obstaclesOf(Connection connection, TableId table) throws SQLException {
        var obstacles = new ArrayList<>(ofMariaDb(connection, table).obstacles());
        if (obstacles.isEmpty()) {
            new MariaDbKeys(connection, new Source.Table(table, List.of(), List.of())).misordered(obstacles);
        }
        return obstacles;
    }

    /**
     * True when {@code key} has a {@code unique} key, or all of it but columns that a table is {@code partitioned} by: the database lets no unique key do
     * without those, so there it is the mapping's word.
     */
    static boolean isKey(List<String> key, Collection<List<String>> unique, Predicate<String> partitioned) {
        return unique.stream()
                .filter(columns -> columns.stream().anyMatch(key::contains))
                .anyMatch(columns ->
                        columns.stream().allMatch(column -> key.contains(column) || partitioned.test(column)));
    }

    /**
     * Why the mapping's key of {@code table} would not do, which has {@code unique} keys, the primary one first: {@code isKey} says whether it tells rows
     * apart. A backfill finds its way by the {@code primary} key.
     */
    static List<String> keyObstacles(
            Source.Table table, boolean isKey, List<List<String>> unique, List<String> primary) {
        var obstacles = new ArrayList<String>();
        if (!isKey) {
            obstacles.add("table " + table.id() + ": key " + table.key()
                    + ": rows may share it, and would be taken for one (expected: the columns of a unique key, such as "
                    + unique.getFirst() + ")");
        }
        if (!primary.stream()
                .allMatch(column ->
                        table.key().contains(column) || table.columns().contains(column))) {
            obstacles.add(
                    "table " + table.id() + ": primary key " + primary
                            + " is not read (expected: a field for each of its columns; a backfill leaves rows out without them)");
        }
        return obstacles;
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
