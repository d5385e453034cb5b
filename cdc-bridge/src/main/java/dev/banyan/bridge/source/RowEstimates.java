package dev.banyan.bridge.source;

import dev.banyan.bridge.change.TableId;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/** How many rows tables have, by the database's statistics: nothing is counted, and a figure may be far off. */
public final class RowEstimates {

    /** What the last ANALYZE or vacuum found; where there was none, what was counted while rows were written. */
    private static final String POSTGRESQL = """
            SELECT CAST(sum(COALESCE(NULLIF(GREATEST(p.reltuples, 0), 0), pg_stat_get_live_tuples(p.oid))) AS bigint)
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            %s
            JOIN pg_class p ON p.oid = part.relid AND p.relkind <> 'p'
            WHERE n.nspname = ? AND c.relname = ?""".formatted(Partitions.OF_C);

    private RowEstimates() {}

    /** Those of {@code tables} of which {@code connection}'s database knows something. */
    public static Map<TableId, Long> of(Connection connection, Collection<TableId> tables) throws SQLException {
        var sql = connection.getMetaData().getDatabaseProductName().equals("PostgreSQL")
                ? POSTGRESQL
                : "SELECT table_rows FROM information_schema.tables WHERE table_schema = ? AND table_name = ?";
        var rows = new HashMap<TableId, Long>();
        try (var select = connection.prepareStatement(sql)) {
            for (var table : tables) {
                select.setString(1, table.schema());
                select.setString(2, table.name());
                try (var result = select.executeQuery()) {
                    if (result.next() && result.getLong(1) > 0) {
                        rows.put(table, result.getLong(1));
                    }
                }
            }
        }
        return rows;
    }
}
