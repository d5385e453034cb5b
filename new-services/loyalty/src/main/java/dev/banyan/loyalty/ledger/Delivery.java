package dev.banyan.loyalty.ledger;

import org.jspecify.annotations.Nullable;

/**
 * One record as the hub delivered it: where it stood, what was read from it, and the record itself for the fault table
 * ({@code headers} as {@code name=value} lines).
 */
@SuppressWarnings("ArrayRecordComponent") // the payload is only passed on; deliveries are never compared
public record Delivery(int partition, long offset, Reading reading, String headers, byte @Nullable [] payload) {

    /** The same record, but found impossible to apply. */
    Delivery broken(String reason) {
        return new Delivery(partition, offset, new Reading.Broken(reason), headers, payload);
    }
}
