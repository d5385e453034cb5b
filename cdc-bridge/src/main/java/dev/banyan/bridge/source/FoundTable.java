package dev.banyan.bridge.source;

import dev.banyan.bridge.change.TableId;
import java.sql.Array;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A table as PostgreSQL's catalogue has it. {@code parts} are itself and its partitions, each of which has a REPLICA IDENTITY of its own.
 */
record FoundTable(
        boolean isTable, boolean isPartitioned, boolean hasKey, List<Part> parts, Map<String, ColumnType> columns) {

    /** The columns that the log carries of an old row of {@code id}, and those of its primary key. */
    record Part(TableId id, boolean isFull, Set<String> logged, Set<String> primary) {}

    /** The parts of which the log does not carry what {@code identity} says, for rows with the key {@code key}. */
    List<Part> without(Identity identity, List<String> key) {
        return parts.stream()
                .filter(part -> switch (identity) {
                    case FULL -> !part.isFull;
                    case KEYS -> !part.isFull && !part.logged.containsAll(key);
                })
                .toList();
    }

    /** Those of {@code tables} that are there. */
    static Map<TableId, FoundTable> of(Connection connection, Collection<TableId> tables) throws SQLException {
        var types = ColumnType.of(connection, tables);
        var parts = parts(connection, tables);
        var found = new LinkedHashMap<TableId, FoundTable>();
        try (var select = connection.prepareStatement("""
                SELECT n.nspname, c.relname, c.relkind,
                       EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indisunique AND i.indisvalid
                               AND i.indimmediate AND i.indpred IS NULL AND i.indexprs IS NULL
                               AND NOT EXISTS (SELECT FROM pg_attribute k WHERE k.attrelid = c.oid
                                               AND k.attnum = ANY (i.indkey::int2[]) AND NOT k.attnotnull))
                FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                WHERE n.nspname || '.' || c.relname = ANY (?)""")) {
            select.setArray(1, names(connection, tables));
            try (var result = select.executeQuery()) {
                while (result.next()) {
                    var id = new TableId(result.getString(1), result.getString(2));
                    var kind = result.getString(3);
                    found.put(
                            id,
                            new FoundTable(
                                    kind.equals("r") || kind.equals("p"),
                                    kind.equals("p"),
                                    result.getBoolean(4),
                                    parts.getOrDefault(id, List.of()),
                                    types.getOrDefault(id, Map.of())));
                }
            }
        }
        return found;
    }

    private static Map<TableId, List<Part>> parts(Connection connection, Collection<TableId> tables)
            throws SQLException {
        var parts = new HashMap<TableId, List<Part>>();
        try (var select = connection.prepareStatement("""
                SELECT n.nspname, c.relname, m.nspname, p.relname, p.relreplident = 'f',
                       ARRAY (SELECT k.attname::text FROM pg_index i JOIN pg_attribute k ON k.attrelid = i.indrelid
                              AND k.attnum = ANY ((i.indkey::int2[])[0 : i.indnkeyatts - 1])
                              WHERE i.indrelid = p.oid AND i.indimmediate
                              AND CASE p.relreplident WHEN 'd' THEN i.indisprimary WHEN 'i' THEN i.indisreplident END),
                       ARRAY (SELECT k.attname::text FROM pg_index i JOIN pg_attribute k ON k.attrelid = i.indrelid
                              AND k.attnum = ANY ((i.indkey::int2[])[0 : i.indnkeyatts - 1])
                              WHERE i.indrelid = p.oid AND i.indimmediate AND i.indisprimary)
                FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                %s
                JOIN pg_class p ON p.oid = part.relid JOIN pg_namespace m ON m.oid = p.relnamespace
                WHERE n.nspname || '.' || c.relname = ANY (?) ORDER BY 3, 4""".formatted(Partitions.OF_C))) {
            select.setArray(1, names(connection, tables));
            try (var result = select.executeQuery()) {
                while (result.next()) {
                    parts.computeIfAbsent(new TableId(result.getString(1), result.getString(2)), _ -> new ArrayList<>())
                            .add(new Part(
                                    new TableId(result.getString(3), result.getString(4)),
                                    result.getBoolean(5),
                                    Set.of((String[]) result.getArray(6).getArray()),
                                    Set.of((String[]) result.getArray(7).getArray())));
                }
            }
        }
        return parts;
    }

    /** The tables as one parameter, compared with {@code nspname || '.' || relname}. */
    static Array names(Connection connection, Collection<TableId> tables) throws SQLException {
        return connection.createArrayOf(
                "text", tables.stream().map(TableId::toString).toArray());
    }
}
