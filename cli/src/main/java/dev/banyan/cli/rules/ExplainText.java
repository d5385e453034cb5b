package dev.banyan.cli.rules;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** An explanation as people read it, made of its JSON, so that a gateway's answer and our own read alike. */
final class ExplainText {

    private final List<String> lines = new ArrayList<>();

    private ExplainText() {}

    /** The lines, the answer first. */
    static List<String> of(JsonNode explanation) {
        var text = new ExplainText();
        text.decision(explanation.path("decision"), explanation.path("candidates"));
        text.cohort(explanation.path("cohort"));
        text.lines.add("mirrored: " + explanation.path("mirrored").asString(""));
        text.readings(explanation.path("readings"));
        text.candidates(explanation.path("candidates"));
        int more = explanation.path("candidatesLeftOut").asInt(0);
        if (more > 0) {
            text.lines.add("  and " + more + " more");
        }
        return text.lines;
    }

    private void decision(JsonNode decision, JsonNode candidates) {
        var outcome = decision.path("outcome").asString("");
        if (outcome.equals("refused")) {
            lines.add("refused: " + decision.path("status").asInt() + ", " + text(decision, "reason"));
            return;
        }
        var place = "";
        for (var each : candidates) {
            place = text(each, "verdict").equals("wins") ? text(each, "place") : place;
        }
        lines.add(
                decision.has("route")
                        ? "route: " + name(decision) + (place.isEmpty() ? "" : " at " + place) + ", stage "
                                + text(decision, "stage")
                        : "route: none matches, so the baseline serves it");
        switch (outcome) {
            case "redirected" ->
                lines.add("redirect: " + decision.path("status").asInt() + " to " + text(decision, "location"));
            case "gone" ->
                lines.add("gone: 410" + (decision.has("link") ? ", with a link to " + text(decision, "link") : ""));
            default -> backend(decision);
        }
        if (decision.has("side")) {
            lines.add("side: " + text(decision, "side") + ", chosen by "
                    + text(decision, "chosenBy").replace('_', ' '));
        }
        if (decision.has("newCookie")) {
            lines.add("new cookie: " + text(decision, "newCookie"));
        }
    }

    private void backend(JsonNode decision) {
        List<String> urls = texts(decision.path("urls"));
        lines.add("backend: " + text(decision, "backend") + " (" + String.join(", ", urls) + ")");
        if (decision.has("rewrittenHost")) {
            lines.add("rewritten host: " + text(decision, "rewrittenHost"));
        }
        if (decision.has("rewrittenPath")) {
            lines.add("rewritten path: " + text(decision, "rewrittenPath"));
        }
        List<String> filters = texts(decision.path("filters"));
        lines.add("filters: " + (filters.isEmpty() ? "none" : String.join("; ", filters)));
    }

    private void cohort(JsonNode cohort) {
        if (cohort.isMissingNode()) {
            return;
        }
        var key = cohort.has("key") ? text(cohort, "key") + " = " + text(cohort, "keyValue") : "no key present";
        lines.add("cohort: " + text(cohort, "name") + ", " + key + ", bucket "
                + cohort.path("bucket").asInt() + ", weight "
                + BigDecimal.valueOf(cohort.path("weight").asInt(), 2)
                        .stripTrailingZeros()
                        .toPlainString()
                + "% (buckets below " + cohort.path("weight").asInt() + ")");
        if (cohort.has("override")) {
            lines.add("override: " + text(cohort, "override")
                    + (cohort.path("overrideBelieved").asBoolean()
                            ? ""
                            : "; not believed: the caller is in no trusted network"));
        }
        if (cohort.has("assigned")) {
            lines.add("assigned: this key goes to the " + text(cohort, "assigned"));
        }
    }

    private void readings(JsonNode readings) {
        if (readings.size() < 2) {
            return;
        }
        lines.add("the path is not plain; it could be read as:");
        for (var each : readings) {
            lines.add("  " + text(each, "path") + (each.path("ignoresCase").asBoolean() ? " (in any case)" : "")
                    + " -> " + (each.has("route") ? name(each) : "no route") + ", " + text(each, "leadsTo"));
        }
    }

    private void candidates(JsonNode candidates) {
        if (candidates.isEmpty()) {
            return;
        }
        lines.add("matches whose path fits:");
        for (var each : candidates) {
            var place = text(each, "place");
            lines.add("  " + name(each) + (place.isEmpty() ? "" : " at " + place) + ": " + verdict(each));
        }
    }

    private static String verdict(JsonNode candidate) {
        return switch (text(candidate, "verdict")) {
            case "wins" -> "wins";
            case "outranked" ->
                "lost at step " + candidate.path("step").asInt() + ", " + text(candidate, "by") + ": "
                        + text(candidate, "own") + " (winner: " + text(candidate, "winners") + ")";
            default ->
                text(candidate, "condition") + ": " + text(candidate, "found") + " (expected: "
                        + text(candidate, "expected") + ")";
        };
    }

    private static String name(JsonNode of) {
        return "routes[" + text(of, "route") + "].matches[" + of.path("match").asInt() + "]";
    }

    private static List<String> texts(JsonNode list) {
        return list.valueStream().map(each -> each.asString("")).toList();
    }

    private static String text(JsonNode of, String key) {
        return of.path(key).asString("");
    }
}
