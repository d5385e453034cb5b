package dev.banyan.rules;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads durations with the limits that all of them have. */
final class Durations {

    private Durations() {}

    /** The duration under a key; null when there is none, or when it is wrong, which has then been reported. */
    static @Nullable Duration read(List<Problem> problems, Declared at, Yaml.Fields in, String section, String key) {
        String text = in.text(key);
        if (text == null || !Quantities.isDuration(text)) {
            return null;
        }
        Duration value = Quantities.duration(text);
        if (value.isPositive() && value.compareTo(Backend.Timeouts.MAX) <= 0) {
            return value;
        }
        at.add(
                problems,
                ProblemKind.LIMIT,
                section + "." + key,
                in.placeOf(key),
                "\"" + text + "\"",
                "above 0, up to 1h");
        return null;
    }
}
