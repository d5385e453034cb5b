package dev.banyan.bridge.doctor;

import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.mapping.Field;
import dev.banyan.bridge.mapping.FieldType;
import dev.banyan.bridge.mapping.Mapping;
import dev.banyan.bridge.mapping.SourceTable;
import dev.banyan.bridge.mapping.TableUse;
import dev.banyan.bridge.source.ColumnType;
import dev.banyan.bridge.source.Source;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Compares what the mapping expects of each column with what the legacy database has there. */
public final class ColumnChecks {

    static final Set<String> TEXTS = Set.of("text", "character varying", "character", "name", "citext", "\"char\"");
    private static final Set<String> WHOLE = Set.of("smallint", "integer", "bigint", "numeric", "oid");
    private static final Set<String> REAL = Set.of("real", "double precision");
    private static final String LOCAL = "timestamp without time zone";
    private static final String ZONED = "timestamp with time zone";

    private final Map<TableId, Map<String, ColumnType>> typeByColumn;
    private final boolean mayWait;
    private final List<Finding> findings = new ArrayList<>();

    private ColumnChecks(Map<TableId, Map<String, ColumnType>> typeByColumn, boolean mayWait) {
        this.typeByColumn = typeByColumn;
        this.mayWait = mayWait;
    }

    /**
     * What does not fit; one good finding when all does. Columns that are not there are {@link SourceChecks}' to report. Where a table {@code
     * mayWait}, what does not fit keeps the bridge from nothing.
     */
    public static List<Finding> of(Mapping mapping, Connection connection, boolean mayWait) throws SQLException {
        var checks = new ColumnChecks(
                ColumnType.of(
                        connection,
                        mapping.tables().stream().map(TableUse::table).toList()),
                mayWait);
        var tables = tables(mapping);
        tables.forEach(checks::table);
        if (checks.findings.isEmpty()) {
            var fields =
                    tables.stream().mapToInt(table -> table.fields().size()).sum();
            checks.findings.add(Finding.ok("columns", fields + " fields fit the columns they come from"));
        }
        return checks.findings;
    }

    /** What {@code mapping} needs of the columns of {@code table}, for a start that nothing may be read from before it fits. */
    public static Source.Fit fit(Mapping mapping, TableId table) {
        var fields = tables(mapping).stream()
                .filter(each -> each.id().equals(table))
                .flatMap(each -> each.fields().stream())
                .toList();
        return (column, type) -> fields.stream()
                .filter(field -> column.equals(field.column()))
                .map(field -> expected(field.type(), type))
                .filter(expected -> !expected.isEmpty())
                .findFirst()
                .orElse("");
    }

    private static List<SourceTable> tables(Mapping mapping) {
        return mapping.aggregates().stream()
                .flatMap(aggregate -> aggregate.sourceTables().stream())
                .toList();
    }

    private void table(SourceTable table) {
        var types = typeByColumn.getOrDefault(table.id(), Map.of());
        for (var column : types.isEmpty() ? List.<String>of() : table.drop()) {
            if (!types.containsKey(column)) {
                dropped(table, column);
            }
        }
        for (var field : table.fields()) {
            var type = field.column() == null ? null : types.get(field.column());
            if (type != null) {
                field(table, field, type);
            }
            for (var column : field.notNull()) {
                if (types.containsKey(column) && types.get(column).isNullable()) {
                    findings.add(Finding.warn(
                            table.id() + "." + column,
                            "may be NULL (field " + field.name() + ", line "
                                    + field.at().line()
                                    + " of the mapping): the first NULL is a value the mapping has no answer for",
                            "take it out of notNull, or forbid NULL in the database"));
                }
            }
        }
    }

    private void dropped(SourceTable table, String column) {
        var what = table.id() + "." + column;
        var found = "not there, and under drop (table in line " + table.at().line()
                + " of the mapping): nothing keeps the mapping from a column that is called otherwise";
        var cure = "the name that the column has; or take it out of drop, if it is gone";
        findings.add(mayWait ? Finding.warn(what, found, cure) : Finding.fail(what, found, cure));
    }

    private void field(SourceTable table, Field field, ColumnType type) {
        var what = table.id() + "." + field.column();
        var line = " (field " + field.name() + ", line " + field.at().line() + " of the mapping)";
        var expected = expected(field.type(), type);
        if (!expected.isEmpty()) {
            var found = type.name() + line + " (expected: " + expected + ")";
            var cure = cure(field.type(), type.base());
            findings.add(mayWait ? Finding.warn(what, found, cure) : Finding.fail(what, found, cure));
        } else if (field.type() instanceof FieldType.Whole
                && !WHOLE.contains(type.base())
                && table.key().contains(String.valueOf(field.column()))) {
            findings.add(Finding.warn(
                    what,
                    type.name() + line + ": a key that is not written as its number is, such as 007, is a value the"
                            + " mapping has no answer for",
                    type.base().equals("character") ? "as: char" : "as: string"));
        } else if (field.type() instanceof FieldType.Text(var isPadded)
                && !isPadded
                && type.base().equals("character")) {
            findings.add(Finding.warn(
                    what, type.name() + line + ": the blanks that fill it up stay in the event", "as: char"));
        } else if (field.type() instanceof FieldType.Text && type.base().equals(LOCAL)) {
            findings.add(Finding.warn(
                    what,
                    type.name() + line + ": its text does not say of which zone it is",
                    cure(field.type(), LOCAL)));
        }
    }

    /** What a field of {@code field}'s type needs; empty when {@code type} will do. */
    private static String expected(FieldType field, ColumnType type) {
        var base = type.isEnum() ? "text" : type.base();
        return switch (field) {
            case FieldType.LocalTimestamp _ -> base.equals(LOCAL) ? "" : LOCAL;
            case FieldType.Timestamp _ -> base.equals(ZONED) ? "" : ZONED;
            case FieldType.Date _ -> base.equals("date") ? "" : "date";
            case FieldType.Whole _, FieldType.Cents _, FieldType.DayNumber _ ->
                WHOLE.contains(base) || TEXTS.contains(base) ? "" : "an integer type";
            case FieldType.Decimal _ -> WHOLE.contains(base) || REAL.contains(base) ? "" : "a numeric type";
            case FieldType.Flag _ ->
                TEXTS.contains(base) || WHOLE.contains(base) || base.equals("boolean") ? "" : "text or boolean";
            case FieldType.Text _,
                    FieldType.Code _,
                    FieldType.Hash _,
                    FieldType.Mask _,
                    FieldType.Encrypted _,
                    FieldType.Tokenised _ ->
                type.isText() ? "" : "a type whose text arrives unchanged, see docs/reference/mapping.md";
            case FieldType.Always _ -> "";
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
}
