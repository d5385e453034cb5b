package dev.banyan.bridge.source;

import dev.banyan.bridge.change.TableId;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** What the columns of MariaDB hold, by the names that the standard and PostgreSQL have for them. */
final class MariaDbTypes {

    /** Their values' text is the same here as MariaDB prints it. */
    static final Set<String> TEXTS =
            Set.of("smallint", "integer", "bigint", "numeric", "character varying", "text", "date");

    private MariaDbTypes() {}

    static Map<TableId, Map<String, ColumnType>> of(Connection connection, Collection<TableId> tables)
            throws SQLException {
        var types = new HashMap<TableId, Map<String, ColumnType>>();
        try (var select = connection.prepareStatement("SELECT column_name, data_type, column_type, extra, is_nullable"
                + " FROM information_schema.columns WHERE table_schema = ? AND table_name = ?")) {
            for (var table : tables) {
                select.setString(1, table.schema());
                select.setString(2, table.name());
                var byName = types.computeIfAbsent(table, _ -> new HashMap<>());
                try (var result = select.executeQuery()) {
                    while (result.next()) {
                        byName.put(
                                result.getString(1),
                                type(
                                        result.getString(2),
                                        result.getString(3),
                                        result.getString(4),
                                        result.getString(5).equals("YES")));
                    }
                }
            }
        }
        return types;
    }

    private static ColumnType type(String type, String whole, String extra, boolean isNullable) {
        var base = standard(type, whole);
        var generated = extra.contains("VIRTUAL GENERATED")
                ? ColumnType.Generated.VIRTUAL
                : extra.contains("GENERATED") ? ColumnType.Generated.STORED : ColumnType.Generated.NO;
        // These print with zeros before them, and come as numbers, which have none.
        var isFilled = type.equals("year") || whole.endsWith(" zerofill");
        return new ColumnType(
                whole, base, TEXTS.contains(base) && !isFilled, type.equals("enum"), isNullable, generated);
    }

    private static String standard(String type, String whole) {
        return switch (type) {
            case "tinyint", "smallint", "year" -> "smallint";
            case "mediumint", "int" -> "integer";
            case "decimal" -> "numeric";
            case "float" -> "real";
            case "double" -> "double precision";
            case "bit" -> whole.equals("bit(1)") ? "boolean" : "bit";
            case "char", "varchar", "enum", "set", "time" -> "character varying";
            case "tinytext", "text", "mediumtext", "longtext" -> "text";
            case "datetime" -> "timestamp without time zone";
            case "timestamp" -> "timestamp with time zone";
            default -> type;
        };
    }
}
