package dev.banyan.rules;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Keys that stand once in a whole rule set, in whichever file. */
final class OnceOnly {

    private OnceOnly() {}

    /** The first file that has {@code key}; null when none has. Every further one is a problem. */
    static @Nullable Path file(String key, Map<Path, Yaml> documents, List<Problem> problems) {
        Path first = null;
        for (Map.Entry<Path, Yaml> each : documents.entrySet()) {
            if (!(each.getValue() instanceof Yaml.Fields top) || top.get(key) == null) {
                continue;
            }
            if (first == null) {
                first = each.getKey();
                continue;
            }
            Yaml.Place place = top.placeOf(key);
            String found = "a second " + key + "; the first is in " + first;
            problems.add(new Problem(
                    each.getKey(),
                    place.line(),
                    place.column(),
                    key,
                    found,
                    "once in all files",
                    ProblemKind.DUPLICATE));
        }
        return first;
    }
}
