package dev.banyan.bridge.run;

import dev.banyan.bridge.change.DomainEvent;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;

/** Events in memory that go to the lake, or to a hub without transactions, at once. */
final class LakePart {

    /** Where a part ends: at so many events, or behind the event with which it has so many characters. */
    record Limits(int events, long characters) {

        static final Limits DEFAULT = of(20_000);

        static Limits of(int events) {
            return new Limits(events, 16 << 20);
        }

        /** The same for what has {@code left} events at most. */
        Limits with(int left) {
            return new Limits(Math.min(events, left), characters);
        }
    }

    private final List<DomainEvent> events = new ArrayList<>();
    private long characters;

    static LakePart of(List<DomainEvent> events) {
        var part = new LakePart();
        events.forEach(part::add);
        return part;
    }

    /** The next of {@code left} up to {@code limits}; one at least, if there is one. */
    static LakePart next(Iterator<DomainEvent> left, Limits limits) {
        var part = new LakePart();
        while (left.hasNext() && part.events.size() < limits.events && part.characters < limits.characters) {
            part.add(left.next());
        }
        return part;
    }

    List<DomainEvent> events() {
        return Collections.unmodifiableList(events);
    }

    /** True when it is within {@code limits} with {@code other}. */
    boolean takes(LakePart other, Limits limits) {
        return events.size() + other.events.size() <= limits.events
                && characters + other.characters <= limits.characters;
    }

    void add(LakePart other) {
        events.addAll(other.events);
        characters += other.characters;
    }

    private void add(DomainEvent event) {
        events.add(event);
        characters += event.characters();
    }
}
