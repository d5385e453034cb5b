package dev.banyan.bridge.source;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** The XA transactions that are prepared on a server of MariaDB, of whatever tables, by their names. */
public final class PreparedXa {

    private PreparedXa() {}

    /** What {@code XA RECOVER} names; it needs no right. */
    public static List<String> of(Connection connection) throws SQLException {
        var prepared = new ArrayList<String>();
        try (var statement = connection.createStatement();
                var result = statement.executeQuery("XA RECOVER")) {
            while (result.next()) {
                prepared.add(result.getString("data"));
            }
        }
        return prepared;
    }

    /** Fails while there is one, for its rows lie before a beginning that is made now, and its commit brings none. */
    static void refuse(Connection connection) throws SQLException {
        var prepared = of(connection);
        if (!prepared.isEmpty()) {
            throw new SQLException(
                    "XA transactions are prepared: " + String.join(", ", prepared)
                            + " (expected: none where the bridge begins, for their rows would be lost; XA COMMIT or XA ROLLBACK them)");
        }
    }
}
