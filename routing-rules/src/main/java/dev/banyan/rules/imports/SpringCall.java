package dev.banyan.rules.imports;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A predicate or a filter of Spring Cloud Gateway, in either of its two forms.
 *
 * @param arguments in order; of the shortcut form, or of an expanded form whose names say an order
 * @param named by name, in lower case without hyphens; of the expanded form only
 */
record SpringCall(String name, List<String> arguments, Map<String, List<String>> named, String shown, Place place) {

    static SpringCall of(Foreign given) {
        return given instanceof Foreign.Text(var text, var place) ? shortcut(text, place) : expanded(given);
    }

    private static SpringCall shortcut(String text, Place place) {
        int equals = text.indexOf('=');
        String name = equals < 0 ? text : text.substring(0, equals);
        List<String> arguments = new ArrayList<>();
        for (String each :
                equals < 0 ? new String[0] : text.substring(equals + 1).split(",")) {
            if (!each.isBlank()) {
                arguments.add(each.strip());
            }
        }
        return new SpringCall(name.strip(), arguments, Map.of(), text, place);
    }

    private static SpringCall expanded(Foreign given) {
        List<String> arguments = new ArrayList<>();
        Map<String, List<String>> named = new LinkedHashMap<>();
        if (given.get("args") instanceof Foreign.Text(var text, var _) && !text.isEmpty()) {
            arguments.addAll(shortcut("=" + text, given.place()).arguments());
        }
        given.get("args").entries().forEach((key, value) -> {
            List<String> values = value instanceof Foreign.Items(var items, var _)
                    ? items.stream().map(Foreign::asText).toList()
                    : value instanceof Foreign.Fields ? List.copyOf(texts(value)) : List.of(value.asText());
            if (key.startsWith("_genkey")) {
                arguments.addAll(values);
            } else {
                named.put(key.replace("-", "").toLowerCase(java.util.Locale.ROOT), values);
            }
        });
        String shown = given.text("name") + " " + given.get("args").shown();
        return new SpringCall(given.text("name"), arguments, named, shown.strip(), given.place());
    }

    private static List<String> texts(Foreign fields) {
        return fields.entries().values().stream().map(Foreign::asText).toList();
    }

    /** The argument of this name, which the shortcut form has at {@code index}; empty when there is none. */
    String argument(int index, String key) {
        List<String> values = named.getOrDefault(key.toLowerCase(java.util.Locale.ROOT), List.of());
        if (!values.isEmpty()) {
            return values.getFirst();
        }
        return index < arguments.size() ? arguments.get(index) : "";
    }

    /** The argument as a whole number; throws when it is none. */
    int number(int index, String key) {
        return Foreign.number(key, argument(index, key));
    }

    /**
     * All arguments as one list, which the expanded form has under {@code key}, or as older gateways spell it, under
     * {@code singular}; throws when there is none.
     */
    List<String> all(String key, String singular) {
        List<String> values = named.getOrDefault(key, named.getOrDefault(singular, arguments));
        if (values.isEmpty()) {
            throw new IllegalArgumentException("no " + singular);
        }
        return values.size() == 1 ? List.of(values.getFirst().split("\\s*,\\s*")) : values;
    }

    /** Whether something in it is filled in only when the source is run. */
    boolean hasExpression() {
        return shown.contains("${") || shown.contains("#{");
    }
}
