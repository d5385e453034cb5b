package dev.banyan.rules.imports;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A value of a file that is not ours, with its place. Whatever a file lacks is empty, never null. */
sealed interface Foreign {

    /** As many keys as one with dots in it is taken apart to. */
    int KEYS_MAX = 32;

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

    /**
     * The same with each key that has dots as mappings in mappings, joined with those that are written so. What stands in
     * lists stays as it is.
     */
    default Foreign nested() {
        if (!(this instanceof Fields(var fields, var place))) {
            return this;
        }
        Map<String, Foreign> nested = new LinkedHashMap<>();
        fields.forEach((key, value) -> {
            String[] keys = key.startsWith("[") ? new String[] {key} : key.split("\\.", KEYS_MAX);
            Foreign inner = value.nested();
            for (int i = keys.length - 1; i > 0; i--) {
                inner = new Fields(Map.of(keys[i], inner), value.place());
            }
            nested.merge(keys[0], inner, Foreign::joined);
        });
        return new Fields(nested, place);
    }

    /** The entries of both mappings, and of mappings in them; what both say is as the later has it. */
    private static Foreign joined(Foreign one, Foreign later) {
        if (!(one instanceof Fields(var fields, var place)) || !(later instanceof Fields(var others, var _))) {
            return later;
        }
        Map<String, Foreign> all = new LinkedHashMap<>(fields);
        others.forEach((key, value) -> all.merge(key, value, Foreign::joined));
        return new Fields(all, place);
    }

    /** The value at the end of a path of keys with dots between them; null when not there. */
    default @Nullable Foreign at(String dotted) {
        Foreign at = this;
        for (String key : dotted.split("\\.", -1)) {
            at = at == null ? null : at.entries().get(key);
        }
        return at;
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
