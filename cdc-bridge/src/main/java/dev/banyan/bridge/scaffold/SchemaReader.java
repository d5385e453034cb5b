package dev.banyan.bridge.scaffold;

import dev.banyan.bridge.scaffold.LegacySchema.Column;
import dev.banyan.bridge.scaffold.LegacySchema.ForeignKey;
import dev.banyan.bridge.scaffold.LegacySchema.Table;
import dev.banyan.bridge.scaffold.LegacySchema.Values;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Reads a {@link LegacySchema} through JDBC, in sessions that cannot write and do not wait for locks. */
final class SchemaReader {

    /** Rows of a table that are looked at for the values of its short columns. */
    static final int ROWS_MAX = 100_000;

    /** How many numbers v are not 0, and how many of those are no day such as 20260131; {@code %1$s} divides whole numbers. */
    static final String DAYS = """
            SELECT count(CASE WHEN v <> 0 THEN 1 END),
                   count(CASE WHEN v <> 0 AND NOT (v BETWEEN 10000101 AND 99991231 AND (v %1$s 100) %% 100 BETWEEN 1 AND 12
                                                   AND v %% 100 BETWEEN 1 AND 31) THEN 1 END)
            FROM""" + " ";

    static final Set<String> TOOLS_OWN =
            Set.of("flyway_schema_history", "schema_version", "databasechangelog", "databasechangeloglock");

    private final Connection connection;
    private final String schema;

    private SchemaReader(Connection connection, String schema) {
        this.connection = connection;
        this.schema = schema;
    }

    static LegacySchema read(Connection connection, String schema) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY");
            statement.execute("SET statement_timeout = '10s'");
            statement.execute("SET lock_timeout = '2s'");
        }
        return new SchemaReader(connection, schema).read();
    }

    private LegacySchema read() throws SQLException {
        var refused = new TreeMap<String, String>();
        var tables = new ArrayList<Table>();
        for (var name : tableNames(refused)) {
            var key = key(name);
            if (key.isEmpty()) {
                refused.put(name, "it has no primary key");
            } else {
                tables.add(new Table(name, columns(name), key, foreignKeys(name)));
            }
        }
        return new LegacySchema(connection.getCatalog(), schema, tables, refused);
    }

    private List<String> tableNames(Map<String, String> refused) throws SQLException {
        var names = new ArrayList<String>();
        var sql = """
                SELECT c.relname, c.relpersistence
                FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
                WHERE n.nspname = ? AND c.relkind IN ('r', 'p') AND NOT c.relispartition
                ORDER BY c.relname COLLATE "C"
                """;
        try (var statement = connection.prepareStatement(sql)) {
            statement.setString(1, schema);
            try (var rows = statement.executeQuery()) {
                while (rows.next()) {
                    var name = rows.getString(1);
                    if (TOOLS_OWN.contains(name)) {
                        refused.put(name, "it belongs to a migration tool");
                    } else if (!rows.getString(2).equals("p")) {
                        refused.put(name, "it is unlogged, so its changes are not in the log");
                    } else if (name.contains(".")) {
                        refused.put(name, "its name has a dot");
                    } else {
                        names.add(name);
                    }
                }
            }
        }
        return names;
    }

    private List<String> key(String table) throws SQLException {
        var columns = new TreeMap<Short, String>();
        try (var rows = connection.getMetaData().getPrimaryKeys(null, schema, table)) {
            while (rows.next()) {
                columns.put(rows.getShort("KEY_SEQ"), rows.getString("COLUMN_NAME"));
            }
        }
        return List.copyOf(columns.values());
    }

    private List<ForeignKey> foreignKeys(String table) throws SQLException {
        record Reference(String parent, Map<String, String> columnByParentColumn) {}
        var references = new LinkedHashMap<String, Reference>();
        try (var rows = connection.getMetaData().getImportedKeys(null, schema, table)) {
            while (rows.next()) {
                var parent = rows.getString("PKTABLE_NAME");
                if (schema.equals(rows.getString("PKTABLE_SCHEM"))) {
                    references
                            .computeIfAbsent(
                                    rows.getString("FK_NAME"), _ -> new Reference(parent, new LinkedHashMap<>()))
                            .columnByParentColumn()
                            .put(rows.getString("PKCOLUMN_NAME"), rows.getString("FKCOLUMN_NAME"));
                }
            }
        }
        var keys = new ArrayList<ForeignKey>();
        for (var reference : references.values()) {
            var columns = reference.columnByParentColumn();
            var parentKey = key(reference.parent());
            if (columns.keySet().equals(Set.copyOf(parentKey))) {
                keys.add(new ForeignKey(parentKey.stream().map(columns::get).toList(), reference.parent()));
            }
        }
        return keys;
    }

    private List<Column> columns(String table) throws SQLException {
        var bare = new ArrayList<Column>();
        try (var rows = connection.getMetaData().getColumns(null, pattern(schema), pattern(table), null)) {
            while (rows.next()) {
                bare.add(new Column(
                        rows.getString("COLUMN_NAME"),
                        type(rows.getString("TYPE_NAME"), rows.getInt("DATA_TYPE")),
                        rows.getInt("COLUMN_SIZE"),
                        rows.getInt("DECIMAL_DIGITS"),
                        "YES".equals(rows.getString("IS_GENERATEDCOLUMN")),
                        "NO".equals(rows.getString("IS_NULLABLE")),
                        Values.NONE,
                        false));
            }
        }
        return bare.stream()
                .map(column -> column.with(
                        column.isShortText() ? values(table, column.name()) : Values.NONE,
                        column.mayHoldDays() && hasDays(table, column.name())))
                .toList();
    }

    /** JDBC calls the types of identity columns by other names, and an enum by its own. */
    private static String type(String name, int jdbcType) {
        return switch (name) {
            case "serial" -> "int4";
            case "bigserial" -> "int8";
            case "smallserial" -> "int2";
            default ->
                jdbcType == java.sql.Types.VARCHAR && !name.equals("varchar") && !name.equals("name") ? "text" : name;
        };
    }

    /** What is found, or nothing where it may not or cannot be read in time: then a person names the codes. */
    private Values values(String table, String column) {
        var sample = sample(table, quoted(column) + "::text");
        var texts = new ArrayList<String>();
        try (var statement = connection.createStatement()) {
            try (var rows = statement.executeQuery("SELECT DISTINCT v FROM " + sample
                    + " WHERE v IS NOT NULL ORDER BY v LIMIT " + (Values.VALUES_MAX + 1))) {
                while (rows.next()) {
                    texts.add(rows.getString(1).stripTrailing());
                }
            }
            if (texts.size() > Values.VALUES_MAX || texts.isEmpty()) {
                return Values.NONE;
            }
            try (var count = statement.executeQuery("SELECT count(*) FROM " + sample)) {
                return new Values(texts.stream().distinct().toList(), count.next() && count.getInt(1) <= ROWS_MAX);
            }
        } catch (SQLException e) {
            return Values.NONE;
        }
    }

    private boolean hasDays(String table, String column) {
        var sample = sample(table, quoted(column));
        try (var statement = connection.createStatement();
                var found = statement.executeQuery(DAYS.formatted("/") + sample)) {
            return found.next() && found.getInt(1) > 0 && found.getInt(2) == 0;
        } catch (SQLException e) {
            return false;
        }
    }

    private String sample(String table, String value) {
        return "(SELECT %s AS v FROM %s.%s LIMIT %d) AS sample"
                .formatted(value, quoted(schema), quoted(table), ROWS_MAX + 1);
    }

    private static String quoted(String name) {
        return '"' + name.replace("\"", "\"\"") + '"';
    }

    /** {@code name} as a pattern of JDBC metadata that nothing else fits. */
    private static String pattern(String name) {
        return name.replace("\\", "\\\\").replace("_", "\\_").replace("%", "\\%");
    }
}
