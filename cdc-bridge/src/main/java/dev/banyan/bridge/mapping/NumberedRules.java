package dev.banyan.bridge.mapping;

import dev.banyan.bridge.change.PartEvent;
import java.util.ArrayList;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.List;

/** A mapping's rules by numbers, so that events go to a file without the rules that named them. */
final class NumberedRules {

    private record Numbered(Aggregate aggregate, EventRule rule) {}

    private final List<Numbered> rules = new ArrayList<>();
    private final IdentityHashMap<EventRule, Integer> numbers = new IdentityHashMap<>();

    NumberedRules(Mapping mapping) {
        for (var aggregate : mapping.aggregates()) {
            for (var rule : aggregate.allRules()) {
                numbers.put(rule, rules.size());
                rules.add(new Numbered(aggregate, rule));
            }
        }
    }

    boolean hasBulk() {
        return rules.stream().anyMatch(each -> each.rule.bulk() != null);
    }

    PartEvent numbered(Named named) {
        return new PartEvent(named.place(), number(named.rule()), named.event(), named.told());
    }

    private int number(EventRule rule) {
        var number = numbers.get(rule);
        if (number == null) {
            throw new IllegalStateException("rule " + rule.name() + ": none of this mapping");
        }
        return number;
    }

    /** {@code events} of a whole transaction at {@code commitLsn} in their order, as often as one likes; {@code digits} is that of {@link Sequence}. */
    Iterable<Named> named(long commitLsn, Collection<PartEvent> events, int digits) {
        return () -> new Reading(events.iterator(), commitLsn, digits);
    }

    private final class Reading implements Iterator<Named> {
        private final Iterator<PartEvent> from;
        private final long commitLsn;
        private final int digits;
        private int ordinal;

        Reading(Iterator<PartEvent> from, long commitLsn, int digits) {
            this.from = from;
            this.commitLsn = commitLsn;
            this.digits = digits;
        }

        @Override
        public boolean hasNext() {
            return from.hasNext();
        }

        @Override
        public Named next() {
            var next = from.next();
            var named = rules.get(next.rule());
            var event = next.event().sequenced(Sequence.of(commitLsn, ordinal++, digits));
            return new Named(named.aggregate, named.rule, event, next.told(), next.place());
        }
    }
}
