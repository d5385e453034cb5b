package dev.banyan.rules.imports;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A value of a file that is not ours, with its place. Whatever a file lacks is empty, never null. */
sealed interface Foreign {

    /** Where it begins. */
    Place place();

    /** Text, a number, true or false; null is the empty text. */
    record Text(String text, Place place) implements Foreign {}

    /** A list. */
    record Items(List<Foreign> items, Place place) implements Foreign {}

    /** A mapping, in its order. A key given twice keeps its last value. */
    record Fields(Map<String, Foreign> fields, Place place) implements Foreign {}

    /** The value of a key; an empty text at this place when there is none. */
    default Foreign get(String key) {
        Foreign value = this instanceof Fields(var fields, var _) ? fields.get(key) : null;
        return value == null ? new Text("", place()) : value;
    }

    /** Whether the key is there with something in it. */
    default boolean has(String key) {
        return !(get(key) instanceof Text(var text, var _)) || !text(key).isEmpty();
    }

    /** The text under a key; empty when there is none. */
    default String text(String key) {
        return get(key).asText();
    }

    /** This as text; empty for a list and a mapping. */
    default String asText() {
        return this instanceof Text(var text, var _) ? text : "";
    }

    /** The entries of a list; one value stands for a list of one, as it does to many readers. */
    default List<Foreign> list(String key) {
        return switch (get(key)) {
            case Items(var items, var _) -> items;
            case Text(var text, var _) when text.isEmpty() -> List.of();
            case Foreign other -> List.of(other);
        };
    }

    /** The keys of a mapping. */
    default Map<String, Foreign> entries() {
        return this instanceof Fields(var fields, var _) ? fields : Map.of();
    }

    /** The value at the end of a path of keys, which may be written as one key with dots in it; null when not there. */
    default @Nullable Foreign at(String dotted) {
        if (dotted.isEmpty()) {
            return this;
        }
        for (Map.Entry<String, Foreign> each : entries().entrySet()) {
            String key = each.getKey();
            boolean begins = dotted.equals(key) || dotted.startsWith(key + ".");
            Foreign found =
                    begins ? each.getValue().at(dotted.substring(Math.min(key.length() + 1, dotted.length()))) : null;
            if (found != null) {
                return found;
            }
        }
        return null;
    }

    /** The whole number that {@code text} says; throws with what is wrong. */
    static int number(String name, String text) {
        if (!text.matches("[0-9]{1,9}")) {
            throw new IllegalArgumentException(
                    name + ": " + (text.isEmpty() ? "none" : text) + " (expected: a whole number)");
        }
        return Integer.parseInt(text);
    }

    /** In one line, for messages. */
    default String shown() {
        String all =
                switch (this) {
                    case Text(var text, var _) -> text.replaceAll("\\s+", " ");
                    case Items(var items, var _) -> {
                        List<String> shown = new ArrayList<>();
                        items.forEach(each -> shown.add(each.shown()));
                        yield "[" + String.join(", ", shown) + "]";
                    }
                    case Fields(var fields, var _) -> {
                        Map<String, String> shown = new LinkedHashMap<>();
                        fields.forEach((key, value) -> shown.put(key, value.shown()));
                        yield shown.toString().replace('=', ':');
                    }
                };
        return all.length() <= 120 ? all : all.substring(0, 117) + "...";
    }
}
