package dev.banyan.bridge.source;

import dev.banyan.bridge.change.TableId;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Finds out what a publication lacks for the bridge: tables, and of those it has, kinds of changes, rows and columns. */
final class PublicationPlan {

    /*
     * Without ONLY a statement about a table is one about the tables that inherit from it, too, and those do not have its keys: published without an identity,
     * legacy could not write to them. Of one with partitions ONLY changes nothing.
     */

    private static final String VIA_ROOT = "publish_via_partition_root = true";
    private static final String RESYNC = "; resync afterwards, or what happened so far is not known";
    private static final int FILTERS_SINCE = 15;

    private static final List<String> KINDS = List.of("insert", "update", "delete", "truncate");

    private final Source source;
    private final Connection connection;
    private final List<SourcePlan.Step> steps = new ArrayList<>();
    private final List<String> obstacles = new ArrayList<>();
    private final Set<String> lacking = new LinkedHashSet<>();

    PublicationPlan(Source source, Connection connection) {
        this.source = source;
        this.connection = connection;
    }

    List<SourcePlan.Step> steps() {
        return steps;
    }

    List<String> obstacles() {
        return obstacles;
    }

    /** What of {@code wanted} is not published, in words. */
    Set<String> lacking() {
        return lacking;
    }

    /** Looks at the publication, which has to have {@code wanted}, of which {@code partitioned} have partitions. */
    void look(Set<TableId> wanted, Set<TableId> partitioned) throws SQLException {
        var name = PostgresPlan.quoted(source.publication());
        var options = options();
        if (options.isEmpty()) {
            step(
                    SourcePlan.Kind.MAKE,
                    "which tables the bridge reads; every one of them has an identity by now",
                    "CREATE PUBLICATION " + name + " FOR TABLE " + only(wanted)
                            + (partitioned.isEmpty() ? "" : " WITH (" + VIA_ROOT + ")"));
            wanted.forEach(table -> lacking.add(table.toString()));
            return;
        }
        missing(name, wanted, options.get().contains("pubviaroot"));
        if (!partitioned.isEmpty() && !options.get().contains("pubviaroot")) {
            lack(
                    partitioned.stream()
                            .map(table -> "the partitions of " + table)
                            .toList(),
                    "what happens in partitions comes under the name of their table",
                    "ALTER PUBLICATION " + name + " SET (" + VIA_ROOT + ")");
        }
        var kinds = KINDS.stream()
                .filter(kind -> !options.get().contains("pub" + kind))
                .toList();
        if (!kinds.isEmpty()) {
            lack(
                    kinds.stream().map(kind -> kind + " of all tables").toList(),
                    "the bridge needs every kind of change, and " + kinds + " is not published",
                    "ALTER PUBLICATION " + name + " SET (publish = '" + String.join(", ", KINDS) + "')");
        }
        if (connection.getMetaData().getDatabaseMajorVersion() >= FILTERS_SINCE) {
            narrowed(name);
        }
    }

    private void missing(String name, Set<TableId> wanted, boolean isViaRoot) throws SQLException {
        var missing = new LinkedHashSet<>(wanted);
        missing.removeAll(published());
        if (isViaRoot) {
            for (var root : rootsOf(missing).entrySet()) {
                missing.remove(root.getKey());
                obstacles.add("table " + root.getKey() + ": a partition of " + root.getValue() + ", under whose name "
                        + source.publication() + " publishes it (expected: " + root.getValue()
                        + " in the mapping in its place)");
            }
        }
        if (!missing.isEmpty()) {
            lack(
                    missing.stream().map(TableId::toString).toList(),
                    "tables the mapping reads that the publication lacks; resync afterwards, or their rows so far are not known",
                    "ALTER PUBLICATION " + name + " ADD TABLE " + only(missing));
        }
    }

    private void lack(List<String> what, String why, String sql) {
        lacking.addAll(what);
        step(SourcePlan.Kind.CHANGE, why.contains("resync") ? why : why + RESYNC, sql);
    }

    private void step(SourcePlan.Kind kind, String why, String sql) {
        steps.add(new SourcePlan.Step(kind, "publication " + source.publication(), why, sql));
    }

    /** What is set on, by the columns of {@code pg_publication}; empty when it is not there. */
    private Optional<Set<String>> options() throws SQLException {
        try (var select = connection.prepareStatement(
                "SELECT pubinsert, pubupdate, pubdelete, pubtruncate, pubviaroot FROM pg_publication WHERE pubname = ?")) {
            select.setString(1, source.publication());
            try (var result = select.executeQuery()) {
                if (!result.next()) {
                    return Optional.empty();
                }
                var on = new LinkedHashSet<String>();
                var columns = result.getMetaData();
                for (var i = 1; i <= columns.getColumnCount(); i++) {
                    if (result.getBoolean(i)) {
                        on.add(columns.getColumnName(i));
                    }
                }
                return Optional.of(on);
            }
        }
    }

    private Set<TableId> published() throws SQLException {
        var published = new LinkedHashSet<TableId>();
        try (var select = connection.prepareStatement(
                "SELECT schemaname, tablename FROM pg_publication_tables WHERE pubname = ?")) {
            select.setString(1, source.publication());
            try (var result = select.executeQuery()) {
                while (result.next()) {
                    published.add(new TableId(result.getString(1), result.getString(2)));
                }
            }
        }
        return published;
    }

    /** Of those of {@code tables} that are partitions of a published table, that table. */
    private Map<TableId, TableId> rootsOf(Set<TableId> tables) throws SQLException {
        var roots = new LinkedHashMap<TableId, TableId>();
        try (var select = connection.prepareStatement("""
                SELECT t.schemaname, t.tablename
                FROM pg_class p JOIN pg_namespace s ON s.oid = p.relnamespace
                CROSS JOIN LATERAL pg_partition_ancestors(p.oid) a JOIN pg_class c ON c.oid = a.relid
                JOIN pg_namespace n ON n.oid = c.relnamespace
                JOIN pg_publication_tables t ON t.schemaname = n.nspname AND t.tablename = c.relname
                WHERE s.nspname = ? AND p.relname = ? AND t.pubname = ?""")) {
            for (var table : tables) {
                select.setString(1, table.schema());
                select.setString(2, table.name());
                select.setString(3, source.publication());
                try (var result = select.executeQuery()) {
                    if (result.next()) {
                        roots.put(table, new TableId(result.getString(1), result.getString(2)));
                    }
                }
            }
        }
        return roots;
    }

    /** Tables of which not all rows, or not all columns that the mapping reads, are published. */
    private void narrowed(String name) throws SQLException {
        try (var select = connection.prepareStatement("""
                SELECT e.prqual IS NOT NULL,
                       ARRAY (SELECT a.attname::text FROM pg_attribute a WHERE a.attrelid = e.prrelid AND a.attnum > 0
                              AND NOT a.attisdropped AND a.attnum <> ALL (e.prattrs::int2[]) ORDER BY a.attnum)
                FROM pg_publication p JOIN pg_publication_rel e ON e.prpubid = p.oid
                WHERE p.pubname = ?
                      AND e.prrelid = (SELECT c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                                       WHERE n.nspname = ? AND c.relname = ?)
                      AND NOT EXISTS (SELECT FROM pg_publication_namespace s JOIN pg_class c ON c.relnamespace = s.pnnspid
                                      WHERE s.pnpubid = p.oid AND c.oid = e.prrelid)""")) {
            for (var table : source.tables()) {
                select.setString(1, source.publication());
                select.setString(2, table.id().schema());
                select.setString(3, table.id().name());
                try (var result = select.executeQuery()) {
                    if (result.next()) {
                        var without = new LinkedHashSet<>(
                                List.of((String[]) result.getArray(2).getArray()));
                        without.retainAll(read(table));
                        narrowed(name, table.id(), result.getBoolean(1), without);
                    }
                }
            }
        }
    }

    private void narrowed(String name, TableId table, boolean isFiltered, Set<String> without) {
        var what = new ArrayList<String>();
        if (isFiltered) {
            what.add("rows of " + table + " that its row filter leaves out");
        }
        if (!without.isEmpty()) {
            what.add(without.stream().collect(Collectors.joining(", ", "columns ", "")) + " of " + table);
        }
        if (!what.isEmpty()) {
            var only = only(Set.of(table));
            lack(
                    what,
                    "the publication has not all of " + table + ": " + String.join("; ", what),
                    "ALTER PUBLICATION " + name + " DROP TABLE " + only);
            step(
                    SourcePlan.Kind.CHANGE,
                    "the same table, with all its rows and columns",
                    "ALTER PUBLICATION " + name + " ADD TABLE " + only);
        }
    }

    private static String only(Set<TableId> tables) {
        return tables.stream()
                .map(table -> "ONLY " + PostgresPlan.quoted(table))
                .collect(Collectors.joining(", "));
    }

    private static Set<String> read(Source.Table table) {
        var read = new LinkedHashSet<>(table.columns());
        read.addAll(table.key());
        return read;
    }
}
