package dev.banyan.bridge.mapping;

import dev.banyan.bridge.mapping.Conditions.Condition;
import dev.banyan.bridge.mapping.Conditions.NoAnswer;
import dev.banyan.bridge.mapping.Conditions.Values;
import dev.banyan.bridge.yaml.Place;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One rule of an aggregate: its event's name and when it is the one. {@code name} is what the rule's events get
 * their ids from; it stays when the event is renamed.
 */
public record EventRule(
        String event,
        String name,
        When when,
        @Nullable Where where,
        @Nullable Bulk bulk,
        Place at) {

    /** The events that it can name. */
    public List<String> events() {
        return bulk == null ? List.of(event) : List.of(event, bulk.event());
    }

    /** When {@code atLeast} aggregates of one transaction get this rule's event, they get the event {@code event} together. */
    public record Bulk(String event, int atLeast) {}

    /** What must be true besides: an expression, as it was written and as a condition. {@code at} is its place, as {@code mapping.yaml:8:12}. */
    public record Where(String text, Condition condition, String at) {

        /** Why it does not hold for {@code variables}; null when it does. The rule of {@code event} asks. */
        @Nullable
        Supplier<String> objection(Values variables, String event) {
            try {
                return switch (condition.about(variables)) {
                    case YES -> null;
                    case NO -> () -> "not so: " + text;
                    case UNKNOWN -> () -> "a value it asks for is not there: " + text;
                };
            } catch (NoAnswer e) {
                throw new UnmappableException(event + " in " + at + ": where: " + e.getMessage());
            }
        }
    }

    /** The change of an aggregate within one transaction that a rule asks for. */
    public sealed interface When {

        /** A backfill read it. */
        record Backfilled() implements When {}

        /** It came into being. */
        record Created() implements When {}

        /** Its root row is gone. */
        record Removed() implements When {}

        /** Its root row has another key than before. */
        record Renumbered() implements When {}

        /**
         * It was there before and is there now, and: the field {@code field}, if one is named, changed from one of {@code from} to one of
         * {@code to} (an empty list holds any value); and any of the fields or lists {@code changed}, if some are named, differs.
         */
        record Changed(@Nullable String field, List<Object> from, List<Object> to, List<String> changed)
                implements When {
            public Changed {
                from = List.copyOf(from);
                to = List.copyOf(to);
                changed = List.copyOf(changed);
            }
        }

        /** It was there before and is there now, and differs in any way. */
        record Otherwise() implements When {}

        /** Anything happened to it, and no backfill: what, is for {@link Where} to ask. */
        record Anything() implements When {}
    }
}
