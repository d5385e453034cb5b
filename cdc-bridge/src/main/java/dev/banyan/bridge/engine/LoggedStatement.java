package dev.banyan.bridge.engine;

import dev.banyan.bridge.change.TableId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What a statement of MariaDB's log means, where Debezium need not understand it, does not say it, or takes it for something else. */
final class LoggedStatement {

    /*
     * Debezium parses every statement that is not a change of rows, and stops at one that its grammar lacks: a GRANT, a column of type INET6
     * in a table that nobody mapped. Only statements that change tables of the mapping matter. What is left out here is what certainly does
     * not: a statement without the words TABLE and TRUNCATE, one that makes something else or is of a session's own table, and one in which no mapped table's name occurs, not
     * even as a part, since tools that change tables make a copy under a longer name first (_orders_gho, _orders_new). What rolls rows back
     * that are in the log names no table, nor does what drops a database, and they are let through.
     */
    private static final String DATABASE_GOES = "\\bDROP\\s+(?:DATABASE|SCHEMA)\\b";

    private static final String KEPT = "(?!\\s*(?:SAVEPOINT|ROLLBACK)\\b)(?!.*" + DATABASE_GOES + ")";
    private static final String NO_TABLE = KEPT + "(?!.*\\b(?:TABLES?|TRUNCATE)\\b).*";
    private static final String OTHER_WORK = "\\s*(?:GRANT|REVOKE|ANALYZE|OPTIMIZE|CHECK|REPAIR|FLUSH)\\b.*";
    private static final String TEMPORARY =
            "\\s*(?:CREATE|DROP)\\s+(?:OR\\s+REPLACE\\s+)?(?:/\\*M?!\\d*\\s*)?TEMPORARY\\b.*";
    private static final String OTHER_THINGS =
            "(?!\\s*" + DATABASE_GOES + ")\\s*(?:CREATE|ALTER|DROP)\\s(?:(?!\\bTABLE\\b).)*?"
                    + "\\b(?:VIEW|TRIGGER|PROCEDURE|FUNCTION|EVENT|PACKAGE|USER|ROLE)\\b.*";

    private static final int FLAGS = Pattern.CASE_INSENSITIVE | Pattern.DOTALL;

    private static final String QUOTED = "(?:'(?:[^'\\\\]++|\\\\.|'')*+'|\"(?:[^\"\\\\]++|\\\\.|\"\")*+\"|`[^`]*+`)";

    /** Comments, and the marks of those that MariaDB executes; in a group what looks like one and is quoted. */
    private static final Pattern COMMENT =
            Pattern.compile("(" + QUOTED + ")" + "|/\\*M?!\\d*|\\*/|/\\*.*?\\*/|(?:--\\s|#)[^\\n]*", FLAGS);

    private static final Pattern SAVEPOINT = Pattern.compile("\\s*SAVEPOINT\\s+(.+?)\\s*", FLAGS);
    private static final Pattern ROLLBACK =
            Pattern.compile("\\s*ROLLBACK(?:\\s+WORK)?(?:\\s+TO\\s+(?:SAVEPOINT\\s+)?(.+?))?\\s*", FLAGS);

    private static final String NAME = "(?:`([^`]+)`|\"([^\"]+)\"|([^\\s`\".,;()]+))";
    private static final String TABLE_NAME = "(?:" + NAME + "\\s*\\.\\s*)?" + NAME;
    private static final String WAIT = "(?:\\s+(?:WAIT\\s+\\d+|NOWAIT))?";

    /** How many groups {@link #TABLE_NAME} has. */
    private static final int NAME_GROUPS = 6;

    private static final Pattern DROPS_DATABASE =
            Pattern.compile(DATABASE_GOES + "\\s+(?:IF\\s+EXISTS\\s+)?" + NAME, FLAGS);

    /** Partitions that go, or come, with their rows, and tables that are others from there on. A statement too many is a backfill too many. */
    private static final Pattern MOVES_ROWS = Pattern.compile(
            "\\b(?:DROP|TRUNCATE|EXCHANGE|CONVERT|DISCARD|IMPORT)\\b.*\\bPARTITION\\b"
                    + "|\\b(?:DROP|RENAME)\\s+TABLES?\\b|\\bALTER\\s+(?:ONLINE\\s+)?IGNORE\\s+TABLE\\b"
                    + "|\\bALTER\\b.*\\bTABLE\\b.*\\b(?:RENAME\\s+(?!(?:COLUMN|INDEX|KEY)\\b)|(?:DISCARD|IMPORT)\\s+TABLESPACE\\b)",
            FLAGS);

    /** What Debezium 3.5 passes over where it knows a table of that name: it would read the rows by the old columns. */
    private static final Pattern REPLACES =
            Pattern.compile("\\bCREATE\\s+OR\\s+REPLACE\\s+TABLE\\s+" + TABLE_NAME, FLAGS);

    /* A table that is made as another is, or is another from here on: how it is made is what Debezium knows of that other. */
    private static final Pattern RENAMES = Pattern.compile("\\bRENAME\\s+TABLES?\\s.*", FLAGS);

    private static final Pattern RENAMED = Pattern.compile(TABLE_NAME + WAIT + "\\s+TO\\s+" + TABLE_NAME, FLAGS);
    private static final Pattern ALTERS_NAME = Pattern.compile(
            "\\bALTER\\s+(?:ONLINE\\s+)?(?:IGNORE\\s+)?TABLE\\s+(?:IF\\s+EXISTS\\s+)?" + TABLE_NAME
                    + "\\s.*\\bRENAME\\b\\s*+(?!(?:COLUMN|INDEX|KEY)\\b)(?:(?:TO|AS)\\s+|=\\s*)?" + TABLE_NAME,
            FLAGS);
    private static final Pattern COPIES = Pattern.compile(
            "\\bCREATE\\s+TABLE\\s+(?:IF\\s+NOT\\s+EXISTS\\s+)?" + TABLE_NAME + "\\s*\\(?\\s*LIKE\\s+" + TABLE_NAME,
            FLAGS);

    /* What MariaDB leaves as it is, and logs all the same; Debezium changes it. */
    private static final Pattern MAKES_IF_NOT_THERE =
            Pattern.compile("\\bCREATE\\s+TABLE\\s+IF\\s+NOT\\s+EXISTS\\b", FLAGS);

    private static final Pattern ADDS_IF_NOT_THERE =
            Pattern.compile("\\bADD\\s+(?:COLUMN\\s+)?IF\\s+NOT\\s+EXISTS\\s*(?:(\\()|" + NAME + ")", FLAGS);

    private static final Pattern ADDS_KEY_IF_NOT_THERE =
            Pattern.compile("\\bPRIMARY\\s+KEY\\s+IF\\s+NOT\\s+EXISTS\\b", FLAGS);

    /** One change and no other: a comma behind it is within quotes or brackets. */
    private static final Pattern CHANGES_IF_THERE = Pattern.compile(
            "\\s*ALTER\\s+(?:ONLINE\\s+)?(?:IGNORE\\s+)?TABLE\\s+(?:IF\\s+EXISTS\\s+)?" + TABLE_NAME + WAIT
                    + "\\s+(?:(?:CHANGE|MODIFY)(?:\\s+COLUMN)?|RENAME\\s+COLUMN)\\s+IF\\s+EXISTS\\s+" + NAME
                    + "\\s(?:[^'\"`(),]|" + QUOTED + "|\\((?:[^'\"`()]|" + QUOTED + ")*+\\))*+",
            FLAGS);

    /** What a table is made from, as far as Debezium is to know it. */
    record Origin(TableId from, TableId to) {}

    /** A column that is changed. */
    record ColumnChange(TableId table, String column) {}

    private final String text;
    private final String database;

    private LoggedStatement(String text, String database) {
        this.text = text;
        this.database = database;
    }

    /** The statement {@code text}, said where {@code database} is the one without a name. */
    static LoggedStatement of(String text, @Nullable String database) {
        var plain = COMMENT.matcher(text)
                .replaceAll(found -> found.group(1) == null ? " " : Matcher.quoteReplacement(found.group(1)));
        return new LoggedStatement(plain, String.valueOf(database));
    }

    /**
     * Regular expressions, with commas between them, of statements that Debezium is not to read while it reads {@code tableNames}; one that any of them
     * matches, whatever its case, is left out.
     */
    static String leftOut(Collection<String> tableNames) {
        var names = tableNames.stream()
                .map(name -> Pattern.quote(name).replace(",", "\\,"))
                .collect(Collectors.joining("|"));
        return String.join(",", NO_TABLE, OTHER_WORK, TEMPORARY, OTHER_THINGS, KEPT + "(?!.*(?:" + names + ")).*");
    }

    /** The savepoint that it sets. */
    Optional<String> savepoint() {
        var matcher = SAVEPOINT.matcher(text);
        return matcher.matches() ? Optional.of(savepointName(matcher.group(1))) : Optional.empty();
    }

    /** True when it takes rows back that are in the log: those behind {@link #rolledBackTo}, or all of its transaction. */
    boolean rollsBack() {
        return ROLLBACK.matcher(text).matches();
    }

    /** The savepoint behind which it takes rows back. */
    Optional<String> rolledBackTo() {
        var matcher = ROLLBACK.matcher(text);
        return matcher.matches()
                ? Optional.ofNullable(matcher.group(1)).map(LoggedStatement::savepointName)
                : Optional.empty();
    }

    /** As the server compares them, without regard to case. */
    private static String savepointName(String written) {
        var quote = written.charAt(0);
        var isQuoted =
                written.length() > 1 && (quote == '`' || quote == '"') && written.endsWith(String.valueOf(quote));
        return (isQuoted ? written.substring(1, written.length() - 1) : written).toLowerCase(Locale.ROOT);
    }

    /** True when rows of the tables that it {@link #names} may go, or come, of which the log has none. */
    boolean movesRows() {
        return MOVES_ROWS.matcher(text).find() || DROPS_DATABASE.matcher(text).find();
    }

    /** True when it has the name of {@code table}, or drops its database. */
    boolean names(TableId table) {
        var dropped = DROPS_DATABASE.matcher(text);
        return Pattern.compile("(?<!\\w)" + Pattern.quote(table.name()) + "(?!\\w)", Pattern.CASE_INSENSITIVE)
                        .matcher(text)
                        .find()
                || (dropped.find() && name(dropped.toMatchResult(), 1).equalsIgnoreCase(table.schema()));
    }

    /** The table that it makes in place of one of that name. */
    Optional<TableId> replaced() {
        var matcher = REPLACES.matcher(text);
        return matcher.find() ? Optional.of(table(matcher.toMatchResult(), 1)) : Optional.empty();
    }

    /** The tables that it makes from others, by a name or as a copy. */
    List<Origin> origins() {
        var origins = new ArrayList<Origin>();
        var renames = RENAMES.matcher(text);
        if (renames.find()) {
            RENAMED.matcher(renames.group()).results().forEach(each -> origins.add(origin(each)));
        }
        for (var pattern : List.of(ALTERS_NAME, COPIES)) {
            var matcher = pattern.matcher(text);
            if (matcher.find()) {
                origins.add(
                        pattern.equals(COPIES)
                                ? new Origin(
                                        table(matcher.toMatchResult(), 1 + NAME_GROUPS),
                                        table(matcher.toMatchResult(), 1))
                                : origin(matcher.toMatchResult()));
            }
        }
        return origins;
    }

    /** True when it makes a table, unless there is one of that name. */
    boolean makesIfNotThere() {
        return MAKES_IF_NOT_THERE.matcher(text).find();
    }

    /** True when it adds {@code column}, unless there is one of that name; or may do so, being a list of several. */
    boolean addsIfNotThere(String column) {
        return ADDS_IF_NOT_THERE
                .matcher(text)
                .results()
                .anyMatch(each -> each.group(1) != null || name(each, 2).equalsIgnoreCase(column));
    }

    /** True when it makes a primary key, unless there is one. */
    boolean addsKeyIfNotThere() {
        return ADDS_KEY_IF_NOT_THERE.matcher(text).find();
    }

    /** The column that it changes if there is one of that name; empty when it does anything else, or may do so. */
    Optional<ColumnChange> changedIfThere() {
        var matcher = CHANGES_IF_THERE.matcher(text);
        return matcher.matches()
                ? Optional.of(new ColumnChange(
                        table(matcher.toMatchResult(), 1), name(matcher.toMatchResult(), 1 + NAME_GROUPS)))
                : Optional.empty();
    }

    private Origin origin(MatchResult match) {
        return new Origin(table(match, 1), table(match, 1 + NAME_GROUPS));
    }

    private TableId table(MatchResult match, int group) {
        var schema = name(match, group);
        return new TableId(schema.isEmpty() ? database : schema, name(match, group + NAME_GROUPS / 2));
    }

    /** The name that the three groups from {@code group} on have of it; empty text when there is none. */
    private static String name(MatchResult match, int group) {
        for (var each = group; each < group + NAME_GROUPS / 2; each++) {
            if (match.group(each) != null) {
                return match.group(each);
            }
        }
        return "";
    }

    @Override
    public String toString() {
        return text;
    }
}
