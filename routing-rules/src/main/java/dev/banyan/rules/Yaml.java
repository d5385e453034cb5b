package dev.banyan.rules;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A YAML document as data, every part of which knows where it stands. */
sealed interface Yaml {

    Place place();

    /** The part as a message shows it. */
    String shown();

    /** A line and a column, both counted from 1. */
    record Place(int line, int column) {}

    /** One value. {@code kind} is what YAML 1.2's core schema makes of it: quoted text is always text. */
    record Scalar(Place place, Kind kind, String text) implements Yaml {

        enum Kind {
            TEXT,
            INTEGER,
            DECIMAL,
            BOOLEAN,
            NULL
        }

        private static final int SHOWN_MAX = 60;

        private static final int NUMBER_CHARS_MAX = 20;

        /** As many digits before the point as every long has room for: the validator of the schema compares as long. */
        private static final int LONG_DIGITS = 18;

        /**
         * The number that stands here; null for everything else, and for a number that is none of ours: hex, octal, infinity, or
         * one with more digits than any that the language has a use for. Such a one is no text either.
         */
        @Nullable
        BigDecimal number() {
            if ((kind != Kind.INTEGER && kind != Kind.DECIMAL) || text.length() > NUMBER_CHARS_MAX) {
                return null;
            }
            try {
                var number = new BigDecimal(text);
                long scale = number.scale(); // its negative may be more than an int holds
                boolean fits = Math.abs(scale) <= NUMBER_CHARS_MAX && number.precision() - scale <= LONG_DIGITS;
                return fits ? number : null;
            } catch (NumberFormatException e) {
                return null;
            }
        }

        @Override
        public String shown() {
            String shown = text.length() <= SHOWN_MAX ? text : text.substring(0, SHOWN_MAX) + "...";
            return switch (kind) {
                case TEXT -> "\"" + shown + "\"";
                case INTEGER, DECIMAL -> "the number " + shown;
                case BOOLEAN -> shown;
                case NULL -> "nothing";
            };
        }
    }

    /** A sequence. */
    record Items(Place place, List<Yaml> items) implements Yaml {
        public Items {
            items = List.copyOf(items);
        }

        @Override
        public String shown() {
            return "a list";
        }
    }

    /** A mapping, in the order of the file. */
    record Fields(Place place, Map<String, Field> fields) implements Yaml {

        /** A key's place and its value. */
        record Field(Place key, Yaml value) {}

        /** The value under a key; null without that key. */
        @Nullable
        Yaml get(String key) {
            Field field = fields.get(key);
            return field == null ? null : field.value();
        }

        /** The text under a key; null when there is none, or something else. */
        @Nullable
        String text(String key) {
            return get(key) instanceof Scalar scalar && scalar.kind() == Scalar.Kind.TEXT ? scalar.text() : null;
        }

        /** The list under a key; empty when there is none, or something else. */
        List<Yaml> list(String key) {
            return get(key) instanceof Items list ? list.items() : List.of();
        }

        /** The texts in the list under a key; what else stands in it is left out. */
        List<String> texts(String key) {
            return list(key).stream()
                    .flatMap(each -> each instanceof Scalar text && text.kind() == Scalar.Kind.TEXT
                            ? Stream.of(text.text())
                            : Stream.empty())
                    .toList();
        }

        /** Whether {@code true} stands under a key. */
        boolean isTrue(String key) {
            return get(key) instanceof Scalar scalar
                    && scalar.kind() == Scalar.Kind.BOOLEAN
                    && Boolean.parseBoolean(scalar.text());
        }

        /**
         * The whole number under a key, which is one however it is spelled: to the schema {@code 5.0} and {@code 5e0} are.
         * {@code unset} when there is none, something else, or one no int holds.
         */
        int number(String key, int unset) {
            BigDecimal number = get(key) instanceof Scalar scalar ? scalar.number() : null;
            if (number == null) {
                return unset;
            }
            try {
                return number.intValueExact();
            } catch (ArithmeticException e) {
                return unset; // the schema has refused it: every number of the language has limits
            }
        }

        /** Where a key's value stands, or else where the mapping begins. */
        Place placeOf(String key) {
            return Objects.requireNonNullElse(get(key), this).place();
        }

        @Override
        public String shown() {
            return "a mapping";
        }
    }
}
