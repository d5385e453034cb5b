package dev.banyan.gateway.compare;

import dev.banyan.gateway.compare.Difference.Kind;
import dev.banyan.gateway.compare.Difference.Part;
import java.net.URLDecoder;
import java.nio.charset.Charset;
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
        // As of texts: if one of them is no UTF-8, an ä of both would be equal.
        boolean utf8 = isUtf8(baseline) && isUtf8(candidate);
        Charset charset = utf8 ? StandardCharsets.UTF_8 : StandardCharsets.ISO_8859_1;
        Map<String, List<String>> left = fields(baseline, charset);
        Map<String, List<String>> right = fields(candidate, charset);
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
        fields(form, StandardCharsets.UTF_8)
                .forEach((name, values) -> values.forEach(value -> shown.append(shown.isEmpty() ? "" : "&")
                        .append(name)
                        .append('=')
                        .append(redaction.value(name, value))));
        return shown.toString();
    }

    private static @Nullable String shown(String name, @Nullable List<String> values, Redaction redaction) {
        return values == null ? null : redaction.value(name, String.join(", ", values));
    }

    /** Whether its escapes are UTF-8; U+FFFD is what those come out as that are none. */
    private static boolean isUtf8(String form) {
        return form.indexOf('%') < 0
                || fields(form, StandardCharsets.UTF_8).entrySet().stream()
                        .noneMatch(field -> field.getKey().indexOf('\ufffd') >= 0
                                || field.getValue().stream().anyMatch(value -> value.indexOf('\ufffd') >= 0));
    }

    private static Map<String, List<String>> fields(String form, Charset charset) {
        var fields = new TreeMap<String, List<String>>();
        for (String field : form.strip().split("&", -1)) {
            String[] parts = field.split("=", 2);
            if (!field.isEmpty()) {
                fields.computeIfAbsent(decoded(parts[0], charset), _ -> new ArrayList<>())
                        .add(parts.length < 2 ? "" : decoded(parts[1], charset));
            }
        }
        return fields;
    }

    private static String decoded(String text, Charset charset) {
        try {
            return URLDecoder.decode(text, charset);
        } catch (IllegalArgumentException e) {
            return text;
        }
    }
}
