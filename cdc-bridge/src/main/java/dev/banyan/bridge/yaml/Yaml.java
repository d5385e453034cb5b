package dev.banyan.bridge.yaml;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A piece of a YAML file and the place it begins at. */
public sealed interface Yaml {

    Place at();

    /** A single value. {@code quoted} texts are texts; the others may also be read as a number, a boolean or nothing. */
    record Scalar(Place at, String text, boolean quoted) implements Yaml {

        public boolean isNull() {
            return !quoted && (text.isEmpty() || text.matches("~|null|Null|NULL"));
        }

        /** The boolean this is, or null when it is none. */
        public @Nullable Boolean asBoolean() {
            return (quoted || !(text.equals("true") || text.equals("false"))) ? null : Boolean.valueOf(text);
        }

        /** The integer this is, or null when it is none. */
        public @Nullable Long asInteger() {
            if (quoted || !text.matches("-?[0-9]{1,19}")) {
                return null;
            }
            try {
                return Long.valueOf(text);
            } catch (NumberFormatException e) {
                return null; // more than 64 bits
            }
        }
    }

    /** A list. */
    record Items(Place at, List<Yaml> items) implements Yaml {
        public Items {
            items = List.copyOf(items);
        }
    }

    /** Keys with values, in the order of the file. */
    record Keys(Place at, List<Entry> entries) implements Yaml {
        public Keys {
            entries = List.copyOf(entries);
        }
    }

    /** One key and what stands behind it. */
    record Entry(String key, Place at, Yaml value) {}

    /** What this is, in words for a person. */
    default String kind() {
        return switch (this) {
            case Scalar scalar -> scalar.isNull() ? "nothing" : "'" + scalar.text() + "'";
            case Items items -> "a list of " + items.items().size();
            case Keys keys ->
                keys.entries().isEmpty()
                        ? "an empty mapping"
                        : "a mapping (" + keys.entries().getFirst().key() + ": ...)";
        };
    }
}
