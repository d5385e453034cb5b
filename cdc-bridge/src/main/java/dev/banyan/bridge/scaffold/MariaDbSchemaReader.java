package dev.banyan.bridge.scaffold;

import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.scaffold.LegacySchema.Column;
import dev.banyan.bridge.scaffold.LegacySchema.ForeignKey;
import dev.banyan.bridge.scaffold.LegacySchema.Table;
import dev.banyan.bridge.scaffold.LegacySchema.Values;
import dev.banyan.bridge.source.SourcePlan;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Reads a {@link LegacySchema} of MariaDB, in a session that cannot write and does not wait for locks. */
final class MariaDbSchemaReader {

    private static final Set<String> ZERO_DATES = Set.of("date", "datetime", "timestamp");

    private final Connection connection;
    private final String schema;

    private MariaDbSchemaReader(Connection connection, String schema) {
        this.connection = connection;
        this.schema = schema;
    }

    static LegacySchema read(Connection connection, String schema) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute("SET SESSION TRANSACTION READ ONLY");
            statement.execute(
                    "SET SESSION max_statement_time = 10, lock_wait_timeout = 2, innodb_lock_wait_timeout = 2");
        }
        return new MariaDbSchemaReader(connection, schema).read();
    }

    private LegacySchema read() throws SQLException {
        var refused = new TreeMap<String, String>();
        var tables = new ArrayList<Table>();
        for (var row : rows("""
                SELECT table_name FROM information_schema.tables
                WHERE table_schema = ? AND table_type = 'BASE TABLE' ORDER BY table_name""", schema)) {
            var name = row.getFirst();
            var reason = refusal(name);
            if (reason.isEmpty()) {
                tables.add(new Table(name, columns(name), key(name), foreignKeys(name)));
            } else {
                refused.put(name, reason);
            }
        }
        return new LegacySchema(schema, schema, tables, refused);
    }

    /** Why {@code table} cannot be published; empty when it can. */
    private String refusal(String table) throws SQLException {
        if (SchemaReader.TOOLS_OWN.contains(table)) {
            return "it belongs to a migration tool";
        }
        if (table.contains(".")) {
            return "its name has a dot";
        }
        return SourcePlan.obstaclesOf(connection, new TableId(schema, table)).stream()
                .findFirst()
                .map(obstacle -> obstacle.substring(obstacle.indexOf(": ") + 2))
                .orElse("");
    }

    private List<String> key(String table) throws SQLException {
        return rows("""
                        SELECT column_name FROM information_schema.statistics
                        WHERE table_schema = ? AND table_name = ? AND index_name = 'PRIMARY' ORDER BY seq_in_index""", schema, table).stream().map(List::getFirst).toList();
    }

    private List<ForeignKey> foreignKeys(String table) throws SQLException {
        record Reference(String parent, Map<String, String> columnByParentColumn) {}
        var references = new LinkedHashMap<String, Reference>();
        for (var row : rows("""
                SELECT constraint_name, referenced_table_name, referenced_column_name, column_name
                FROM information_schema.key_column_usage
                WHERE table_schema = ? AND table_name = ? AND referenced_table_schema = table_schema
                ORDER BY constraint_name, ordinal_position""", schema, table)) {
            references
                    .computeIfAbsent(row.get(0), _ -> new Reference(row.get(1), new LinkedHashMap<>()))
                    .columnByParentColumn()
                    .put(row.get(2), row.get(3));
        }
        var keys = new ArrayList<ForeignKey>();
        for (var reference : references.values()) {
            var columns = reference.columnByParentColumn();
            var parentKey = key(reference.parent());
            if (columns.keySet().equals(Set.copyOf(parentKey))) {
                keys.add(new ForeignKey(
                        parentKey.stream()
                                .map(column -> columns.getOrDefault(column, column))
                                .toList(),
                        reference.parent()));
            }
        }
        return keys;
    }

    private List<Column> columns(String table) throws SQLException {
        var columns = new ArrayList<Column>();
        var altered = SourcePlan.alteredColumnsOf(connection, new TableId(schema, table));
        for (var row : rows("""
                SELECT column_name, data_type, column_type, COALESCE(character_maximum_length, numeric_precision, 0),
                       COALESCE(numeric_scale, 0), extra, is_nullable
                FROM information_schema.columns WHERE table_schema = ? AND table_name = ? ORDER BY ordinal_position""", schema, table)) {
            var type = altered.containsKey(row.get(0))
                    ? noTypeOfPostgresql(altered.get(row.get(0)))
                    : type(row.get(1), row.get(2));
            var size = (int) Math.min(Integer.MAX_VALUE, Long.parseLong(row.get(3)));
            var isGenerated = row.get(5).contains("GENERATED");
            // A zero date, which NOT NULL allows, may be read as NULL.
            var isNeverNull = row.get(6).equals("NO") && !ZERO_DATES.contains(row.get(1));
            var scale = Integer.parseInt(row.get(4));
            var column = new Column(row.get(0), type, size, scale, isGenerated, isNeverNull, Values.NONE, false);
            columns.add(column.with(
                    column.isShortText() ? values(table, row.get(0)) : Values.NONE,
                    column.mayHoldDays() && hasDays(table, row.get(0))));
        }
        return columns;
    }

    /** The language has no type for it, also where PostgreSQL has one of the same name. */
    private static String noTypeOfPostgresql(String type) {
        return type.equals("uuid") ? "MariaDB's uuid" : type;
    }

    /** PostgreSQL's name for a type like it; MariaDB's own where there is none. MariaDB itself strips the blanks of CHAR. */
    private static String type(String type, String whole) {
        return switch (type) {
            case "tinyint", "smallint", "year" -> "int2";
            case "mediumint" -> "int4";
            case "int" -> whole.contains("unsigned") ? "int8" : "int4";
            case "bigint" -> "int8";
            case "decimal" -> "numeric";
            case "double" -> "float8";
            case "bit" -> whole.equals("bit(1)") ? "bool" : whole;
            case "char", "varchar", "enum", "set" -> "varchar";
            case "tinytext", "text", "mediumtext", "longtext", "time" -> "text";
            case "datetime" -> "timestamp";
            case "timestamp" -> "timestamptz";
            default -> type;
        };
    }

    /** What is found, or nothing where it may not or cannot be read in time: then a person names the codes. */
    private Values values(String table, String column) {
        var sample = sample(table, column);
        try {
            var texts = rows("SELECT DISTINCT CAST(v AS CHAR) COLLATE utf8mb4_bin AS v FROM " + sample
                            + " WHERE v IS NOT NULL ORDER BY v LIMIT " + (Values.VALUES_MAX + 1))
                    .stream()
                    .map(List::getFirst)
                    .toList();
            if (texts.size() > Values.VALUES_MAX || texts.isEmpty()) {
                return Values.NONE;
            }
            var count = Integer.parseInt(
                    rows("SELECT count(*) FROM " + sample).getFirst().getFirst());
            return new Values(texts, count <= SchemaReader.ROWS_MAX);
        } catch (SQLException e) {
            return Values.NONE;
        }
    }

    private boolean hasDays(String table, String column) {
        try {
            var found = rows(SchemaReader.DAYS.formatted("DIV") + sample(table, column))
                    .getFirst();
            return Integer.parseInt(found.get(0)) > 0 && Integer.parseInt(found.get(1)) == 0;
        } catch (SQLException e) {
            return false;
        }
    }

    private String sample(String table, String column) {
        return "(SELECT %s AS v FROM %s.%s LIMIT %d) AS sample"
                .formatted(quoted(column), quoted(schema), quoted(table), SchemaReader.ROWS_MAX + 1);
    }

    private static String quoted(String name) {
        return '`' + name.replace("`", "``") + '`';
    }

    /** The rows of {@code sql} as text; NULL is empty text. */
    private List<List<String>> rows(String sql, String... parameters) throws SQLException {
        try (var select = connection.prepareStatement(sql)) {
            for (var i = 0; i < parameters.length; i++) {
                select.setString(i + 1, parameters[i]);
            }
            var rows = new ArrayList<List<String>>();
            try (var result = select.executeQuery()) {
                while (result.next()) {
                    var row = new ArrayList<String>();
                    for (var i = 1; i <= result.getMetaData().getColumnCount(); i++) {
                        var value = result.getString(i);
                        row.add(value == null ? "" : value);
                    }
                    rows.add(row);
                }
            }
            return rows;
        }
    }
}
