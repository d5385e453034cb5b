package dev.banyan.bridge.store;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Collections;
import java.util.Locale;
import java.util.SortedSet;
import java.util.TreeSet;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.h2.api.ErrorCode;
import org.h2.jdbcx.JdbcDataSource;

/** The tables of a bridge's store: those it has to have, and those of them that are there. */
public record StoreTables(SortedSet<String> wanted, SortedSet<String> there) {

    private static final String IN_MEMORY = "jdbc:h2:mem:";

    public StoreTables {
        wanted = Collections.unmodifiableSortedSet(new TreeSet<>(wanted));
        there = Collections.unmodifiableSortedSet(new TreeSet<>(there));
    }

    /** Looks at the store at {@code jdbcUrl} and changes nothing; throws {@link StoreUnusable} when it cannot. */
    public static StoreTables of(String jdbcUrl, String user, String password) {
        var isH2 = Dialect.of(jdbcUrl) == Dialect.H2;
        var url = isH2 ? jdbcUrl + ";IFEXISTS=TRUE;ACCESS_MODE_DATA=r" : jdbcUrl;
        var wanted = migrated();
        try (var connection = DriverManager.getConnection(url, user, password)) {
            var there = tables(connection);
            there.retainAll(wanted);
            return new StoreTables(wanted, there);
        } catch (SQLException e) {
            if (isH2 && e.getErrorCode() == ErrorCode.DATABASE_NOT_FOUND_WITH_IF_EXISTS_1) {
                return new StoreTables(wanted, new TreeSet<>());
            }
            throw new StoreUnusable("store " + jdbcUrl + ": " + e.getMessage(), e);
        }
    }

    /** What the migrations make, asked of a database that is gone when this returns. */
    private static SortedSet<String> migrated() {
        var source = new JdbcDataSource();
        source.setURL(IN_MEMORY + "plan");
        try (var connection = source.getConnection()) {
            migrations(source, Dialect.H2).migrate();
            return tables(connection);
        } catch (SQLException e) {
            throw new StoreUnusable("making a store in memory: " + e.getMessage(), e);
        }
    }

    private static SortedSet<String> tables(Connection connection) throws SQLException {
        var tables = new TreeSet<String>();
        try (var found = connection
                .getMetaData()
                .getTables(null, connection.getSchema(), null, new String[] {"TABLE", "BASE TABLE"})) {
            while (found.next()) {
                tables.add(found.getString("TABLE_NAME").toLowerCase(Locale.ROOT));
            }
        }
        return tables;
    }

    /** What brings the tables in {@code source} up to date. */
    static Flyway migrations(DataSource source, Dialect dialect) {
        return Flyway.configure()
                .dataSource(source)
                .locations("classpath:db/bridge")
                .table("bridge_schema_history")
                .placeholders(dialect.placeholders)
                .baselineOnMigrate(true)
                .baselineVersion("0")
                .load();
    }
}
