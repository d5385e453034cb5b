package dev.banyan.bridge.source;

import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.engine.EngineSettings;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.Properties;
import java.util.regex.Pattern;

/** The legacy database: how to reach it, and the names of what the bridge uses there. */
public record Source(
        String jdbcUrl,
        String user,
        String password,
        String slot,
        String publication,
        boolean manage,
        List<Table> tables) {

    /** The one table the bridge owns in the legacy database: Debezium writes a backfill's windows there. */
    public static final TableId SIGNAL_TABLE = new TableId("banyan", "signal");

    private static final Pattern URL =
            Pattern.compile("jdbc:postgresql://(\\[[^]]+]|[^:/?\\[]+)(?::([0-9]+))?/([^?]+)(?:\\?.*)?");
    private static final int PORT_DEFAULT = 5432;
    private static final int CONNECT_SECONDS = 10;

    /** What a mapping needs of a column. */
    @FunctionalInterface
    public interface Fit {
        Fit ANY = (_, _) -> "";

        /** What would do in place of a {@code column} of {@code type}; empty when that will do. */
        String expected(String column, ColumnType type);
    }

    /** A mapped table, with the columns its mapping reads and those that make its key. */
    public record Table(TableId id, List<String> columns, List<String> key, Fit fit) {
        public Table {
            columns = List.copyOf(columns);
            key = List.copyOf(key);
        }

        /** A table whose columns may be of any type. */
        public Table(TableId id, List<String> columns, List<String> key) {
            this(id, columns, key, Fit.ANY);
        }
    }

    public Source {
        tables = List.copyOf(tables);
        if (!URL.matcher(jdbcUrl).matches()) {
            throw new IllegalArgumentException(
                    "source.jdbcUrl: " + jdbcUrl + " (expected: jdbc:postgresql://HOST:PORT/DATABASE)");
        }
    }

    /** True when {@code jdbcUrl} is one that both JDBC and Debezium can use. */
    public static boolean isUsable(String jdbcUrl) {
        return URL.matcher(jdbcUrl).matches();
    }

    /** The same, with nothing in the database for us to set up. */
    public Source unmanaged() {
        return new Source(jdbcUrl, user, password, slot, publication, false, tables);
    }

    /** The same, with columns of any type. */
    public Source withoutFits() {
        return new Source(
                jdbcUrl,
                user,
                password,
                slot,
                publication,
                manage,
                tables.stream()
                        .map(table -> new Table(table.id, table.columns, table.key))
                        .toList());
    }

    /** The same database as Debezium wants it. */
    public EngineSettings.Database database() {
        var url = URL.matcher(jdbcUrl);
        if (!url.matches()) {
            throw new IllegalStateException("source.jdbcUrl: " + jdbcUrl);
        }
        var port = url.group(2) == null ? PORT_DEFAULT : Integer.parseInt(url.group(2));
        return new EngineSettings.Database(url.group(1), port, url.group(3), user, password);
    }

    /** A new connection; the caller closes it. */
    public Connection connect() throws SQLException {
        var properties = new Properties();
        properties.setProperty("user", user);
        properties.setProperty("password", password);
        properties.setProperty("ApplicationName", "banyan-bridge");
        properties.setProperty("connectTimeout", Integer.toString(CONNECT_SECONDS));
        properties.setProperty("socketTimeout", "60");
        return DriverManager.getConnection(jdbcUrl, properties);
    }

    @Override
    public String toString() {
        return "Source[" + jdbcUrl + ", user " + user + ", slot " + slot + ", publication " + publication + "]";
    }
}
