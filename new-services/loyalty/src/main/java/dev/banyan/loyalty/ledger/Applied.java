package dev.banyan.loyalty.ledger;

import dev.banyan.loyalty.ledger.BatchPlan.Outcome;
import java.util.List;
import java.util.Map;

/**
 * What one transaction of {@link Ledger#apply} did. {@code elsewhere} holds the partitions whose stored position was not
 * the one the batch was read from: their deliveries were ignored, and reading goes on at the position given.
 */
public record Applied(List<Event> events, int unknown, int faults, Map<Integer, Long> elsewhere) {

    public Applied {
        events = List.copyOf(events);
        elsewhere = Map.copyOf(elsewhere);
    }

    /** An event, its partition, and what became of it. */
    public record Event(int partition, OrderEvent event, Outcome outcome) {}
}
