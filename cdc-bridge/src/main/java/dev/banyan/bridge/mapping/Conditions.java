package dev.banyan.bridge.mapping;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Makes conditions of the expressions in a mapping. What they are about is said here; the language they are written in belongs to who
 * implements this, so that the mapping alone needs none.
 */
@FunctionalInterface
public interface Conditions {

    /** The condition that {@code expression} is, about the fields of {@code variables}. */
    Reading read(String expression, Kind.Thing variables);

    /** What came of reading an expression. */
    sealed interface Reading {

        record Understood(Condition condition) implements Reading {}

        record Misread(List<Mistake> mistakes) implements Reading {
            public Misread {
                mistakes = List.copyOf(mistakes);
            }
        }
    }

    /** One thing wrong with an expression; {@code line} and {@code column} count from 1 within it. */
    record Mistake(int line, int column, String found, String expected) {}

    /** What a value can be. */
    sealed interface Kind {

        /** A value without parts. */
        enum Plain implements Kind {
            TEXT,
            WHOLE,
            TRUTH,
            DECIMAL,
            INSTANT
        }

        /** Values by name. */
        record Thing(String name, Map<String, Kind> fields) implements Kind {
            public Thing {
                fields = Map.copyOf(fields);
            }
        }

        /** Things in an order. */
        record ListOf(Thing item) implements Kind {}
    }

    /** The values of a thing by name: String, Long, Boolean, BigDecimal, Instant, {@code Values}, a list of them or {@link Many}; null where there is none. */
    @FunctionalInterface
    interface Values {
        @Nullable
        Object get(String name);
    }

    /** Things in an order that are made anew each time somebody goes through them: there may be more than memory holds. */
    interface Many extends Iterable<Item> {
        int size();
    }

    /** One of many things; {@code bytes} is how large it is, roughly, by the bytes of its values. */
    record Item(Values values, int bytes) {}

    /** A question that each change has an answer to. Asked by any thread. */
    @FunctionalInterface
    interface Condition {
        Answer about(Values variables) throws NoAnswer;
    }

    /** {@code UNKNOWN} is the answer that depends on a value that is not there. */
    enum Answer {
        YES,
        NO,
        UNKNOWN
    }

    /** What happened in place of an answer. The message holds no value of a row. */
    final class NoAnswer extends Exception {

        private static final long serialVersionUID = 1L;

        public NoAnswer(String found, String expected) {
            super(found + " (expected: " + expected + ")");
        }
    }
}
