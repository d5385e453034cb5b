package dev.banyan.loyalty.ledger;

import dev.banyan.loyalty.ledger.BatchPlan.Outcome;
import java.util.List;
import java.util.Map;

/**
 * What {@link Ledger#apply} did. {@code elsewhere} holds the partitions that do not go on behind the batch: the stored
 * position was not the one it was read from, and their deliveries were ignored, or the database went away before the last of
 * them. Reading goes on at the position given.
 */
public record Applied(List<Event> events, int unknown, int faults, Map<Integer, Long> elsewhere) {

    public Applied {
        events = List.copyOf(events);
        elsewhere = Map.copyOf(elsewhere);
    }

    /** How many records this is about: those that were ignored are not among them. */
    public int records() {
        return events.size() + unknown + faults;
    }

    /** An event, its partition, and what became of it. */
    public record Event(int partition, OrderEvent event, Outcome outcome) {}
}
