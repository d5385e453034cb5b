package dev.banyan.bridge.source;

import dev.banyan.bridge.change.Dbms;
import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.store.Leaf;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The partitions of PostgreSQL's mapped tables that have rows themselves, as they are to be remembered, and the tables that have {@code changed}: rows went or came with
 * one. {@code leaving} are the statements that end a detachment which has begun.
 */
public record Leaves(Set<Leaf> all, Set<TableId> changed, Set<String> leaving) {

    /*
     * A partition that was made by PARTITION OF has had all its rows through the log; one that was attached may have had them before. The catalogue tells them
     * apart: ATTACH writes each of the partition's own columns anew, and none of its system columns; PARTITION OF writes all of them, and whose partition it is, in one
     * transaction and, but for defaults, one command. Between a CREATE and an ATTACH of one transaction there are two more if anything was written. A partition is as
     * attached as the partitioned ones that it hangs below.
     *
     * One that DETACH CONCURRENTLY takes out is written to still, and there until that ends, though no query finds it.
     *
     * Nothing here waits for a lock, and all of it is of one moment: what pg_partition_tree() and pg_partition_ancestors() find is newer than their statement.
     */
    private static final String LEAVES = """
            SELECT n.nspname, c.relname, p.oid::bigint, p.relfilenode::bigint, COALESCE(way.joined, 0),
                   COALESCE(way.attached, FALSE), way.leaving
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            CROSS JOIN LATERAL (
                WITH RECURSIVE tree (relid, up) AS (
                    SELECT c.oid, '{}'::oid[]
                    UNION ALL SELECT i.inhrelid, tree.up || i.inhrelid FROM tree JOIN pg_inherits i ON i.inhparent = tree.relid)
                SELECT relid, up FROM tree) part
            JOIN pg_class p ON p.oid = part.relid AND (p.relkind <> 'p' OR p.oid = c.oid)
            CROSS JOIN LATERAL (
                SELECT hashtextextended(string_agg(up.xmin::text, ' ' ORDER BY up.inhrelid), 0) AS joined,
                       min('ALTER TABLE ' || up.inhparent::regclass || ' DETACH PARTITION ' || up.inhrelid::regclass
                           || ' FINALIZE') FILTER (WHERE up.inhdetachpending) AS leaving,
                       bool_or(NOT EXISTS (
                           SELECT FROM pg_attribute made JOIN pg_attribute own ON own.attrelid = made.attrelid
                           WHERE made.attrelid = up.inhrelid AND made.attname = 'tableoid' AND made.xmin = up.xmin
                                 AND own.attnum > 0 AND NOT own.attisdropped AND own.xmin = made.xmin
                                 AND own.xmax::text = '0' AND own.cmin::text::bigint <= made.cmin::text::bigint + 1)) AS attached
                FROM pg_inherits up WHERE up.inhrelid = ANY (part.up)) way
            WHERE c.relkind = 'p' AND n.nspname || '.' || c.relname = ANY (?)""";

    private static final String FILLED =
            "SELECT part.oid FROM unnest(?) AS part (oid) WHERE pg_relation_size(part.oid) > 0";

    /** A partition as it was found; {@code leaving} is what ends its detachment, empty when there is none. */
    private record Found(Leaf leaf, boolean isAttached, String leaving) {}

    public Leaves {
        all = Set.copyOf(all);
        changed = Set.copyOf(changed);
        leaving = Set.copyOf(leaving);
    }

    /**
     * Those that there are now, where {@code before} was remembered; of MariaDB, whose log has the statements, none. A table has changed that had a partition before which
     * is gone, or has other rows, or has been away, or that one has been attached to with rows since; one of which nothing was known has not.
     */
    public static Leaves of(Source source, Connection connection, Set<Leaf> before) throws SQLException {
        if (source.dbms() == Dbms.MARIADB) {
            return new Leaves(Set.of(), Set.of(), Set.of());
        }
        var found = found(source, connection);
        var all = found.stream().map(Found::leaf).collect(Collectors.toSet());
        var known = before.stream().map(Leaf::table).collect(Collectors.toSet());
        known.retainAll(Set.copyOf(source.tableIds()));
        var changed = left(before, found);
        var attached = found.stream()
                .filter(each -> each.isAttached && each.leaving.isEmpty())
                .map(Found::leaf)
                .filter(leaf -> !before.contains(leaf) && !before.contains(leaf.unjoined()))
                .filter(leaf -> known.contains(leaf.table()))
                .collect(Collectors.toSet());
        try {
            changed.addAll(filled(connection, attached));
        } catch (SQLException e) {
            if (!Source.isLocked(e)) {
                throw e;
            }
            remain(before, attached.stream().map(Leaf::table).collect(Collectors.toSet()), all, changed);
        }
        changed.retainAll(known);
        return new Leaves(
                all,
                changed,
                found.stream()
                        .map(Found::leaving)
                        .filter(each -> !each.isEmpty())
                        .collect(Collectors.toSet()));
    }

    /** The mapped tables that may have partitions. */
    public static Set<TableId> partitioned(Source source, Connection connection) throws SQLException {
        return partitioned(of(source, connection, Set.of()).all);
    }

    /** Those of {@code leaves}, of which every table with partitions has some, itself at least. */
    public static Set<TableId> partitioned(Set<Leaf> leaves) {
        return leaves.stream().map(Leaf::table).collect(Collectors.toSet());
    }

    private static Collection<Found> found(Source source, Connection connection) throws SQLException {
        var found = new HashMap<Leaf, Found>();
        try (var select = connection.prepareStatement(LEAVES)) {
            select.setArray(1, FoundTable.names(connection, source.tableIds()));
            try (var result = select.executeQuery()) {
                while (result.next()) {
                    var leaf = new Leaf(
                            new TableId(result.getString(1), result.getString(2)),
                            result.getLong(3),
                            result.getLong(4),
                            result.getLong(5));
                    var leaving = result.getString(7);
                    found.put(leaf, new Found(leaf, result.getBoolean(6), leaving == null ? "" : leaving));
                }
            }
        }
        return found.values();
    }

    /** The tables that had a partition {@code before} which is not among those {@code found}. That one is leaving is written where it is written how it was joined. */
    private static Set<TableId> left(Set<Leaf> before, Collection<Found> found) {
        var there = new HashSet<Leaf>();
        var leaving = new HashSet<Leaf>();
        for (var each : found) {
            there.add(each.leaf);
            there.add(each.leaf.unjoined());
            if (!each.leaving.isEmpty()) {
                leaving.add(each.leaf.unjoined());
            }
        }
        return before.stream()
                .filter(leaf -> !there.contains(leaf) && !leaving.contains(leaf.unjoined()))
                .map(Leaf::table)
                .collect(Collectors.toCollection(HashSet::new));
    }

    /** The tables of those of {@code attached} that have rows. */
    private static Set<TableId> filled(Connection connection, Set<Leaf> attached) throws SQLException {
        var tables = new HashSet<TableId>();
        if (attached.isEmpty()) {
            return tables;
        }
        try (var select = connection.prepareStatement(FILLED)) {
            select.setArray(
                    1,
                    connection.createArrayOf(
                            "oid", attached.stream().map(Leaf::relation).toArray()));
            try (var result = select.executeQuery()) {
                while (result.next()) {
                    var relation = result.getLong(1);
                    attached.stream()
                            .filter(leaf -> leaf.relation() == relation)
                            .map(Leaf::table)
                            .forEach(tables::add);
                }
            }
        }
        return tables;
    }

    /** Leaves {@code tables} as they were {@code before}: who has something of them locked will be done at a later look. */
    private static void remain(Set<Leaf> before, Set<TableId> tables, Set<Leaf> all, Set<TableId> changed) {
        all.removeIf(leaf -> tables.contains(leaf.table()));
        before.stream().filter(leaf -> tables.contains(leaf.table())).forEach(all::add);
        changed.removeAll(tables);
    }
}
