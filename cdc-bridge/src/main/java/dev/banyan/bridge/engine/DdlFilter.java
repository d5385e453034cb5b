package dev.banyan.bridge.engine;

import java.util.Collection;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Which statements of MariaDB's log Debezium need not understand. */
final class DdlFilter {

    /*
     * Debezium parses every statement that is not a change of rows, and stops at one that its grammar lacks: a GRANT, a column of type INET6
     * in a table that nobody mapped. Only statements that change tables of the mapping matter. What is left out here is what certainly does
     * not: a statement without the words TABLE and TRUNCATE, one that makes something else, and one in which no mapped table's name occurs, not
     * even as a part, since tools that change tables make a copy under a longer name first (_orders_gho, _orders_new). What rolls rows back
     * that are in the log names no table, and is let through.
     */
    private static final String KEPT = "(?!\\s*(?:SAVEPOINT|ROLLBACK)\\b)";

    private static final String NO_TABLE = KEPT + "(?!.*\\b(?:TABLES?|TRUNCATE)\\b).*";

    private static final String OTHER_WORK = "\\s*(?:GRANT|REVOKE|ANALYZE|OPTIMIZE|CHECK|REPAIR|FLUSH)\\b.*";
    private static final String OTHER_THINGS = "\\s*(?:CREATE|ALTER|DROP)\\s(?:(?!\\bTABLE\\b).)*?"
            + "\\b(?:VIEW|TRIGGER|PROCEDURE|FUNCTION|EVENT|PACKAGE|USER|ROLE)\\b.*";

    private DdlFilter() {}

    /** Regular expressions, with commas between them; a statement that one of them matches, whatever its case, is left out. */
    static String of(Collection<String> tableNames) {
        var names = tableNames.stream()
                .map(name -> Pattern.quote(name).replace(",", "\\,"))
                .collect(Collectors.joining("|"));
        return String.join(",", NO_TABLE, OTHER_WORK, OTHER_THINGS, KEPT + "(?!.*(?:" + names + ")).*");
    }
}
