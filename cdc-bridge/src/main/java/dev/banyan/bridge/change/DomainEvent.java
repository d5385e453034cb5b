package dev.banyan.bridge.change;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An event about one aggregate, ready for the hub. {@code id} is the same each time the same transaction is mapped again;
 * {@code sequence} sorts, as text, in the order of the log. {@code changed} names the fields that differ, empty when not known.
 * {@code dataschema} is the URI of the data's schema, null for an event of the lake from before there were any, and {@code cause} what the transaction was
 * made for. {@code data} is JSON text. With {@code dataref} the data lies there, because the event was too large for the hub, and {@code data} is empty.
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
        @Nullable String dataschema,
        Cause cause,
        String data,
        @Nullable String dataref) {

    /** What an event has besides what its row decides. */
    private static final long ENVELOPE_CHARACTERS = 1_000;

    public DomainEvent {
        changed = List.copyOf(changed);
    }

    /** An event that carries its data itself. */
    public DomainEvent(
            String id,
            String type,
            String topic,
            String subject,
            Instant time,
            String sequence,
            String txId,
            boolean backfill,
            List<String> changed,
            @Nullable String dataschema,
            Cause cause,
            String data) {
        this(id, type, topic, subject, time, sequence, txId, backfill, changed, dataschema, cause, data, null);
    }

    /** How many characters it has, roughly. */
    public long characters() {
        var characters = ENVELOPE_CHARACTERS + subject.length() + data.length();
        for (var field : changed) {
            characters += field.length();
        }
        return characters;
    }

    /** The same event at {@code other} place among its subject's. */
    public DomainEvent sequenced(String other) {
        return new DomainEvent(
                id, type, topic, subject, time, other, txId, backfill, changed, dataschema, cause, data, dataref);
    }

    /** The same as a state that a backfill has found, under another {@code id} and at another place among its subject's. */
    public DomainEvent readAs(String otherId, String place) {
        return new DomainEvent(
                otherId, type, topic, subject, time, place, txId, true, changed, dataschema, cause, data, dataref);
    }

    /** The same event without its data, which lies at {@code uri}. */
    public DomainEvent claimedAt(String uri) {
        return new DomainEvent(
                id, type, topic, subject, time, sequence, txId, backfill, changed, dataschema, cause, "", uri);
    }
}
