package dev.banyan.bridge;

import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** Backfills as a person reads them. */
final class BackfillText {

    private BackfillText() {}

    /** A line for each of {@code backfills}, as JSON describes them, and one below for each of its tables. */
    static List<String> lines(JsonNode backfills) {
        var lines = new ArrayList<String>();
        for (var backfill : backfills) {
            lines.addAll(head(backfill));
            for (var table : backfill.path("tables")) {
                lines.add("    " + table.path("table").asString() + " "
                        + table.path("state").asString() + ": " + rows(table));
            }
        }
        if (lines.isEmpty()) {
            lines.add("no backfills");
        }
        return lines;
    }

    /** How far {@code backfill} is, and why it does not get on. */
    static List<String> head(JsonNode backfill) {
        var lines = new ArrayList<String>();
        lines.add(backfill.path("id").asString() + " " + backfill.path("state").asString() + ": " + rows(backfill)
                + pace(backfill));
        if (backfill.path("failures").asInt() > 0) {
            var times = backfill.path("failures").asInt();
            lines.add("    failed " + (times == 1 ? "once" : times + " times in a row") + ": "
                    + OneLine.of(backfill.path("failure").asString()));
        } else if (backfill.path("failure").isString()) {
            lines.add("    " + OneLine.of(backfill.path("failure").asString()));
        }
        return lines;
    }

    private static String rows(JsonNode of) {
        var read = of.path("rowsRead").asLong();
        var state = of.path("state").asString();
        if (state.equals("done") || state.equals("read")) {
            return read + " rows";
        }
        return of.path("rowsEstimated").isNumber()
                ? read + " of about " + of.path("rowsEstimated").asLong() + " rows"
                : read + " rows, of how many is not known";
    }

    private static String pace(JsonNode backfill) {
        var rate = backfill.path("rowsPerSecond");
        var left = backfill.path("secondsLeft");
        return (rate.isNumber() ? ", " + rate.asLong() + " a second" : "")
                + (left.isNumber() ? ", about " + time(left.asLong()) + " left" : "");
    }

    /** {@code seconds} to the two largest units that they have. */
    static String time(long seconds) {
        if (seconds < 60) {
            return seconds + " s";
        }
        if (seconds < 3_600) {
            return seconds / 60 + " min " + seconds % 60 + " s";
        }
        return seconds / 3_600 + " h " + seconds % 3_600 / 60 + " min";
    }
}
