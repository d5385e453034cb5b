package dev.banyan.bridge.engine;

import io.debezium.connector.mariadb.antlr.MariaDbAntlrDdlParser;
import io.debezium.connector.mariadb.charset.MariaDbCharsetRegistry;
import io.debezium.relational.Column;
import io.debezium.relational.Table;
import io.debezium.relational.Tables;
import io.debezium.text.MultipleParsingExceptions;
import io.debezium.text.ParsingException;
import java.sql.Types;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Compares how Debezium has read that a table of MariaDB is made with how the server says it is. */
final class TableDifference {

    /*
     * The log's rows have no names, so the names in their order are what matters, and of texts, which come as bytes, the character set. Types do
     * not: the log has those of the row itself, and one type has several names.
     */

    private static final Set<Integer> TEXTS = Set.of(
            Types.CHAR,
            Types.VARCHAR,
            Types.LONGVARCHAR,
            Types.CLOB,
            Types.NCHAR,
            Types.NVARCHAR,
            Types.LONGNVARCHAR,
            Types.NCLOB);

    /** What MariaDB calls its character sets: read from a file, which takes longer than most definitions. */
    private static final class CharacterSets {
        static final MariaDbCharsetRegistry ALL = new MariaDbCharsetRegistry();

        private CharacterSets() {}
    }

    private TableDifference() {}

    /** A parser for a definition that is not yet of any log. */
    static MariaDbAntlrDdlParser parser(String database) {
        var parser = new MariaDbAntlrDdlParser(true, false, false, Tables.TableFilter.includeAll(), CharacterSets.ALL);
        parser.setCurrentDatabase(database);
        return parser;
    }

    /** How {@code known} differs from what {@code statement}, the server's, makes, as far as it matters for the columns that are {@code read}; empty when it does not. */
    static String of(Table known, String statement, Predicate<String> isRead) {
        var tables = new Tables();
        try {
            parser(known.id().catalog()).parse(statement, tables);
        } catch (ParsingException | MultipleParsingExceptions e) {
            return ""; // the engine stops where the log makes it so
        }
        var made = tables.tableIds().stream().map(tables::forTable).findFirst().orElse(null);
        if (made == null) {
            return "";
        }
        var names = made.retrieveColumnNames();
        if (!alike(known.retrieveColumnNames()).equals(alike(names))) {
            return ofNames(known, names, "as the server has them");
        }
        for (var i = 0; i < known.columns().size(); i++) {
            var column = known.columns().get(i);
            var expected = made.columns().get(i);
            if (isRead.test(expected.name()) && isText(column) && isText(expected) && !isAlike(column, expected)) {
                return "column " + expected.name() + " in the character set "
                        + Objects.requireNonNullElse(column.charsetName(), "utf8mb4")
                        + " by the log's statements (expected: " + expected.charsetName() + ", as the server has it";
            }
        }
        return "";
    }

    /** How {@code known} differs from the {@code names} that the columns of its rows have in the log; empty when each value gets its own. */
    static String ofRows(Table known, List<String> names) {
        var ours = alike(known.retrieveColumnNames());
        var theirs = alike(names);
        return theirs.size() >= ours.size() && theirs.subList(0, ours.size()).equals(ours)
                ? "" // behind them may be some that no statement names, as the hash of a unique key over a TEXT has one
                : ofNames(known, names, "as its rows have them");
    }

    private static String ofNames(Table known, List<String> names, String because) {
        return "columns " + known.retrieveColumnNames() + " by the log's statements (expected: " + names + ", "
                + because;
    }

    /** Names that are equal if they are so for the server, of which Debezium leaves two of a quote as two. */
    private static List<String> alike(List<String> names) {
        return names.stream()
                .map(name -> name.toLowerCase(Locale.ROOT).replace("``", "`"))
                .toList();
    }

    /** The options of ENUM and SET are in the definition, and their numbers in the log. */
    private static boolean isText(Column column) {
        var type = String.valueOf(column.typeName()).toUpperCase(Locale.ROOT);
        return TEXTS.contains(column.jdbcType()) && !type.startsWith("ENUM") && !type.startsWith("SET");
    }

    private static boolean isAlike(Column known, Column made) {
        var by = encoding(known.charsetName());
        var as = encoding(made.charsetName());
        return by.equals(as) || (by.equals("UTF-8") && as.equals("US-ASCII"));
    }

    /** Debezium takes a text without a character set for UTF-8. */
    private static String encoding(@Nullable String characterSet) {
        var encoding = characterSet == null ? null : CharacterSets.ALL.getJavaEncodingForCharSet(characterSet);
        return encoding == null ? "UTF-8" : encoding;
    }
}
