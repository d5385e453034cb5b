package dev.banyan.bridge.engine;

import io.debezium.connector.postgresql.PostgresConnectorConfig;
import io.debezium.connector.postgresql.connection.PostgresConnection;
import io.debezium.jdbc.JdbcConfiguration;
import io.debezium.jdbc.JdbcConnection;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Types;
import org.postgresql.Driver;
import org.postgresql.core.BaseConnection;
import org.postgresql.core.Oid;

/**
 * Makes Debezium's connections, the one that reads the log among them. Debezium makes it itself, from its name.
 *
 * <p>Dates and times are text on them, as in the log. Else the driver makes them a Date or a Timestamp: by the Julian calendar before 1582, and by the clock of
 * this JVM, which skips an hour in spring.
 *
 * <p>No transaction is too long on them, whatever the role says: the server sends each of the log within one of its own, and one that is cut is sent again from
 * its beginning. A server before 17 takes no connection that asks for it.
 */
public final class EngineConnections implements JdbcConnection.ConnectionFactory {

    private static final JdbcConnection.ConnectionFactory CONNECTIONS = JdbcConnection.patternBasedFactory(
            "jdbc:postgresql://${" + JdbcConfiguration.HOSTNAME + "}:${" + JdbcConfiguration.PORT + "}/${"
                    + JdbcConfiguration.DATABASE + "}",
            Driver.class.getName(),
            PostgresConnection.class.getClassLoader(),
            JdbcConfiguration.PORT.withDefault(PostgresConnectorConfig.PORT.defaultValueAsString()));

    private static final int TRANSACTION_TIMEOUT_SINCE = 170_000;

    @Override
    public Connection connect(JdbcConfiguration config) throws SQLException {
        var connection = CONNECTIONS.connect(config);
        var base = connection.unwrap(BaseConnection.class);
        if (base.haveMinimumServerVersion(TRANSACTION_TIMEOUT_SINCE)) {
            unlimited(connection);
        }
        var types = base.getTypeInfo();
        types.addCoreType("date", Oid.DATE, Types.VARCHAR, String.class.getName(), Oid.DATE_ARRAY);
        types.addCoreType("timestamp", Oid.TIMESTAMP, Types.VARCHAR, String.class.getName(), Oid.TIMESTAMP_ARRAY);
        types.addCoreType("timestamptz", Oid.TIMESTAMPTZ, Types.VARCHAR, String.class.getName(), Oid.TIMESTAMPTZ_ARRAY);
        return connection;
    }

    private static void unlimited(Connection connection) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute("SET transaction_timeout = 0");
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
    }
}
