package dev.banyan.bridge.doctor;

import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.mapping.Aggregate;
import dev.banyan.bridge.mapping.FieldType;
import dev.banyan.bridge.mapping.Mapping;
import dev.banyan.bridge.mapping.SourceTable;
import dev.banyan.bridge.mapping.TableUse;
import dev.banyan.bridge.source.ColumnType;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Finds rows that the legacy database takes for an aggregate's although the texts of their keys differ: it may compare them without regard to
 * case, accents or blanks, the bridge compares them letter by letter.
 */
public final class KeyTexts {

    private static final int SECONDS_MAX = 30;
    private static final int COUNTED_MAX = 1_000;

    /** What PostgreSQL says of a table that one may not read, or not all rows of. */
    private static final String LACKS_RIGHT = "42501";

    private static final String FILLED_UP = "character";

    /**
     * A column of a list's table and the one of the key above that it holds. {@code isText}: equal ones may be written differently. {@code charAt} is where
     * the mapping has to read one as {@code char}, because PostgreSQL fills one up with blanks and the other less or not; null where it does not.
     */
    private record Pair(
            String column,
            String key,
            boolean isText,
            boolean isPadded,
            @Nullable String charAt) {}

    private final Connection connection;
    private final boolean isMariaDb;
    private final boolean isLoose;
    private final String quote;
    private final Map<TableId, Map<String, ColumnType>> typeByColumn;

    private KeyTexts(Mapping mapping, Connection connection) throws SQLException {
        this.connection = connection;
        isMariaDb = connection.getMetaData().getDatabaseProductName().equals("MariaDB");
        isLoose = isMariaDb || number("SELECT count(*) FROM pg_collation WHERE NOT collisdeterministic") > 0;
        quote = connection.getMetaData().getIdentifierQuoteString();
        typeByColumn = ColumnType.of(
                connection, mapping.tables().stream().map(TableUse::table).toList());
    }

    /** What is found; nothing when all is well. */
    public static List<Finding> of(Mapping mapping, Connection connection) throws SQLException {
        var texts = new KeyTexts(mapping, connection);
        var findings = new ArrayList<Finding>();
        for (var aggregate : mapping.aggregates()) {
            for (var placed : aggregate.lists()) {
                var pairs = texts.pairs(placed.above(), placed.list());
                if (pairs.stream().anyMatch(Pair::isText)) {
                    texts.compare(placed.list().table().id(), placed.above().id(), pairs, findings);
                }
            }
        }
        return findings;
    }

    private List<Pair> pairs(SourceTable above, Aggregate.ChildList child) throws SQLException {
        var pairs = new ArrayList<Pair>();
        for (var i = 0; i < above.key().size(); i++) {
            var key = above.key().get(i);
            var column = child.parent().get(i);
            var isPadded = isPadded(above, key) || isPadded(child.table(), column);
            var charAt = isMariaDb || isPadded
                    ? null
                    : charAt(above.id(), key, child.table().id(), column);
            pairs.add(new Pair(
                    column,
                    key,
                    charAt != null
                            || isText(above.id(), key)
                            || isText(child.table().id(), column),
                    isPadded,
                    charAt));
        }
        return pairs;
    }

    private @Nullable String charAt(TableId above, String key, TableId list, String column) throws SQLException {
        if (!isAnyText(above, key) || !isAnyText(list, column)) {
            return null;
        }
        var isKeyFilled = isFilledUp(above, key);
        if (!isKeyFilled && !isFilledUp(list, column)) {
            return null;
        }
        if (isKeyFilled && isFilledUp(list, column) && length(above, key) == length(list, column)) {
            return null;
        }
        return isKeyFilled ? above + "." + key : list + "." + column;
    }

    private boolean isFilledUp(TableId table, String column) {
        var type = typeByColumn.getOrDefault(table, Map.of()).get(column);
        return type != null && type.base().equals(FILLED_UP);
    }

    private long length(TableId table, String column) throws SQLException {
        try (var select = connection.prepareStatement("SELECT character_maximum_length FROM information_schema.columns"
                + " WHERE table_schema = ? AND table_name = ? AND column_name = ?")) {
            select.setString(1, table.schema());
            select.setString(2, table.name());
            select.setString(3, column);
            try (var result = select.executeQuery()) {
                return result.next() ? result.getLong(1) : 0;
            }
        }
    }

    private boolean isText(TableId table, String column) {
        var type = typeByColumn.getOrDefault(table, Map.of()).get(column);
        return type != null
                && ColumnChecks.TEXTS.contains(type.base())
                && (isLoose || type.base().equals("citext"));
    }

    private boolean isAnyText(TableId table, String column) {
        var type = typeByColumn.getOrDefault(table, Map.of()).get(column);
        return type != null && ColumnChecks.TEXTS.contains(type.base());
    }

    private static boolean isPadded(SourceTable table, String column) {
        return table.fields().stream()
                .anyMatch(field -> column.equals(field.column())
                        && field.type() instanceof FieldType.Text(var isPadded)
                        && isPadded);
    }

    private void compare(TableId list, TableId root, List<Pair> pairs, List<Finding> findings) {
        var texts = pairs.stream().filter(Pair::isText).toList();
        var belongs = joined(pairs, " AND ", pair -> "c." + quoted(pair.column) + " = r." + quoted(pair.key));
        // A row whose own parent is there, letter by letter, is that one's, whatever else the database takes it for. In
        // MariaDB a key cannot have both, and its cache of subqueries would take two texts for one.
        var own = isMariaDb
                ? ""
                : " AND NOT EXISTS (SELECT 1 FROM " + quoted(root) + " own WHERE "
                        + joined(pairs, " AND ", pair -> same(pair, "own")) + ")";
        var differs = "("
                + joined(
                        texts,
                        " OR ",
                        pair -> letters("c." + quoted(pair.column), pair) + " <> "
                                + letters("r." + quoted(pair.key), pair))
                + ")" + own;
        var both = quoted(list) + " c JOIN " + quoted(root) + " r ON " + belongs;
        var what = list + "." + joined(texts, ", ", Pair::column);
        var sql = "SELECT count(*) FROM (SELECT 1 FROM " + both + " WHERE " + differs + " LIMIT " + COUNTED_MAX + ") f";
        try {
            var found = number(sql);
            if (found > 0) {
                findings.add(Finding.fail(
                        what,
                        (found == COUNTED_MAX ? "at least " : "") + found + " rows belong to a row of " + root
                                + " whose key is written otherwise: no event would show them",
                        cure(list, root, both, texts, belongs, differs)));
            }
        } catch (SQLException e) {
            findings.add(Finding.warn(
                    what,
                    "whether its texts are those of " + root + " was not found out: " + e.getMessage(),
                    sql + ";" + (LACKS_RIGHT.equals(e.getSQLState()) ? " -- as a role that may see all rows" : "")));
        }
    }

    private String cure(TableId list, TableId root, String both, List<Pair> texts, String belongs, String differs) {
        var charAt = texts.stream().map(Pair::charAt).filter(Objects::nonNull).toList();
        if (!charAt.isEmpty()) {
            return "in the mapping a field with 'as: char' for " + String.join(", ", charAt);
        }
        return isMariaDb
                ? "UPDATE " + both + " SET "
                        + joined(texts, ", ", pair -> "c." + quoted(pair.column) + " = r." + quoted(pair.key))
                        + " WHERE "
                        + differs + ";"
                : "UPDATE " + quoted(list) + " c SET "
                        + joined(texts, ", ", pair -> quoted(pair.column) + " = r." + quoted(pair.key)) + " FROM "
                        + quoted(root) + " r WHERE " + belongs + " AND " + differs + ";";
    }

    private String same(Pair pair, String above) {
        var column = "c." + quoted(pair.column);
        var key = above + "." + quoted(pair.key);
        return pair.isText ? letters(column, pair) + " = " + letters(key, pair) : column + " = " + key;
    }

    private String letters(String column, Pair pair) {
        // Of one character set, because the same letters are other bytes in another; a cast to text would cut a CHAR's
        // blanks.
        var letters =
                isMariaDb ? "BINARY CONVERT(" + column + " USING utf8mb4)" : "concat(" + column + ") COLLATE \"C\"";
        return pair.isPadded ? "RTRIM(" + letters + ")" : letters;
    }

    private static String joined(List<Pair> pairs, String between, Function<Pair, String> each) {
        return pairs.stream().map(each).collect(Collectors.joining(between));
    }

    private String quoted(TableId table) {
        return quoted(table.schema()) + "." + quoted(table.name());
    }

    private String quoted(String name) {
        return quote + name.replace(quote, quote + quote) + quote;
    }

    private long number(String sql) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.setQueryTimeout(SECONDS_MAX);
            try (var result = statement.executeQuery(sql)) {
                return result.next() ? result.getLong(1) : 0;
            }
        }
    }
}
