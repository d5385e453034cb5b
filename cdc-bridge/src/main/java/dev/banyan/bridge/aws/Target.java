package dev.banyan.bridge.aws;

import dev.banyan.bridge.change.DomainEvent;
import java.util.List;

/** A service that takes several events in one call and may refuse some of them. Used by several threads at once. */
interface Target extends AutoCloseable {

    /** Most entries of one call, most bytes of all of them together, and most bytes of one. */
    record Limits(int entriesMax, long callBytesMax, long entryBytesMax) {}

    /** An entry of a call, by its place, that was not taken. {@code isFinal}: sending it again would not help. */
    record Refusal(int place, String code, String message, boolean isFinal) {}

    Limits limits();

    /** {@code event} as it is sent to {@code destination}. */
    Entry entry(DomainEvent event, String destination);

    /**
     * Sends {@code entries}, all to one destination; returns those that were not taken. Throws what the SDK throws when the call failed as a
     * whole, and then nobody knows what arrived.
     */
    List<Refusal> send(String destination, List<Entry> entries);

    /** Asks the service about {@code destination} and returns what is wrong with it; empty when nothing is. Changes nothing. */
    String check(String destination);

    @Override
    void close();
}
