package dev.banyan.bridge.source;

import dev.banyan.bridge.change.Dbms;
import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.store.Leaf;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The partitions of PostgreSQL's mapped tables that have rows themselves: {@code all}, and those that were {@code attached} and have rows now. While one {@code isLeaving},
 * they say nothing yet.
 */
public record Leaves(Set<Leaf> all, Set<Leaf> attached, boolean isLeaving) {

    /*
     * A partition that was made by PARTITION OF has had all its rows through the log; one that was attached may have had them before. The catalogue tells them
     * apart: ATTACH writes each of the partition's own columns anew, and none of its system columns; PARTITION OF writes all of them, and whose partition it is, in one
     * transaction and, but for defaults, one command. Between a CREATE and an ATTACH of one transaction there are two more if anything was written. A partition is as
     * attached as the partitioned ones that it hangs below.
     *
     * DETACH CONCURRENTLY takes a partition out of what others see first, and waits then for those who write to it still.
     */
    private static final String LEAVES = """
            SELECT n.nspname, c.relname, part.relid::oid::bigint, COALESCE(pg_relation_filenode(part.relid), 0)::bigint,
                   COALESCE(way.joined, 0), COALESCE(way.attached AND pg_relation_size(part.relid) > 0, FALSE)
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            CROSS JOIN LATERAL pg_partition_tree(c.oid) part
            CROSS JOIN LATERAL (
                SELECT hashtextextended(string_agg(up.xmin::text, ' ' ORDER BY up.inhrelid), 0) AS joined,
                       bool_or(NOT EXISTS (
                           SELECT FROM pg_attribute made JOIN pg_attribute own ON own.attrelid = made.attrelid
                           WHERE made.attrelid = up.inhrelid AND made.attname = 'tableoid' AND made.xmin = up.xmin
                                 AND own.attnum > 0 AND NOT own.attisdropped AND own.xmin = made.xmin
                                 AND own.xmax::text = '0' AND own.cmin::text::bigint <= made.cmin::text::bigint + 1)) AS attached
                FROM pg_partition_ancestors(part.relid) above JOIN pg_inherits up ON up.inhrelid = above.relid
                WHERE up.inhrelid <> c.oid AND up.inhrelid NOT IN (SELECT relid FROM pg_partition_ancestors(c.oid))) way
            WHERE c.relkind = 'p' AND (part.isleaf OR part.relid = c.oid) AND n.nspname || '.' || c.relname = ANY (?)""";

    private static final String LEAVING = """
            SELECT EXISTS (
                SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                CROSS JOIN LATERAL pg_partition_tree(c.oid) part
                JOIN pg_inherits way ON way.inhparent = part.relid AND way.inhdetachpending
                WHERE c.relkind = 'p' AND n.nspname || '.' || c.relname = ANY (?))""";

    public Leaves {
        all = Set.copyOf(all);
        attached = Set.copyOf(attached);
    }

    /** Those that there are now; of MariaDB, whose log has the statements, none. */
    public static Leaves of(Source source, Connection connection) throws SQLException {
        var all = new HashSet<Leaf>();
        var attached = new HashSet<Leaf>();
        if (source.dbms() == Dbms.MARIADB) {
            return new Leaves(all, attached, false);
        }
        try (var select = connection.prepareStatement(LEAVES)) {
            select.setArray(1, FoundTable.names(connection, source.tableIds()));
            try (var result = select.executeQuery()) {
                while (result.next()) {
                    var leaf = new Leaf(
                            new TableId(result.getString(1), result.getString(2)),
                            result.getLong(3),
                            result.getLong(4),
                            result.getLong(5));
                    all.add(leaf);
                    if (result.getBoolean(6)) {
                        attached.add(leaf);
                    }
                }
            }
        }
        return new Leaves(all, attached, isLeaving(source, connection));
    }

    private static boolean isLeaving(Source source, Connection connection) throws SQLException {
        try (var select = connection.prepareStatement(LEAVING)) {
            select.setArray(1, FoundTable.names(connection, source.tableIds()));
            try (var result = select.executeQuery()) {
                return result.next() && result.getBoolean(1);
            }
        }
    }

    /**
     * The mapped tables that had a partition {@code before} which is gone, or has other rows, or has been away, and those that one has been attached to with rows
     * since; a table of which nothing was known before is none of them.
     */
    public Set<TableId> changed(Source source, Set<Leaf> before) {
        var mapped = Set.copyOf(source.tableIds());
        var known = before.stream().map(Leaf::table).filter(mapped::contains).collect(Collectors.toSet());
        var there = new HashSet<>(all);
        all.forEach(leaf -> there.add(leaf.unjoined()));
        var changed = new HashSet<TableId>();
        before.stream()
                .filter(leaf -> !there.contains(leaf))
                .map(Leaf::table)
                .filter(known::contains)
                .forEach(changed::add);
        attached.stream()
                .filter(leaf -> !before.contains(leaf) && !before.contains(leaf.unjoined()))
                .map(Leaf::table)
                .filter(known::contains)
                .forEach(changed::add);
        return Set.copyOf(changed);
    }
}
