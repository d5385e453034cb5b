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
 * is there already, in words. What is {@code unpublished}, in words, is not in the log as a slot sees it.
 */
public record SourcePlan(List<Step> steps, List<String> present, List<Obstacle> obstacles, Set<String> unpublished) {

    private static final Pattern CONTROL = Pattern.compile("[\\p{Cc}\\u2028\\u2029]");

    /** The oldest PostgreSQL that the bridge reads, as server_version_num has it. */
    public static final int POSTGRESQL_MIN = 140_000;

    /** What a step does. */
    public enum Kind {
        MAKE,
        /** What is there has to be another. */
        CHANGE,
        MAKE_SLOT
    }

    /** One statement, the reason for it, and {@code what} it makes or changes. */
    public record Step(Kind kind, String what, String why, String sql) {

        /** A statement that makes something. */
        Step(String what, String why, String sql) {
            this(Kind.MAKE, what, why, sql);
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

    /** What keeps a bridge {@code from} this, in words. */
    public List<String> obstacles(Obstacle.From from) {
        return obstacles.stream()
                .filter(obstacle -> obstacle.keepsFrom() == from)
                .map(Obstacle::what)
                .toList();
    }

    /** What of it holds for a bridge that has begun. */
    public SourcePlan begun() {
        var left = obstacles.stream()
                .filter(obstacle -> obstacle.keepsFrom() == Obstacle.From.GOING_ON)
                .toList();
        return new SourcePlan(steps, present, left, unpublished);
    }

    /** The plan as a script for psql. */
    public String script() {
        var script = new StringBuilder();
        obstacles(Obstacle.From.GOING_ON).forEach(what -> script.append(comment("CANNOT GO ON: " + what)));
        obstacles(Obstacle.From.BEGINNING).forEach(what -> script.append(comment("CANNOT BEGIN: " + what)));
        for (var step : steps) {
            script.append(comment(step.why)).append(step.sql).append(";\n");
        }
        return script.toString();
    }

    /** {@code text} as one line that a database's client leaves alone, whatever a name in it has: a line break there would begin a command. */
    public static String comment(String text) {
        return "-- " + CONTROL.matcher(text).replaceAll(" ") + "\n";
    }

    /** True when {@code version} of MariaDB is newer than any that the bridge is tested with. */
    public static boolean isUntested(String version) {
        return MariaDbSettings.isUntested(version);
    }

    /** What {@code source} still lacks. */
    public static SourcePlan of(Source source, Connection connection) throws SQLException {
        return source.dbms() == Dbms.MARIADB
                ? new MariaDbPlan(source, connection).plan()
                : new PostgresPlan(source, connection).plan();
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

    /** Runs the steps, however long the slot takes. */
    public void run(Source source, Connection connection) throws SQLException {
        run(source, connection, Waiting.ENDLESS);
    }

    /** Runs the steps, each by itself, because a slot cannot be made in a transaction that has written. */
    void run(Source source, Connection connection, Waiting waiting) throws SQLException {
        connection.setAutoCommit(true);
        for (var step : steps) {
            try (var statement = connection.createStatement()) {
                if (step.kind == Kind.MAKE_SLOT) {
                    try (var making = source.connect()) {
                        SlotMaking.make(step.sql, making, connection, waiting);
                    }
                } else {
                    statement.execute(step.sql);
                }
            } catch (SQLException e) {
                throw new SQLException("running " + step.sql + ": " + e.getMessage(), e.getSQLState(), e);
            }
        }
    }
}
