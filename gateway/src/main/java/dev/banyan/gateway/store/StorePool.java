package dev.banyan.gateway.store;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.io.IOException;
import java.time.Duration;
import org.flywaydb.core.Flyway;

/** Connections to a control store whose tables are up to date. */
final class StorePool {

    static final int CONNECTIONS_MAX = 4;
    private static final Duration CONNECT_MAX = Duration.ofSeconds(2);
    private static final Duration ANSWER_MAX = Duration.ofSeconds(5);

    /*
     * A gateway that stops dead inside a transaction holds its locks until PostgreSQL hears that it is gone, which it may never
     * do. These bounds are PostgreSQL's own, so they hold whatever has become of the gateway.
     */
    private static final String BOUNDS = "SET lock_timeout = '2s'; SET idle_in_transaction_session_timeout = '5s'";

    /** How a store is opened: {@link #open}, but for tests of a store that cannot be. */
    @FunctionalInterface
    interface Opening {
        HikariDataSource open(StoreLocation location) throws IOException;
    }

    private StorePool() {}

    /** Connects, and makes or updates the tables; throws when that does not work, with nothing left open. */
    static HikariDataSource open(StoreLocation location) throws IOException {
        var source = new HikariDataSource(config(location));
        try {
            Flyway.configure()
                    .dataSource(source)
                    .locations("classpath:db/control")
                    .table("control_schema_history")
                    // A database that others use too: their tables are there already.
                    .baselineOnMigrate(true)
                    .baselineVersion("0")
                    .load()
                    .migrate();
            return source;
        } catch (RuntimeException | Error e) {
            source.close();
            throw e;
        }
    }

    private static HikariConfig config(StoreLocation location) throws IOException {
        var config = new HikariConfig();
        config.setPoolName("control-store");
        config.setJdbcUrl(location.jdbcUrl());
        config.setUsername(location.user());
        config.setPassword(location.secret());
        config.setMaximumPoolSize(CONNECTIONS_MAX);
        config.setMinimumIdle(1);
        config.setConnectionTimeout(CONNECT_MAX.toMillis());
        config.setValidationTimeout(CONNECT_MAX.toMillis() / 2);
        config.setInitializationFailTimeout(-1);
        if (location.isShared()) {
            // Strings: the driver does not see any other value, and does not say so.
            config.addDataSourceProperty("connectTimeout", Long.toString(CONNECT_MAX.toSeconds()));
            config.addDataSourceProperty("socketTimeout", Long.toString(ANSWER_MAX.toSeconds()));
            config.addDataSourceProperty("tcpKeepAlive", "true");
            config.addDataSourceProperty("ApplicationName", "banyan-gateway");
            config.setConnectionInitSql(BOUNDS);
        }
        return config;
    }
}
