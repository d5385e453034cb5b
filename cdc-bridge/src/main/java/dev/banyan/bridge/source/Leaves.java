package dev.banyan.bridge.source;

import dev.banyan.bridge.change.Dbms;
import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.store.Leaf;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Collectors;

/** The partitions of PostgreSQL's mapped tables that have rows themselves. */
public final class Leaves {

    private Leaves() {}

    /** Those that there are now; of MariaDB, whose log has the statements, none. */
    public static Set<Leaf> of(Source source, Connection connection) throws SQLException {
        var leaves = new HashSet<Leaf>();
        if (source.dbms() == Dbms.MARIADB) {
            return leaves;
        }
        try (var select = connection.prepareStatement("""
                SELECT n.nspname, c.relname, part.relid::oid::bigint, COALESCE(pg_relation_filenode(part.relid), 0)::bigint
                FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                CROSS JOIN LATERAL pg_partition_tree(c.oid) part
                WHERE c.relkind = 'p' AND part.isleaf AND part.relid <> c.oid AND n.nspname || '.' || c.relname = ANY (?)""")) {
            select.setArray(1, FoundTable.names(connection, source.tableIds()));
            try (var result = select.executeQuery()) {
                while (result.next()) {
                    leaves.add(new Leaf(
                            new TableId(result.getString(1), result.getString(2)),
                            result.getLong(3),
                            result.getLong(4)));
                }
            }
        }
        return leaves;
    }

    /** The mapped tables that had a partition {@code before} which is gone {@code now}, or has other rows. */
    public static Set<TableId> lost(Source source, Set<Leaf> before, Set<Leaf> now) {
        var mapped = Set.copyOf(source.tableIds());
        return before.stream()
                .filter(leaf -> !now.contains(leaf))
                .map(Leaf::table)
                .filter(mapped::contains)
                .collect(Collectors.toSet());
    }
}
