package dev.banyan.gateway.compare;

import dev.banyan.gateway.compare.Difference.Kind;
import dev.banyan.gateway.compare.Difference.Part;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Compares bodies that are forms: fields by name, several values of one name in their order. */
final class Forms {

    private Forms() {}

    static void compare(String baseline, String candidate, Redaction redaction, Found found) {
        Map<String, List<String>> left = fields(baseline);
        Map<String, List<String>> right = fields(candidate);
        var names = new TreeSet<>(left.keySet());
        names.addAll(right.keySet());
        for (String name : names) {
            List<String> before = left.get(name);
            List<String> after = right.get(name);
            if (before == null || !before.equals(after)) {
                Kind kind = before == null ? Kind.ADDED : after == null ? Kind.REMOVED : Kind.VALUE;
                found.add(
                        Part.FORM,
                        kind,
                        Redaction.cut(name, 80, name.length()),
                        shown(name, before, redaction),
                        shown(name, after, redaction));
            }
        }
    }

    /** Returns a form as it may be shown. */
    static String shown(String form, Redaction redaction) {
        var shown = new StringBuilder();
        fields(form)
                .forEach((name, values) -> values.forEach(value -> shown.append(shown.isEmpty() ? "" : "&")
                        .append(name)
                        .append('=')
                        .append(redaction.value(name, value))));
        return shown.toString();
    }

    private static @Nullable String shown(String name, @Nullable List<String> values, Redaction redaction) {
        return values == null ? null : redaction.value(name, String.join(", ", values));
    }

    private static Map<String, List<String>> fields(String form) {
        var fields = new TreeMap<String, List<String>>();
        for (String field : form.strip().split("&", -1)) {
            String[] parts = field.split("=", 2);
            if (!field.isEmpty()) {
                fields.computeIfAbsent(decoded(parts[0]), _ -> new ArrayList<>())
                        .add(parts.length < 2 ? "" : decoded(parts[1]));
            }
        }
        return fields;
    }

    private static String decoded(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return text;
        }
    }
}
