package dev.banyan.bridge.source;

import dev.banyan.bridge.change.Row;
import dev.banyan.bridge.change.ValueText;
import java.util.List;
import java.util.Objects;
import java.util.StringJoiner;
import java.util.stream.Collectors;

/** A condition in PostgreSQL's SQL that holds for certain rows of a table. (MariaDB's log is whole: no row of it is asked for by its key.) */
public final class KeyCondition {

    private KeyCondition() {}

    /**
     * The condition for the rows whose keys' columns are {@code keys}, one at least: {@code (("id") IN ((E'1'), (E'2')))}. It has as many of them
     * as {@code lengthMax} characters will hold, one at least.
     */
    public static String of(List<Row> keys, int lengthMax) {
        var condition = new StringJoiner(", ", "((" + columns(keys.getFirst()) + ") IN (", "))");
        for (var i = 0; i < keys.size() && (i == 0 || condition.length() < lengthMax); i++) {
            condition.add(values(keys.get(i)));
        }
        return condition.toString();
    }

    private static String columns(Row key) {
        return key.columns().names().stream()
                .map(column -> '"' + column.replace("\"", "\"\"") + '"')
                .collect(Collectors.joining(", "));
    }

    private static String values(Row key) {
        return key.values().values().stream()
                .map(value -> literal(ValueText.of(Objects.requireNonNull(value))))
                .collect(Collectors.joining(", ", "(", ")"));
    }

    /** A text of no type yet, which becomes one of the column's; {@code E} has a backslash mean the same whatever the server is set to. */
    private static String literal(String text) {
        return "E'" + text.replace("\\", "\\\\").replace("'", "''") + "'";
    }
}
