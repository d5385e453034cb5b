package dev.banyan.cli.observe;

import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Compares the state that the events of each aggregate add up to with what stands in legacy's rows. */
public final class Folded {

    private static final JsonMapper JSON = JsonMapper.shared();
    private static final int SHOWN = 10;

    private Folded() {}

    /** How many aggregates were compared, how many of them the events got wrong, and the first of those in words. */
    public record Comparison(int compared, int lost, List<String> examples) {}

    /**
     * An aggregate is lost when its events end in another state than its rows, or when there is a row and no event. One whose rows
     * are gone must end in {@code "deleted": true}.
     */
    public static Comparison compare(Map<String, ObjectNode> rows, Map<String, String> events) {
        var lost = new ArrayList<String>();
        rows.forEach((subject, expected) -> {
            var data = events.get(subject);
            if (data == null) {
                lost.add(subject + ": no event");
                return;
            }
            var difference = difference("", expected, JSON.readTree(data));
            if (!difference.isEmpty()) {
                lost.add(subject + ": " + difference);
            }
        });
        events.forEach((subject, data) -> {
            if (!rows.containsKey(subject)
                    && !JSON.readTree(data).path("deleted").asBoolean(false)) {
                lost.add(subject + ": its rows are gone, its last event does not say so");
            }
        });
        return new Comparison(rows.size(), lost.size(), List.copyOf(lost.subList(0, Math.min(SHOWN, lost.size()))));
    }

    /** Returns the first difference as {@code path: expected X, found Y}; empty when there is none. Extra fields are fine. */
    static String difference(String path, JsonNode expected, JsonNode found) {
        if (expected.isObject() && found.isObject()) {
            for (var field : expected.properties()) {
                var deeper = difference(path + "." + field.getKey(), field.getValue(), found.path(field.getKey()));
                if (!deeper.isEmpty()) {
                    return deeper;
                }
            }
            return "";
        }
        if (expected.isArray() && found.isArray() && expected.size() == found.size()) {
            for (var index = 0; index < expected.size(); index++) {
                var deeper = difference(path + "[" + index + "]", expected.get(index), found.get(index));
                if (!deeper.isEmpty()) {
                    return deeper;
                }
            }
            return "";
        }
        return same(expected, found) ? "" : path + ": expected " + expected + ", found " + found;
    }

    private static boolean same(JsonNode expected, JsonNode found) {
        if (expected.equals(found) || (expected.isNull() && found.isMissingNode())) {
            return true;
        }
        if (expected.isNumber() && found.isNumber()) {
            return expected.decimalValue().compareTo(found.decimalValue()) == 0;
        }
        return expected.isString() && found.isString() && sameInstant(expected.stringValue(), found.stringValue());
    }

    /** {@code 10:00:00Z} and {@code 10:00:00.000Z} are one instant. */
    private static boolean sameInstant(String expected, String found) {
        if (!expected.endsWith("Z") || !found.endsWith("Z")) {
            return false;
        }
        try {
            return Instant.parse(expected).equals(Instant.parse(found));
        } catch (DateTimeParseException e) {
            return false;
        }
    }
}
