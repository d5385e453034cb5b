package dev.banyan.bridge.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;

/** What events about rows tell of purchases, held against the states between which they stand: they are the difference, no more and no less. */
final class PurchaseRows {

    private static final String GONE = "-";

    private final Map<String, Map<String, String>> shown = new HashMap<>();
    private final Map<String, Map<String, String>> told = new HashMap<>();

    static boolean isAboutOne(String type) {
        return type.startsWith("t.Line") || type.startsWith("t.Extra");
    }

    /** Takes an event about a line or an extra of {@code subject}. */
    void row(String subject, String type, JsonNode data) {
        var line = data.path("lines");
        var extra = line.path("extras");
        var row = extra.isObject() ? extra : line;
        var place = "lines/" + line.path("id") + (extra.isObject() ? "/extras/" + extra.path("id") : "");
        var before = told.computeIfAbsent(subject, _ -> new TreeMap<>())
                .put(place, row.has("deleted") ? GONE : row.toString());
        assertThat(before).as("%s of %s, %s, twice", type, subject, place).isNull();
        assertThat(type.endsWith("Added.v1"))
                .as("%s of %s, %s", type, subject, place)
                .isEqualTo(!shown.getOrDefault(subject, Map.of()).containsKey(place));
    }

    /** Takes the state of {@code subject} that comes next; {@code data} of one that is gone has no lists. */
    void state(String subject, JsonNode data) {
        var now = new TreeMap<String, String>();
        for (var line : data.path("lines")) {
            var place = "lines/" + line.path("id");
            now.put(place, line.toString());
            line.path("extras").forEach(extra -> now.put(place + "/extras/" + extra.path("id"), extra.toString()));
        }
        var before = shown.getOrDefault(subject, Map.of());
        var difference = new TreeMap<String, String>();
        before.keySet().stream().filter(place -> !now.containsKey(place)).forEach(place -> difference.put(place, GONE));
        now.forEach((place, row) -> {
            if (!row.equals(before.get(place))) {
                difference.put(place, row);
            }
        });
        var rows = told.remove(subject);
        assertThat(rows == null ? Map.of() : rows).as("rows of " + subject).isEqualTo(difference);
        shown.put(subject, now);
    }

    /** Nothing is told of rows without the state that they lead to. */
    void end() {
        assertThat(told).as("rows without a state").isEmpty();
    }
}
