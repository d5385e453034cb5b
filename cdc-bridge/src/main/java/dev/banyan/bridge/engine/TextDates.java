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
 * Connections on which dates and times are text, as in the log. Else the driver makes them a Date or a Timestamp: by the Julian calendar before
 * 1582, and by the clock of this JVM, which skips an hour in spring. Debezium makes it itself, from its name.
 */
public final class TextDates implements JdbcConnection.ConnectionFactory {

    private static final JdbcConnection.ConnectionFactory CONNECTIONS = JdbcConnection.patternBasedFactory(
            "jdbc:postgresql://${" + JdbcConfiguration.HOSTNAME + "}:${" + JdbcConfiguration.PORT + "}/${"
                    + JdbcConfiguration.DATABASE + "}",
            Driver.class.getName(),
            PostgresConnection.class.getClassLoader(),
            JdbcConfiguration.PORT.withDefault(PostgresConnectorConfig.PORT.defaultValueAsString()));

    @Override
    public Connection connect(JdbcConfiguration config) throws SQLException {
        var connection = CONNECTIONS.connect(config);
        var types = connection.unwrap(BaseConnection.class).getTypeInfo();
        types.addCoreType("date", Oid.DATE, Types.VARCHAR, String.class.getName(), Oid.DATE_ARRAY);
        types.addCoreType("timestamp", Oid.TIMESTAMP, Types.VARCHAR, String.class.getName(), Oid.TIMESTAMP_ARRAY);
        types.addCoreType("timestamptz", Oid.TIMESTAMPTZ, Types.VARCHAR, String.class.getName(), Oid.TIMESTAMPTZ_ARRAY);
        return connection;
    }
}
