package dev.banyan.bridge.mapping;

import dev.banyan.bridge.change.DomainEvent;
import org.jspecify.annotations.Nullable;

/**
 * An event and the rule that named it. {@code told} is what conditions about the transaction may ask of it, as {@link ToldBytes}; {@code place} is that of the change that
 * touched its aggregate first.
 */
@SuppressWarnings("ArrayRecordComponent") // nobody compares two of them
record Named(Aggregate aggregate, EventRule rule, DomainEvent event, byte @Nullable [] told, int place) {

    /** The same at another place among its subject's. */
    Named sequenced(String sequence) {
        return new Named(aggregate, rule, event.sequenced(sequence), told, place);
    }
}
