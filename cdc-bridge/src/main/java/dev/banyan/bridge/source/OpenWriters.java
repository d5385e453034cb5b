package dev.banyan.bridge.source;

import dev.banyan.bridge.change.Dbms;
import dev.banyan.bridge.change.TableId;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/** The transactions of PostgreSQL that have written to tables, and whose writing others do not see. */
public final class OpenWriters {

    /*
     * Whoever writes to a table locks it, and gives the lock up at the end of the transaction, after others see what it did. A lock has
     * nothing to do with the rights of who looks. The partitions count, for a writer need not go through their table. A truncation has another lock,
     * which keeps chunks out until others see it. A prepared transaction has no process; which one it is its lock on its own number says.
     */
    private static final String POSTGRESQL = """
            SELECT DISTINCT l.virtualtransaction,
                   COALESCE('process ' || l.pid,
                            (SELECT 'prepared transaction ' || quote_literal(regexp_replace(p.gid, '[[:cntrl:]]', '?', 'g'))
                             FROM pg_locks own JOIN pg_prepared_xacts p ON p.transaction = own.transactionid
                             WHERE own.pid IS NULL AND own.virtualtransaction = l.virtualtransaction LIMIT 1),
                            'a prepared one')
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            %s
            JOIN pg_locks l ON l.relation = part.relid
                           AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
            WHERE n.nspname = ? AND c.relname = ? AND l.locktype = 'relation' AND l.granted
              AND l.mode = 'RowExclusiveLock'""".formatted(Partitions.OF_C);

    private OpenWriters() {}

    /**
     * Those of {@code tables}: the process of each by a name that no later transaction has. None of MariaDB, where all see commits in the order of the
     * log.
     */
    public static Map<String, String> of(Source source, Collection<TableId> tables) throws SQLException {
        if (source.dbms() == Dbms.MARIADB) {
            return Map.of();
        }
        try (var connection = source.connect()) {
            return of(connection, tables);
        }
    }

    private static Map<String, String> of(Connection connection, Collection<TableId> tables) throws SQLException {
        var processByTransaction = new HashMap<String, String>();
        try (var select = connection.prepareStatement(POSTGRESQL)) {
            for (var table : tables) {
                select.setString(1, table.schema());
                select.setString(2, table.name());
                try (var result = select.executeQuery()) {
                    while (result.next()) {
                        processByTransaction.put(result.getString(1), result.getString(2));
                    }
                }
            }
        }
        return processByTransaction;
    }
}
