package dev.banyan.bridge.change;

import java.time.Instant;
import java.util.List;

/**
 * An event about one aggregate, ready for the hub. {@code id} is the same each time the same transaction is mapped again;
 * {@code sequence} sorts, as text, in the order of the log. {@code changed} names the fields that differ, empty when not known.
 * {@code data} is JSON text.
 */
public record DomainEvent(
        String id,
        String type,
        String topic,
        String subject,
        Instant time,
        String sequence,
        String txId,
        boolean backfill,
        List<String> changed,
        String data) {

    public DomainEvent {
        changed = List.copyOf(changed);
    }
}
