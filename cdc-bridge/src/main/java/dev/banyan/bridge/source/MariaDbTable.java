package dev.banyan.bridge.source;

import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.engine.StoredSchemaHistory;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Finds out whether the log of MariaDB has everything that happens to a table, and has it exactly. */
final class MariaDbTable {

    /* Not among them: a backfill would read six digits of a float. */
    private static final Set<String> TYPES = Set.of(
            "tinyint",
            "smallint",
            "mediumint",
            "int",
            "bigint",
            "decimal",
            "double",
            "char",
            "varchar",
            "tinytext",
            "text",
            "mediumtext",
            "longtext",
            "binary",
            "varbinary",
            "tinyblob",
            "blob",
            "mediumblob",
            "longblob",
            "date",
            "datetime",
            "timestamp",
            "time",
            "enum",
            "set");

    /** Character sets whose bytes Debezium takes for those of another. */
    private static final Set<String> MISREAD_SETS =
            Set.of("armscii8", "cp932", "dec8", "geostd8", "hp8", "keybcs2", "koi8u", "swe7");

    private static final Pattern OPTION = Pattern.compile("'(?:[^']|'')*'");

    /** Debezium alters these in options of ENUM and SET; MariaDB has a question mark there for what lies beyond U+FFFF. */
    private static final Pattern MISREAD = Pattern.compile("[,?\\\\]");

    private static final Set<String> DATES = Set.of("date", "datetime");

    private final Connection connection;
    private final Source.Table table;
    private final boolean mayHoldZeroDates;
    private final boolean mayHoldNoDays;

    /**
     * {@code mayHoldZeroDates}: the server takes dates that are none, and nobody has said that they may arrive as NULL; {@code
     * mayHoldNoDays}: it takes 31 February.
     */
    MariaDbTable(Connection connection, Source.Table table, boolean mayHoldZeroDates, boolean mayHoldNoDays) {
        this.connection = connection;
        this.table = table;
        this.mayHoldZeroDates = mayHoldZeroDates;
        this.mayHoldNoDays = mayHoldNoDays;
    }

    /** Why the log does not have all that happens to the table, whatever its columns. */
    List<String> obstacles() throws SQLException {
        var found = new ArrayList<>(shape());
        if (found.isEmpty()) {
            cascades(found);
            definition(found);
        }
        return found;
    }

    /** Which columns that the mapping reads it cannot have as they are; a table without {@link #obstacles} only. */
    List<String> misfits() throws SQLException {
        var found = new ArrayList<String>();
        columns(found);
        fits(found);
        var names = read().stream().map(Column::name).collect(Collectors.toSet());
        if (names.containsAll(table.key())) {
            new MariaDbKeys(connection, table).check(found);
        }
        return found;
    }

    /** The columns of the table whose values do not arrive as they are, and of which type those are. */
    Map<String, String> altered() throws SQLException {
        var altered = new LinkedHashMap<String, String>();
        for (var column : read()) {
            if (!column.isExact()) {
                altered.put(column.name, column.wholeType);
            } else if (column.isMisread()) {
                altered.put(column.name, column.wholeType + " in the character set " + column.characterSet);
            } else if (column.hasMisreadOption()) {
                altered.put(column.name, column.wholeType);
            }
        }
        return altered;
    }

    private List<String> shape() throws SQLException {
        var kind = row(
                "SELECT table_type, engine, table_schema, table_name FROM information_schema.tables WHERE table_schema = ? AND table_name = ?");
        if (kind.isEmpty()) {
            return List.of("table " + table.id() + ": not there (expected: a table the mapping can read)");
        }
        var name = new TableId(kind.get(2), kind.get(3));
        if (!name.equals(table.id())) {
            return List.of("table " + table.id() + ": called " + name
                    + " (expected: in the mapping as the server calls it, which is how the log does)");
        }
        if (!kind.get(0).equals("BASE TABLE")) {
            return List.of(
                    "table " + table.id() + ": " + kind.get(0).toLowerCase(Locale.ROOT) + " (expected: a plain table)");
        }
        var obstacles = new ArrayList<String>();
        if (!kind.get(1).equals("InnoDB")) {
            obstacles.add("table " + table.id() + ": engine " + kind.get(1)
                    + " (expected: InnoDB; others can have rows that the log has not, and the other way round)");
        }
        if (row("SELECT index_name FROM information_schema.statistics WHERE table_schema = ? AND table_name = ?"
                        + " AND index_name = 'PRIMARY'")
                .isEmpty()) {
            obstacles.add("table " + table.id()
                    + ": no primary key (expected: one; add it, or take the table out of the mapping)");
        }
        return obstacles;
    }

    private void definition(List<String> obstacles) throws SQLException {
        try (var statement = connection.createStatement();
                var result = statement.executeQuery("SHOW CREATE TABLE " + MariaDbPlan.quoted(table.id()))) {
            result.next();
            StoredSchemaHistory.problem(table.id().schema(), result.getString(2))
                    .ifPresent(
                            problem -> obstacles.add("table " + table.id() + ": Debezium cannot read how it is made, "
                                    + problem + " (expected: columns of types that it knows, mapped or not)"));
        }
    }

    /** InnoDB changes the rows of a child by itself then, and MariaDB does not log it. */
    private void cascades(List<String> obstacles) throws SQLException {
        var key = row(
                "SELECT constraint_name, delete_rule, update_rule FROM information_schema.referential_constraints"
                        + " WHERE constraint_schema = ? AND table_name = ?"
                        + " AND (delete_rule NOT IN ('RESTRICT', 'NO ACTION') OR update_rule NOT IN ('RESTRICT', 'NO ACTION'))");
        if (!key.isEmpty()) {
            obstacles.add("table " + table.id() + ": foreign key " + key.get(0) + ", ON DELETE " + key.get(1)
                    + " ON UPDATE " + key.get(2)
                    + " (expected: RESTRICT; what MariaDB changes by such a key itself is not in its log)");
        }
    }

    private void fits(List<String> obstacles) throws SQLException {
        var types = MariaDbTypes.of(connection, List.of(table.id())).getOrDefault(table.id(), Map.of());
        for (var column : table.columns()) {
            var type = types.get(column);
            if (type != null) {
                fit(column, type, obstacles);
            }
        }
    }

    private void fit(String column, ColumnType type, List<String> obstacles) {
        if (type.generated() == ColumnType.Generated.VIRTUAL) {
            obstacles.add("table " + table.id() + ": column " + column
                    + " is generated at each reading (expected: a column that is stored)");
        }
        var expected = table.fit().expected(column, type);
        if (!expected.isEmpty()) {
            obstacles.add("table " + table.id() + ": column " + column + " is " + type.name() + " (expected: "
                    + expected + ", as its field needs)");
        }
    }

    private void columns(List<String> obstacles) throws SQLException {
        var missing = new ArrayList<>(table.columns());
        for (var column : read()) {
            if (missing.remove(column.name)) {
                column(column, obstacles);
            }
        }
        for (var column : missing) {
            obstacles.add(
                    "table " + table.id() + ": no column " + column + " (expected: every column the mapping reads)");
        }
    }

    private void column(Column column, List<String> obstacles) {
        var what = "table " + table.id() + ": column " + column.name + " is ";
        if (!column.isExact()) {
            obstacles.add(what + column.wholeType
                    + " (expected: a type that comes through the log as it is, or the column out of the mapping)");
        }
        if (mayHoldZeroDates && column.mayBeNull && DATES.contains(column.type)) {
            obstacles.add(what + column.wholeType
                    + " and may be NULL, and a zero date reads as NULL in the log (expected: NO_ZERO_DATE and NO_ZERO_IN_DATE in a strict"
                    + " sql_mode of the server, or source.zeroDates: asNull)");
        }
        if (mayHoldNoDays && DATES.contains(column.type)) {
            obstacles.add(what + column.wholeType
                    + ", and the server takes days that no calendar has, such as 2024-02-31 (expected: an sql_mode of the server without"
                    + " ALLOW_INVALID_DATES)");
        }
        if (column.isMisread()) {
            obstacles.add(what + "in the character set " + column.characterSet
                    + ", which Debezium takes for another (expected: one that it knows, such as utf8mb4)");
        }
        if (column.hasMisreadOption()) {
            obstacles.add(what + column.wholeType
                    + " (expected: options without comma, backslash, question mark and characters beyond U+FFFF, which Debezium"
                    + " alters)");
        }
    }

    /** A column as the database describes it; {@code type} is without, {@code wholeType} with its size and options. */
    private record Column(String name, String type, String wholeType, boolean mayBeNull, String characterSet) {

        boolean isExact() {
            var isKnown =
                    switch (type) {
                        case "bit" -> wholeType.equals("bit(1)");
                        case "year" -> !wholeType.equals("year(2)"); // 1999 in the log, and 99 in a backfill
                        default -> TYPES.contains(type);
                    };
            return isKnown && !wholeType.contains("COMPRESSED");
        }

        boolean isMisread() {
            return MISREAD_SETS.contains(characterSet);
        }

        boolean hasMisreadOption() {
            return Set.of("enum", "set").contains(type)
                    && OPTION.matcher(wholeType).results().anyMatch(option -> MISREAD.matcher(option.group())
                            .find());
        }
    }

    private List<Column> read() throws SQLException {
        try (var select = connection.prepareStatement(
                "SELECT column_name, data_type, column_type, is_nullable, COALESCE(character_set_name, '')"
                        + " FROM information_schema.columns"
                        + " WHERE table_schema = ? AND table_name = ? ORDER BY ordinal_position")) {
            select.setString(1, table.id().schema());
            select.setString(2, table.id().name());
            var columns = new ArrayList<Column>();
            try (var result = select.executeQuery()) {
                while (result.next()) {
                    columns.add(new Column(
                            result.getString(1),
                            result.getString(2),
                            result.getString(3),
                            result.getString(4).equals("YES"),
                            result.getString(5)));
                }
            }
            return columns;
        }
    }

    /** The first row of {@code sql} for this table, as text; empty when there is none. */
    private List<String> row(String sql) throws SQLException {
        try (var select = connection.prepareStatement(sql)) {
            select.setString(1, table.id().schema());
            select.setString(2, table.id().name());
            try (var result = select.executeQuery()) {
                var row = new ArrayList<String>();
                if (result.next()) {
                    for (var i = 1; i <= result.getMetaData().getColumnCount(); i++) {
                        row.add(String.valueOf(result.getString(i)));
                    }
                }
                return row;
            }
        }
    }
}
