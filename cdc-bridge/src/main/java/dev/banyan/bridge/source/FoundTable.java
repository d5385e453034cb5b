package dev.banyan.bridge.source;

import dev.banyan.bridge.change.TableId;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A table as PostgreSQL's catalogue has it. {@code withoutFullIdentity} are the tables, itself or its partitions, whose old rows the log does
 * not carry whole.
 */
record FoundTable(
        boolean isTable,
        boolean isPartitioned,
        boolean hasKey,
        List<TableId> withoutFullIdentity,
        Map<String, ColumnType> columns) {

    /** Those of {@code tables} that are there. */
    static Map<TableId, FoundTable> of(Connection connection, Collection<TableId> tables) throws SQLException {
        var types = ColumnType.of(connection, tables);
        var found = new LinkedHashMap<TableId, FoundTable>();
        try (var select = connection.prepareStatement("""
                SELECT n.nspname, c.relname, c.relkind,
                       EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indisunique AND i.indisvalid
                               AND i.indimmediate AND i.indpred IS NULL AND i.indexprs IS NULL
                               AND NOT EXISTS (SELECT FROM pg_attribute k WHERE k.attrelid = c.oid
                                               AND k.attnum = ANY (i.indkey::int2[]) AND NOT k.attnotnull)),
                       ARRAY (SELECT m.nspname || '.' || p.relname
                              FROM (SELECT c.oid AS relid UNION SELECT relid FROM pg_partition_tree(c.oid)) part
                              JOIN pg_class p ON p.oid = part.relid JOIN pg_namespace m ON m.oid = p.relnamespace
                              WHERE p.relreplident <> 'f' ORDER BY 1)
                FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                WHERE n.nspname || '.' || c.relname = ANY (?)""")) {
            select.setArray(
                    1,
                    connection.createArrayOf(
                            "text", tables.stream().map(TableId::toString).toArray()));
            try (var result = select.executeQuery()) {
                while (result.next()) {
                    var id = new TableId(result.getString(1), result.getString(2));
                    var kind = result.getString(3);
                    var without = (String[]) result.getArray(5).getArray();
                    found.put(
                            id,
                            new FoundTable(
                                    kind.equals("r") || kind.equals("p"),
                                    kind.equals("p"),
                                    result.getBoolean(4),
                                    List.of(without).stream()
                                            .map(TableId::parse)
                                            .toList(),
                                    types.getOrDefault(id, Map.of())));
                }
            }
        }
        return found;
    }
}
