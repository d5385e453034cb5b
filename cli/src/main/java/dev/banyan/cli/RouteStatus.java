package dev.banyan.cli;

import java.io.PrintWriter;
import tools.jackson.databind.JsonNode;

/** One route's shift, as text. */
final class RouteStatus {

    private static final int ENTRIES_SHOWN = 10;

    private RouteStatus() {}

    static void print(PrintWriter out, JsonNode route) {
        out.printf(
                "%s: %s at %s%s%s%n",
                route.path("route").asString(""),
                route.path("state").asString(""),
                standpoint(route),
                route.has("step")
                        ? ", step " + (route.path("step").asInt() + 1) + " of "
                                + route.path("steps").asInt() + " since "
                                + route.path("since").asString("")
                        : "",
                route.path("frozen").asBoolean(false) ? ", frozen" : "");
        if (route.has("retryAt")) {
            out.println("begins again by itself at " + route.path("retryAt").asString(""));
        }
        if (route.has("verdict")) {
            out.println("gates: " + route.path("verdict").asString("") + ", "
                    + route.path("words").asString(""));
            for (JsonNode limit : route.path("limits")) {
                out.println("  " + limit.path("words").asString(""));
            }
            needs(out, route.path("needs"));
        }
        int shown = 0;
        for (JsonNode entry : route.path("journal")) {
            if (shown++ == ENTRIES_SHOWN) {
                break;
            }
            out.println(line(entry));
        }
    }

    /** State, step, verdict and the hours still needed, as far as they are known: {@code holding 2/5: inconclusive, 1.9 h more}. */
    static String inShort(JsonNode route) {
        var text = new StringBuilder(route.path("state").asString(""));
        if (route.has("step")) {
            text.append(' ')
                    .append(route.path("step").asInt() + 1)
                    .append('/')
                    .append(route.path("steps").asInt());
        }
        text.append(route.path("frozen").asBoolean(false) ? ", frozen" : "");
        if (route.has("verdict")) {
            text.append(": ").append(route.path("verdict").asString(""));
        }
        JsonNode needs = route.path("needs");
        if (needs.isObject() && !needs.path("needed").isNumber()) {
            text.append(", cannot pass");
        } else if (needs.path("hoursLeft").isNumber()) {
            text.append(", ").append(needs.path("hoursLeft").asString("")).append(" h more");
        }
        return text.toString();
    }

    private static String standpoint(JsonNode route) {
        String stage = route.path("stage").asString("");
        return stage.equals("live")
                ? "live " + StatusCommand.percent(route.path("weight").asInt(0))
                : stage;
    }

    private static void needs(PrintWriter out, JsonNode needs) {
        JsonNode needed = needs.path("needed");
        if (needed.isNumber()) {
            JsonNode hours = needs.path("hoursLeft");
            out.printf(
                    "needs about %d requests or pairs if nothing is wrong, has %d%s%n",
                    needed.asLong(),
                    needs.path("seen").asLong(),
                    hours.isNumber() ? ": " + hours.asString("") + " h more at this traffic" : "");
        } else if (needs.isObject()) {
            out.println("the baseline itself does not keep these limits: no candidate would pass");
        }
    }

    /** An entry of the journal. */
    static String line(JsonNode entry) {
        String reason = entry.path("reason").asString("");
        return "%s  %-13s %s (%s%s)"
                .formatted(
                        entry.path("at").asString(""),
                        entry.path("event").asString(""),
                        entry.path("words").asString(""),
                        entry.path("by").asString(""),
                        reason.isEmpty() ? "" : ": " + reason);
    }
}
