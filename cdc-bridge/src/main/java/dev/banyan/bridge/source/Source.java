package dev.banyan.bridge.source;

import dev.banyan.bridge.change.Dbms;
import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.engine.EngineSettings;
import dev.banyan.bridge.engine.Shapes;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * The legacy database: how to reach it, and the names of what the bridge uses there. {@code slot} names PostgreSQL's slot; in MariaDB,
 * which has none, it names the database that the bridge keeps its own two tables in. {@code identity} is what PostgreSQL's log carries of
 * old rows, {@code replica} how MariaDB's is read.
 */
public record Source(
        String jdbcUrl,
        String user,
        String password,
        String slot,
        String publication,
        Identity identity,
        EngineSettings.Reading.Replica replica,
        boolean manage,
        List<Table> tables) {

    /** What a URL has to look like, in words. */
    public static final String URL_EXPECTED =
            "jdbc:postgresql://HOST:PORT/DATABASE or jdbc:mariadb://HOST:PORT/DATABASE";

    private static final Pattern URL =
            Pattern.compile("jdbc:(postgresql|mariadb)://(\\[[^]]+]|[^:/?\\[,]+)(?::([0-9]+))?/([^?]+)(?:\\?(.*))?");
    private static final int CONNECT_SECONDS = 10;
    private static final int ANSWER_SECONDS = 60;

    /** By {@link #connect}: how long a statement takes at most, and a lock that it waits for, each less than {@link #ANSWER_SECONDS}; that it fails where a policy would hide rows; and how long MariaDB lets a connection idle, more than lies between two heartbeats. */
    static final Map<Dbms, String> LIMITS = Map.of(
            Dbms.POSTGRESQL,
            "SET lock_timeout = '5s'; SET statement_timeout = '50s'; SET row_security = off",
            Dbms.MARIADB,
            "SET lock_wait_timeout = 5, innodb_lock_wait_timeout = 5, max_statement_time = 50, wait_timeout = 600");

    private static final long SERVER_IDS_FROM = 1L << 30;

    /** What a mapping needs of a column. */
    @FunctionalInterface
    public interface Fit {
        Fit ANY = (_, _) -> "";

        /** What would do in place of a {@code column} of {@code type}; empty when that will do. */
        String expected(String column, ColumnType type);
    }

    /** What waits when a table does not fit the mapping any more: {@code aggregate}, or several under one name, with all their tables. */
    public record Parking(String aggregate, List<TableId> tables) {
        public Parking {
            tables = List.copyOf(tables);
        }
    }

    /**
     * A mapped table, with the columns its mapping reads, those that make its key, and those {@code dropped}, which must not be read whatever becomes
     * of it. Without {@code parking} the bridge stops where it does not fit any more.
     */
    public record Table(
            TableId id,
            List<String> columns,
            List<String> key,
            List<String> dropped,
            Fit fit,
            @Nullable Parking parking) {
        public Table {
            columns = List.copyOf(columns);
            key = List.copyOf(key);
            dropped = List.copyOf(dropped);
        }

        public Table(TableId id, List<String> columns, List<String> key, Fit fit) {
            this(id, columns, key, List.of(), fit, null);
        }

        /** A table whose columns may be of any type. */
        public Table(TableId id, List<String> columns, List<String> key) {
            this(id, columns, key, Fit.ANY);
        }
    }

    public Source {
        tables = List.copyOf(tables);
        if (!isUsable(jdbcUrl)) {
            throw new IllegalArgumentException(
                    "source.jdbcUrl: " + shown(jdbcUrl) + " (expected: " + URL_EXPECTED + ")");
        }
        UrlParameters.problem(jdbcUrl).ifPresent(problem -> {
            throw new IllegalArgumentException("source.jdbcUrl: " + problem);
        });
    }

    /** The same, with old rows whole in the log, and a number among MariaDB's replicas that follows from {@code slot}; zero dates are refused. */
    public Source(
            String jdbcUrl,
            String user,
            String password,
            String slot,
            String publication,
            boolean manage,
            List<Table> tables) {
        this(
                jdbcUrl,
                user,
                password,
                slot,
                publication,
                Identity.FULL,
                new EngineSettings.Reading.Replica(serverIdOf(slot), false),
                manage,
                tables);
    }

    /** A number from 2^30 to 2^31 that other replicas hardly have, always the same for {@code name}. */
    public static long serverIdOf(String name) {
        var crc = new CRC32();
        crc.update(name.getBytes(StandardCharsets.UTF_8));
        return SERVER_IDS_FROM + crc.getValue() % SERVER_IDS_FROM;
    }

    /** True when {@code jdbcUrl} is one that both JDBC and Debezium can use. */
    public static boolean isUsable(String jdbcUrl) {
        return URL.matcher(jdbcUrl).matches();
    }

    /** {@code jdbcUrl}, of a legacy database or a store, without what may be secret: users and passwords, and all parameters. */
    public static String shown(String jdbcUrl) {
        return jdbcUrl.replaceFirst("[?;].*", "").replaceFirst("//[^/]*@", "//");
    }

    /** The kind of database that {@code jdbcUrl} names. */
    public static Dbms dbms(String jdbcUrl) {
        return jdbcUrl.startsWith("jdbc:mariadb:") ? Dbms.MARIADB : Dbms.POSTGRESQL;
    }

    public Dbms dbms() {
        return dbms(jdbcUrl);
    }

    /** The mapped tables, in the mapping's order: children before their roots. */
    public List<TableId> tableIds() {
        return tables.stream().map(Table::id).toList();
    }

    /**
     * The columns of the key of each table of which the log may carry no more of an old row: those that are {@code partitioned} among them, since a partition that is made
     * later has no other identity than its primary key.
     */
    public Map<TableId, List<String>> loggedKeys(Set<TableId> partitioned) {
        return tables.stream()
                .filter(table -> identity == Identity.KEYS || partitioned.contains(table.id))
                .collect(Collectors.toMap(Table::id, Table::key));
    }

    /** The table that Debezium writes a backfill's windows into. */
    public TableId signalTable() {
        return new TableId(dbms() == Dbms.MARIADB ? slot : "banyan", "signal");
    }

    /** The table whose one row the bridge changes in MariaDB, to see that the log still comes. */
    public TableId heartbeatTable() {
        return new TableId(slot, "heartbeat");
    }

    /** The same, with nothing in the database for us to set up. */
    public Source unmanaged() {
        return new Source(jdbcUrl, user, password, slot, publication, identity, replica, false, tables);
    }

    /** The same, with columns of any type. */
    public Source withoutFits() {
        return withTables(
                table -> new Table(table.id, table.columns, table.key, table.dropped, Fit.ANY, table.parking));
    }

    /**
     * The same, with those columns only that are there, and that fit where a table waits when they do not: rows that the log still has may have
     * others, see {@link #shapes}.
     */
    Source withColumnsOf(Map<TableId, Map<String, ColumnType>> found) {
        return withoutMisfits(found).withColumns((table, column) -> typeOf(table, column, found) != null);
    }

    /** The same, without what of {@link #misfits} the bridge runs with all the same. */
    public Source withoutMisfits(Map<TableId, Map<String, ColumnType>> found) {
        return withColumns(
                (table, column) -> table.parking == null || isUsable(table, column, typeOf(table, column, found)));
    }

    /** The columns that pause their tables, as those are made in {@code found}; by table. */
    public Map<TableId, List<String>> misfits(Map<TableId, Map<String, ColumnType>> found) {
        var kept = withoutMisfits(found);
        var misfits = new LinkedHashMap<TableId, List<String>>();
        for (var table : tables) {
            var columns = new ArrayList<>(table.columns);
            kept.table(table.id).ifPresent(other -> columns.removeAll(other.columns));
            if (!columns.isEmpty()) {
                misfits.put(table.id, columns);
            }
        }
        return misfits;
    }

    private Source withColumns(BiPredicate<Table, String> isKept) {
        return withTables(table -> new Table(
                table.id,
                table.columns.stream()
                        .filter(column -> isKept.test(table, column))
                        .toList(),
                table.key,
                table.dropped,
                table.fit,
                table.parking));
    }

    private static @Nullable ColumnType typeOf(
            Table table, String column, Map<TableId, Map<String, ColumnType>> found) {
        return found.getOrDefault(table.id, Map.of()).get(column);
    }

    private static boolean isUsable(Table table, String column, @Nullable ColumnType type) {
        return type != null
                && !type.isGenerated()
                && table.fit.expected(column, type).isEmpty();
    }

    /** The mapped table {@code id}; empty when it is none. */
    public Optional<Table> table(TableId id) {
        return tables.stream().filter(table -> table.id.equals(id)).findFirst();
    }

    private Source withTables(UnaryOperator<Table> change) {
        return new Source(
                jdbcUrl,
                user,
                password,
                slot,
                publication,
                identity,
                replica,
                manage,
                tables.stream().map(change).toList());
    }

    /** What the mapping expects of rows in the log. */
    public Shapes shapes() {
        return shapes(Set.of(), (_, _, _) -> {});
    }

    /** The same, where the tables {@code misfits} may have any shape, of which {@code listener} hears. */
    public Shapes shapes(Set<TableId> misfits, Shapes.Listener listener) {
        var byId = tables.stream().collect(Collectors.toMap(Table::id, table -> table));
        var columns = tables.stream().collect(Collectors.toMap(Table::id, Table::columns));
        return new Shapes(
                dbms(),
                columns,
                (table, column, type) -> byId.getOrDefault(table, new Table(table, List.of(), List.of()))
                        .fit
                        .expected(column, ColumnType.logged(dbms(), type)),
                misfits,
                listener);
    }

    /** The same database as Debezium wants it. */
    public EngineSettings.Database database() {
        var url = URL.matcher(jdbcUrl);
        if (!url.matches()) {
            throw new IllegalStateException("source.jdbcUrl: " + shown(jdbcUrl));
        }
        var portDefault = dbms() == Dbms.MARIADB ? 3306 : 5432;
        var port = url.group(3) == null ? portDefault : Integer.parseInt(url.group(3));
        return new EngineSettings.Database(url.group(2), port, url.group(4), user, password, UrlParameters.of(jdbcUrl));
    }

    /** What tells Debezium, as engine {@code name}, to read these tables' changes. */
    public EngineSettings engineSettings(String name, Duration heartbeat, long queueBytesMax) {
        return engineSettings(name, heartbeat, queueBytesMax, Set.of());
    }

    /** The same, with every column of the tables {@code whole} but those that nobody may read. */
    public EngineSettings engineSettings(String name, Duration heartbeat, long queueBytesMax, Set<TableId> whole) {
        return new EngineSettings(
                name,
                database(),
                switch (dbms()) {
                    case POSTGRESQL -> new EngineSettings.Reading.Slot(slot, publication);
                    case MARIADB -> replica;
                },
                signalTable(),
                tables.stream()
                        .map(table -> new EngineSettings.Table(
                                table.id, table.columns, whole.contains(table.id) ? table.dropped : null))
                        .toList(),
                heartbeat,
                queueBytesMax);
    }

    /** A new connection that takes commands of PostgreSQL's replication protocol; the caller closes it. */
    Connection connectToLog() throws SQLException {
        var properties = connectionProperties();
        properties.setProperty("replication", "database");
        properties.setProperty("assumeMinServerVersion", "10");
        properties.setProperty("preferQueryMode", "simple");
        return DriverManager.getConnection(jdbcUrl, properties);
    }

    /**
     * A new connection; the caller closes it. The server gives a statement up before we would hang up: the process of one that we hang up on goes on
     * waiting, for a lock as long as that is held, and takes a place from legacy.
     */
    public Connection connect() throws SQLException {
        var connection = DriverManager.getConnection(jdbcUrl, connectionProperties());
        try (var statement = connection.createStatement()) {
            statement.execute(LIMITS.get(dbms()));
            return connection;
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
    }

    /** True when {@code e} says that somebody has locked what was asked for, for longer than we wait. */
    static boolean isLocked(SQLException e) {
        return "55P03".equals(e.getSQLState());
    }

    private Properties connectionProperties() {
        var properties = new Properties();
        properties.setProperty("user", user);
        properties.setProperty("password", password);
        switch (dbms()) {
            case POSTGRESQL -> {
                properties.setProperty("ApplicationName", "banyan-bridge");
                properties.setProperty("connectTimeout", Integer.toString(CONNECT_SECONDS));
                properties.setProperty("socketTimeout", Integer.toString(ANSWER_SECONDS));
            }
            case MARIADB -> {
                properties.setProperty("connectTimeout", Integer.toString(CONNECT_SECONDS * 1_000));
                properties.setProperty("socketTimeout", Integer.toString(ANSWER_SECONDS * 1_000));
            }
        }
        return properties;
    }

    @Override
    public String toString() {
        return "Source[" + shown(jdbcUrl) + ", user " + user + ", slot " + slot + ", publication " + publication + "]";
    }
}
