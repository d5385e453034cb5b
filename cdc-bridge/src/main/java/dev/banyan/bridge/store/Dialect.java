package dev.banyan.bridge.store;

import com.zaxxer.hikari.HikariConfig;
import dev.banyan.bridge.change.KeyText;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import java.util.UUID;

/** Where the two databases a store may live in differ. */
enum Dialect {
    H2(
            "MERGE INTO bridge_backfill_touched (table_name, row_key) KEY (table_name, row_key) VALUES (?, ?)",
            Map.of(
                    "text",
                    "CHARACTER VARYING(1000000)",
                    "bytes",
                    "BINARY VARYING(10000000)",
                    "largeBytes",
                    "BINARY VARYING(1000000000)"),
            "DATEDIFF(MILLISECOND, TIMESTAMP WITH TIME ZONE '1970-01-01 00:00:00+00', CURRENT_TIMESTAMP)"),
    POSTGRESQL(
            "INSERT INTO bridge_backfill_touched (table_name, row_key) VALUES (?, ?) ON CONFLICT DO NOTHING",
            Map.of("text", "TEXT", "bytes", "BYTEA", "largeBytes", "BYTEA"),
            "CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)");

    /** 500 ms: see BridgeStore. */
    private static final String H2_SETTINGS = ";WRITE_DELAY=500;DB_CLOSE_ON_EXIT=FALSE;DATABASE_TO_UPPER=TRUE";

    /** A host that vanishes after it took a commit's packet would be waited for without end, and the lease kept meanwhile. */
    private static final String ANSWER_SECONDS = "60";

    /**
     * What is stored has to outlast the server, before the legacy database is told that its log is not needed: a role or database may have it
     * {@code off}. What is between stays: a commit is on this server's disk in any case.
     */
    private static final String DURABLE = """
            SELECT CASE current_setting('synchronous_commit')
                       WHEN 'off' THEN set_config('synchronous_commit', 'on', false) END""";

    final String putTouched;

    @SuppressWarnings("ImmutableEnumChecker") // Map.of
    final Map<String, String> placeholders;

    /** Milliseconds since 1970, as an expression; of H2, whose lease ends with its process, at the transaction's beginning. */
    final String nowMs;

    Dialect(String putTouched, Map<String, String> placeholders, String nowMs) {
        this.putTouched = putTouched;
        this.placeholders = placeholders;
        this.nowMs = nowMs;
    }

    /** {@code text} of a key as the store holds it: H2 as it is, and rows lie there under it from before PostgreSQL's was written otherwise. */
    String key(String text) {
        return this == POSTGRESQL ? KeyText.withoutNul(text) : text;
    }

    /** Says where the store is, whose its connections are, and how they behave. */
    void configure(HikariConfig config, String jdbcUrl, String holder) {
        switch (this) {
            case H2 -> config.setJdbcUrl(jdbcUrl + H2_SETTINGS);
            case POSTGRESQL -> {
                config.setJdbcUrl(jdbcUrl);
                config.addDataSourceProperty("socketTimeout", ANSWER_SECONDS);
                config.addDataSourceProperty("tcpKeepAlive", "true");
                config.addDataSourceProperty("ApplicationName", application(holder));
                config.setConnectionInitSql(DURABLE);
            }
        }
    }

    /**
     * Has PostgreSQL end {@code connection} when its process stands still for 5 s in this transaction, which keeps others from the lease;
     * in H2 there are no others.
     */
    void endIfIdle(Connection connection) throws SQLException {
        if (this == POSTGRESQL) {
            try (var statement = connection.createStatement()) {
                statement.execute("SET LOCAL idle_in_transaction_session_timeout = '5s'");
            }
        }
    }

    /** Ends the transactions that {@code holder} of a lease that has run out left open: they keep what they wrote from everybody else. */
    void endTransactions(Connection connection, String holder) throws SQLException {
        if (this == POSTGRESQL) {
            try (var select = connection.prepareStatement("""
                    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                    WHERE datname = current_database() AND usename = current_user AND application_name = ?
                        AND xact_start IS NOT NULL""")) {
                select.setString(1, application(holder));
                select.executeQuery().close();
            }
        }
    }

    /** The name of a holder's connections; PostgreSQL cuts a name after 63 bytes, and a holder's differ at the end. */
    private static String application(String holder) {
        return "banyan-bridge " + UUID.nameUUIDFromBytes(holder.getBytes(StandardCharsets.UTF_8));
    }

    static Dialect of(String jdbcUrl) {
        if (jdbcUrl.startsWith("jdbc:h2:")) {
            return H2;
        }
        if (jdbcUrl.startsWith("jdbc:postgresql:")) {
            return POSTGRESQL;
        }
        throw new StoreUnusable("store: " + jdbcUrl + " (expected: jdbc:h2:... or jdbc:postgresql:...)");
    }
}
