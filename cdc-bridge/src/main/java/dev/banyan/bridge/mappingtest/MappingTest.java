package dev.banyan.bridge.mappingtest;

import dev.banyan.bridge.change.Change;
import dev.banyan.bridge.mapping.Explanation;
import dev.banyan.bridge.yaml.Place;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One test: with the rows {@code given} remembered, a transaction of the changes {@code when} must become what is {@code expected}. */
public record MappingTest(String name, Path file, Place at, List<Change> given, List<Change> when, Expected expected) {

    public MappingTest {
        given = List.copyOf(given);
        when = List.copyOf(when);
    }

    /** What must come of the transaction. */
    public sealed interface Expected {

        /** These events, in this order, and no other; none for an empty list. Likewise these faults, in any order. */
        record Events(List<Event> events, List<ExpectedFault> faults) implements Expected {
            public Events {
                events = List.copyOf(events);
                faults = List.copyOf(faults);
            }
        }

        /** The mapping has no answer, and its message contains {@code text}. */
        record Refused(String text) implements Expected {}
    }

    /**
     * One expected event: what is null is not looked at. {@code data} is JSON; fields that it does not name may be anything, a list
     * is as long as it says.
     */
    public record Event(
            Place at,
            String event,
            @Nullable String subject,
            @Nullable List<String> changed,
            @Nullable String data) {}

    /** An aggregate that must get no event because of a fault; {@code message} is a part of why, not looked at when it is null. */
    public record ExpectedFault(
            Explanation.Fault fault,
            String subject,
            @Nullable String message) {}

    /** {@code FILE:LINE:COLUMN}. */
    public String place() {
        return file + ":" + at.line() + ":" + at.column();
    }
}
