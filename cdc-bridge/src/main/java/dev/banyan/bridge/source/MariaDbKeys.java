package dev.banyan.bridge.source;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/** Finds out whether a mapping's key tells the rows of a MariaDB table apart, and a backfill finds its way through them by the primary key. */
final class MariaDbKeys {

    /*
     * A backfill reads by the primary key, in chunks: it sorts by its columns, and goes on behind the last one's values. MariaDB sorts an ENUM by the number of
     * its option, and a SET by its bits, but compares either with a value as text: unless the two orders are one, rows lie in no chunk.
     */

    private static final Pattern OPTION = Pattern.compile("'((?:[^']|'')*)'");

    private final Connection connection;
    private final Source.Table table;

    MariaDbKeys(Connection connection, Source.Table table) {
        this.connection = connection;
        this.table = table;
    }

    void check(List<String> obstacles) throws SQLException {
        var unique = unique();
        var primary = unique.getOrDefault("PRIMARY", List.of());
        var partitioning = partitioning();
        var isKey = SourcePlan.isKey(
                table.key(),
                unique.values(),
                column -> partitioning.contains("`" + column.toLowerCase(Locale.ROOT) + "`"));
        obstacles.addAll(SourcePlan.keyObstacles(table, isKey, List.copyOf(unique.values()), primary));
        misordered(obstacles);
    }

    /** Adds what a backfill would lose its way by. */
    void misordered(List<String> obstacles) throws SQLException {
        try (var select = connection.prepareStatement(
                "SELECT c.column_name, c.column_type, c.character_set_name, c.collation_name"
                        + " FROM information_schema.columns c JOIN information_schema.statistics s"
                        + " ON s.table_schema = c.table_schema AND s.table_name = c.table_name AND s.column_name = c.column_name"
                        + " WHERE c.table_schema = ? AND c.table_name = ? AND c.data_type IN ('enum', 'set')"
                        + " AND s.index_name = 'PRIMARY' ORDER BY s.seq_in_index")) {
            select.setString(1, table.id().schema());
            select.setString(2, table.id().name());
            try (var result = select.executeQuery()) {
                while (result.next()) {
                    var type = result.getString(2);
                    var options = OPTION.matcher(type)
                            .results()
                            .map(option -> option.group(1).replace("''", "'"))
                            .toList();
                    var isInOrder = type.startsWith("enum")
                            ? isSorted(options, result.getString(3), result.getString(4))
                            : options.size() < 2;
                    if (!isInOrder) {
                        obstacles.add(
                                "table " + table.id() + ": column " + result.getString(1) + " of its primary key is "
                                        + type
                                        + " (expected: an ENUM with its options in alphabetical order, or another type; else a backfill leaves rows out)");
                    }
                }
            }
        }
    }

    private boolean isSorted(List<String> options, String characterSet, String collation) throws SQLException {
        var text = "CONVERT(? USING " + characterSet + ") COLLATE " + collation;
        try (var select = connection.prepareStatement("SELECT STRCMP(" + text + ", " + text + ")")) {
            for (var place = 1; place < options.size(); place++) {
                select.setString(1, options.get(place - 1));
                select.setString(2, options.get(place));
                try (var result = select.executeQuery()) {
                    result.next();
                    if (result.getInt(1) >= 0) {
                        return false;
                    }
                }
            }
            return true;
        }
    }

    /** The columns of the unique keys by their names, the primary one first. */
    private Map<String, List<String>> unique() throws SQLException {
        var unique = new LinkedHashMap<String, List<String>>();
        try (var select =
                connection.prepareStatement("SELECT index_name, column_name FROM information_schema.statistics"
                        + " WHERE table_schema = ? AND table_name = ? AND non_unique = 0"
                        + " ORDER BY index_name <> 'PRIMARY', index_name, seq_in_index")) {
            select.setString(1, table.id().schema());
            select.setString(2, table.id().name());
            try (var result = select.executeQuery()) {
                while (result.next()) {
                    unique.computeIfAbsent(result.getString(1), _ -> new ArrayList<>())
                            .add(result.getString(2));
                }
            }
        }
        return unique;
    }

    /** The expressions that say in which partition a row is, in small letters, with names in backticks; empty without partitions. */
    private String partitioning() throws SQLException {
        try (var select = connection.prepareStatement(
                "SELECT CONCAT_WS(',', partition_expression, subpartition_expression) FROM information_schema.partitions"
                        + " WHERE table_schema = ? AND table_name = ? AND partition_name IS NOT NULL LIMIT 1")) {
            select.setString(1, table.id().schema());
            select.setString(2, table.id().name());
            try (var result = select.executeQuery()) {
                return result.next() ? result.getString(1).toLowerCase(Locale.ROOT) : "";
            }
        }
    }
}
