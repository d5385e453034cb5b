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
import java.util.stream.Collectors;

/**
 * A table as PostgreSQL's catalogue has it. {@code unique} are the columns of its unique keys, the {@code primary} one first; {@code partitioning} those that say in which
 * partition a row is. {@code parts} are itself and its partitions, each of which has a REPLICA IDENTITY of its own; {@code heirs} are tables that are no partitions, and
 * have its columns by INHERITS, but for temporary ones, whose rows their own session alone reads.
 */
record FoundTable(
        boolean isTable,
        boolean isPartitioned,
        boolean hasKey,
        List<List<String>> unique,
        List<String> primary,
        Set<String> partitioning,
        List<Part> parts,
        List<String> heirs,
        Map<String, ColumnType> columns) {

    /* One that is checked at the end of a transaction only lets two rows have one key before. Of NULLs there may be many, but a row with one has no key. */
    private static final String UNIQUE = """
            SELECT n.nspname, c.relname,
                   ARRAY (SELECT k.attname::text FROM unnest((i.indkey::int2[])[0 : i.indnkeyatts - 1]) WITH ORDINALITY u (attnum, place)
                          JOIN pg_attribute k ON k.attrelid = c.oid AND k.attnum = u.attnum ORDER BY u.place)
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_index i ON i.indrelid = c.oid
            WHERE n.nspname || '.' || c.relname = ANY (?) AND i.indisunique AND i.indisvalid AND i.indimmediate
                  AND i.indpred IS NULL AND i.indexprs IS NULL
            ORDER BY i.indisprimary DESC, i.indexrelid""";

    /* Of the partitions that have partitions, too, by name: their columns may have other numbers. */
    private static final String PARTITIONING = """
            SELECT n.nspname, c.relname,
                   ARRAY (SELECT k.attname::text FROM pg_attribute k
                          WHERE k.attrelid = t.partrelid AND k.attnum = ANY (t.partattrs::int2[]))
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            %s
            JOIN pg_partitioned_table t ON t.partrelid = part.relid
            WHERE n.nspname || '.' || c.relname = ANY (?)""".formatted(Partitions.OF_C);

    private static final String HEIRS = """
            SELECT n.nspname, c.relname, array_agg(m.nspname || '.' || h.relname ORDER BY m.nspname, h.relname)
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            JOIN pg_inherits i ON i.inhparent = c.oid
            JOIN pg_class h ON h.oid = i.inhrelid JOIN pg_namespace m ON m.oid = h.relnamespace
            WHERE n.nspname || '.' || c.relname = ANY (?) AND c.relkind = 'r' AND h.relpersistence <> 't' GROUP BY 1, 2""";

    /** The columns that the log carries of an old row of {@code id}, and those of its primary key. Of one that is not {@code isLogged} it carries nothing. */
    record Part(TableId id, boolean isFull, Set<String> logged, Set<String> primary, boolean isLogged) {}

    /** True when no two rows of the table have one {@code key}, as far as the database can say it. */
    boolean isKey(List<String> key) {
        return SourcePlan.isKey(key, unique, partitioning::contains);
    }

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
        var unique = columns(connection, tables, UNIQUE);
        var partitioning = columns(connection, tables, PARTITIONING);
        var heirs = heirs(connection, tables);
        var found = new LinkedHashMap<TableId, FoundTable>();
        try (var select = connection.prepareStatement("""
                SELECT n.nspname, c.relname, c.relkind,
                       EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indisunique AND i.indisvalid
                               AND i.indimmediate AND i.indpred IS NULL AND i.indexprs IS NULL
                               AND NOT EXISTS (SELECT FROM pg_attribute k WHERE k.attrelid = c.oid
                                               AND k.attnum = ANY (i.indkey::int2[]) AND NOT k.attnotnull)),
                       ARRAY (SELECT k.attname::text FROM pg_index i JOIN pg_attribute k ON k.attrelid = c.oid
                              AND k.attnum = ANY ((i.indkey::int2[])[0 : i.indnkeyatts - 1])
                              WHERE i.indrelid = c.oid AND i.indisprimary ORDER BY k.attnum)
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
                                    unique.getOrDefault(id, List.of()),
                                    List.of((String[]) result.getArray(5).getArray()),
                                    partitioning.getOrDefault(id, List.of()).stream()
                                            .flatMap(List::stream)
                                            .collect(Collectors.toSet()),
                                    parts.getOrDefault(id, List.of()),
                                    heirs.getOrDefault(id, List.of()),
                                    types.getOrDefault(id, Map.of())));
                }
            }
        }
        return found;
    }

    /** The {@code heirs} of those of {@code tables} that have some. */
    static Map<TableId, List<String>> heirs(Connection connection, Collection<TableId> tables) throws SQLException {
        var heirs = new HashMap<TableId, List<String>>();
        columns(connection, tables, HEIRS).forEach((table, found) -> heirs.put(table, found.getFirst()));
        return heirs;
    }

    /** Lists of names, by their tables, that {@code sql} finds. */
    private static Map<TableId, List<List<String>>> columns(
            Connection connection, Collection<TableId> tables, String sql) throws SQLException {
        var columns = new HashMap<TableId, List<List<String>>>();
        try (var select = connection.prepareStatement(sql)) {
            select.setArray(1, names(connection, tables));
            try (var result = select.executeQuery()) {
                while (result.next()) {
                    columns.computeIfAbsent(
                                    new TableId(result.getString(1), result.getString(2)), _ -> new ArrayList<>())
                            .add(List.of((String[]) result.getArray(3).getArray()));
                }
            }
        }
        return columns;
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
                              WHERE i.indrelid = p.oid AND i.indimmediate AND i.indisprimary),
                       p.relpersistence = 'p'
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
                                    Set.of((String[]) result.getArray(7).getArray()),
                                    result.getBoolean(8)));
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
