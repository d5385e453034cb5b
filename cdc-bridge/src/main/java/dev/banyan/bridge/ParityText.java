package dev.banyan.bridge;

import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** Parity runs as a person reads them. */
final class ParityText {

    private ParityText() {}

    /** For each of {@code runs}, as JSON describes them, how far it is, what was found of each table, and what makes that good. */
    static List<String> lines(JsonNode runs) {
        var lines = new ArrayList<String>();
        for (var run : runs) {
            lines.addAll(BackfillText.head(run));
            var finished = run.path("finished");
            lines.add("    " + run.path("differing").asLong() + " of "
                    + run.path("compared").asLong() + " compared rows differ"
                    + (finished.isString() ? ", at " + finished.asString() : " so far"));
            for (var table : run.path("tables")) {
                table(table, lines);
            }
            run.path("cures").forEach(cure -> lines.add("    to make it good: " + cure.asString()));
        }
        if (lines.isEmpty()) {
            lines.add("no parity runs");
        }
        return lines;
    }

    private static void table(JsonNode table, List<String> lines) {
        lines.add("    " + table.path("table").asString() + " "
                + table.path("state").asString() + ": " + table.path("compared").asLong() + " compared"
                + counts(table));
        for (var row : table.path("found")) {
            var columns = new ArrayList<String>();
            row.path("columns").forEach(column -> columns.add(column.asString()));
            lines.add("        " + row.path("fate").asString() + ": "
                    + row.path("key").asString() + (columns.isEmpty() ? "" : " in " + String.join(", ", columns)));
        }
        var named = table.path("found").size();
        var differing = table.path("differing").asLong();
        if (differing > named) {
            lines.add("        and " + (differing - named) + " more");
        }
    }

    private static String counts(JsonNode table) {
        var text = new StringBuilder();
        for (var word : List.of("missing", "altered", "gone", "waiting", "changed")) {
            if (table.path(word).asLong() > 0) {
                text.append(", ").append(table.path(word).asLong()).append(' ').append(word);
            }
        }
        return text.toString();
    }
}
