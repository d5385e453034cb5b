package dev.banyan.bridge.contract;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Which JSON values a part of an event may have. A thing may have properties that its shape does not name: readers ignore them. */
public sealed interface Shape {

    /** Any text. */
    record Text() implements Shape {}

    /** A decimal number as text, with {@code scale} places; {@link #ANY_SCALE} stands for as many as the value has. */
    record Decimal(int scale) implements Shape {
        static final int ANY_SCALE = -1;
    }

    /** A date as text. */
    record Date() implements Shape {}

    /** An instant in UTC as text. */
    record Instant() implements Shape {}

    /** 256 bits as hexadecimal text. */
    record Digest() implements Shape {}

    /** An integer. */
    record Whole() implements Shape {}

    /** A boolean. */
    record Truth() implements Shape {}

    /** One of some values, each a String, Long or Boolean. */
    record Words(List<Object> values) implements Shape {
        public Words {
            values = List.copyOf(values);
        }
    }

    /** An object that has all of {@code properties}. */
    record Thing(Map<String, Shape> properties) implements Shape {
        public Thing {
            properties = Collections.unmodifiableMap(new LinkedHashMap<>(properties));
        }
    }

    record ListOf(Shape item) implements Shape {}

    /** {@code shape}, or null. */
    record OrNull(Shape shape) implements Shape {}

    /** One of some objects, by the names that a schema has for them. */
    record Forms(Map<String, Thing> forms) implements Shape {
        public Forms {
            forms = Collections.unmodifiableMap(new LinkedHashMap<>(forms));
        }
    }

    /** What this is, in words for a message. */
    default String inWords() {
        return switch (this) {
            case Text() -> "text";
            case Decimal(var scale) ->
                scale == Decimal.ANY_SCALE ? "a decimal as text" : "a decimal as text with " + scale + " places";
            case Date() -> "a date";
            case Instant() -> "an instant";
            case Digest() -> "a hash";
            case Whole() -> "an integer";
            case Truth() -> "true or false";
            case Words(var values) -> values.size() == 1 ? "always " + values.getFirst() : "one of " + values;
            case Thing(var properties) -> "an object of " + properties.keySet();
            case ListOf(var item) -> "a list, each " + item.inWords();
            case OrNull(var shape) -> shape.inWords() + ", or null";
            case Forms(var forms) -> forms.size() == 1 ? "an object" : "one of the forms " + forms.keySet();
        };
    }
}
