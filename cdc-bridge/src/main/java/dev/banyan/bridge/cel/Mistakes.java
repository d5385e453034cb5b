package dev.banyan.bridge.cel;

import dev.banyan.bridge.mapping.Conditions.Kind;
import dev.banyan.bridge.mapping.Conditions.Mistake;
import dev.banyan.bridge.yaml.Words;
import dev.cel.common.CelIssue;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** What CEL's compiler objects to, with what would do. */
final class Mistakes {

    private static final Pattern UNDECLARED = Pattern.compile("undeclared reference to '([^']*)'");
    private static final Pattern UNDEFINED = Pattern.compile("undefined field '([^']*)'");

    /** The kinds of money and of rows are called as they are in the mapping: {@code order.total}. */
    private static final Pattern OF_A_HOLDER = Pattern.compile("applied to '\\([^']*\\w\\.\\w");

    private Mistakes() {}

    static Mistake of(CelIssue issue, Kind.Thing variables) {
        var at = issue.getSourceLocation();
        // What follows is a list of all that could have stood there.
        var found = issue.getMessage().replaceFirst(" (\\(candidates: |\\(in container |expecting ).*", "");
        return new Mistake(at.getLine(), at.getColumn() + 1, found, expected(found, variables));
    }

    private static String expected(String found, Kind.Thing variables) {
        var undeclared = UNDECLARED.matcher(found);
        if (undeclared.matches()) {
            return Words.expected(
                    undeclared.group(1), new TreeSet<>(variables.fields().keySet()));
        }
        var undefined = UNDEFINED.matcher(found);
        if (undefined.matches()) {
            var fields = new TreeSet<String>();
            variables.fields().values().forEach(kind -> collect(kind, fields));
            if (fields.contains(undefined.group(1))) {
                return "a field of what it is asked of; '" + undefined.group(1) + "' is one of something else here";
            }
            return Words.expected(undefined.group(1), fields) + " (not what is encrypted or tokenised)";
        }
        if (found.contains("null")) {
            return "has(...), or !has(...)";
        }
        if (found.contains("double")) {
            return "decimal(\"12.90\"), which is exact";
        }
        if (found.contains("decimal")) {
            return "two decimals, such as decimal(\"12.90\") or decimal(12)";
        }
        if (OF_A_HOLDER.matcher(found).find()) {
            return "values, not what holds them: after.total.amount of money, after.lines.size() of a list";
        }
        return "a condition in CEL, such as after.total > before.total * 2";
    }

    private static void collect(Kind kind, Set<String> fields) {
        switch (kind) {
            case Kind.Plain _ -> {}
            case Kind.ListOf(var item) -> collect(item, fields);
            case Kind.Thing(var _, var inner) -> {
                fields.addAll(inner.keySet());
                inner.values().forEach(each -> collect(each, fields));
            }
        }
    }
}
