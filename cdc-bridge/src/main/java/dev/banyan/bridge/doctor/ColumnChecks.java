package dev.banyan.bridge.doctor;

import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.mapping.Field;
import dev.banyan.bridge.mapping.FieldType;
import dev.banyan.bridge.mapping.Mapping;
import dev.banyan.bridge.mapping.SourceTable;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** Compares what the mapping expects of each column with what the legacy database has there. */
public final class ColumnChecks {

    private static final Set<String> TEXTS = Set.of("text", "character varying", "character", "name", "citext");
    private static final Set<String> WHOLE = Set.of("smallint", "integer", "bigint", "numeric");
    private static final Set<String> REAL = Set.of("real", "double precision");
    private static final String LOCAL = "timestamp without time zone";
    private static final String ZONED = "timestamp with time zone";

    private final Map<TableId, Map<String, String>> typeByColumn;
    private final List<Finding> findings = new ArrayList<>();

    private ColumnChecks(Map<TableId, Map<String, String>> typeByColumn) {
        this.typeByColumn = typeByColumn;
    }

    /** What does not fit; one good finding when all does. Columns that are not there are {@link SourceChecks}' to report. */
    public static List<Finding> of(Mapping mapping, Connection connection) throws SQLException {
        var checks = new ColumnChecks(types(mapping, connection));
        var fields = 0;
        for (var aggregate : mapping.aggregates()) {
            var tables = Stream.concat(
                            Stream.of(aggregate.root()),
                            aggregate.children().stream().map(child -> child.table()))
                    .toList();
            for (var table : tables) {
                fields += table.fields().size();
                checks.table(table);
            }
        }
        if (checks.findings.isEmpty()) {
            checks.findings.add(Finding.ok("columns", fields + " fields fit the columns they come from"));
        }
        return checks.findings;
    }

    private void table(SourceTable table) {
        var types = typeByColumn.getOrDefault(table.id(), Map.of());
        for (var field : table.fields()) {
            var type = field.column() == null ? null : types.get(field.column());
            if (type != null) {
                field(table, field, type);
            }
        }
    }

    private void field(SourceTable table, Field field, String type) {
        var what = table.id() + "." + field.column();
        var line = " (field " + field.name() + ", line " + field.at().line() + " of the mapping)";
        var expected = expected(field.type(), type);
        if (!expected.isEmpty()) {
            findings.add(Finding.fail(what, type + line + " (expected: " + expected + ")", cure(field.type(), type)));
        } else if (field.type() instanceof FieldType.Text(var isPadded) && !isPadded && type.equals("character")) {
            findings.add(
                    Finding.warn(what, type + line + ": the blanks that fill it up stay in the event", "as: char"));
        }
    }

    /** What a field of {@code field}'s type needs; empty when {@code type} will do. */
    private static String expected(FieldType field, String type) {
        return switch (field) {
            case FieldType.LocalTimestamp _ -> type.equals(LOCAL) ? "" : LOCAL;
            case FieldType.Timestamp _ -> type.equals(ZONED) ? "" : ZONED;
            case FieldType.Date _ -> type.equals("date") ? "" : "date";
            case FieldType.Whole _, FieldType.Cents _, FieldType.DayNumber _ ->
                WHOLE.contains(type) || TEXTS.contains(type) ? "" : "an integer type";
            case FieldType.Decimal _ -> WHOLE.contains(type) || REAL.contains(type) ? "" : "a numeric type";
            case FieldType.Text _ ->
                TEXTS.contains(type) || WHOLE.contains(type) || type.equals("boolean") || type.equals("uuid")
                        ? ""
                        : "text, a number, a boolean or a UUID";
            case FieldType.Flag _ ->
                TEXTS.contains(type) || WHOLE.contains(type) || type.equals("boolean") ? "" : "text or boolean";
            case FieldType.Code _, FieldType.Hash _, FieldType.Mask _, FieldType.Always _ -> "";
            case FieldType.Encrypted _, FieldType.Tokenised _ -> "";
        };
    }

    private static String cure(FieldType field, String type) {
        if (field instanceof FieldType.LocalTimestamp && type.equals(ZONED)) {
            return "as: timestamp";
        }
        if (type.equals(LOCAL)) {
            return "as: localTimestamp, with the zone its clock shows";
        }
        return type.equals("date") ? "as: date" : "another 'as' in the mapping";
    }

    private static Map<TableId, Map<String, String>> types(Mapping mapping, Connection connection) throws SQLException {
        var names = mapping.tables().stream().map(use -> use.table().toString()).toArray();
        var types = new HashMap<TableId, Map<String, String>>();
        try (var select = connection.prepareStatement("""
                SELECT n.nspname, c.relname, a.attname, format_type(a.atttypid, NULL)
                FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
                WHERE a.attnum > 0 AND NOT a.attisdropped AND n.nspname || '.' || c.relname = ANY (?)""")) {
            select.setArray(1, connection.createArrayOf("text", names));
            try (var result = select.executeQuery()) {
                while (result.next()) {
                    types.computeIfAbsent(new TableId(result.getString(1), result.getString(2)), _ -> new HashMap<>())
                            .put(result.getString(3), result.getString(4));
                }
            }
        }
        return types;
    }
}
