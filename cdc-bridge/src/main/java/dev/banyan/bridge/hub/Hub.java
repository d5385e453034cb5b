package dev.banyan.bridge.hub;

import dev.banyan.bridge.change.DomainEvent;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** Takes events, all or nothing, and keeps the position that belongs to them. One thread uses it, but for {@link #abort}. */
public interface Hub extends AutoCloseable {

    /**
     * Connects, shuts out every earlier holder of this bridge's name, and returns the position of the last events in the hub. Also
     * what to call after a failure: it settles whether the last {@link #publish} arrived.
     */
    Optional<HubPosition> open() throws HubUnavailable;

    /** Returns when {@code events}, in their order, and {@code position} are safe in the hub; on failure {@link #open} tells. */
    void publish(List<DomainEvent> events, HubPosition position) throws HubUnavailable;

    /** Most bytes of one event, as {@link #bytes} counts them. */
    default long eventBytesMax() {
        return Long.MAX_VALUE;
    }

    /** What the hub counts of {@code event}, attributes included; never less than it really does. Needs no open hub. */
    default long bytes(DomainEvent event) {
        return event.data().length();
    }

    /** True when {@link #open} shuts earlier holders out by itself; else the caller has to make sure that it still holds the lease. */
    default boolean fences() {
        return true;
    }

    /** Has {@code holdsLease} asked before each call, where {@link #fences} is false and one publish takes many: none is begun without. */
    default void sendWhile(BooleanSupplier holdsLease) {}

    /** Makes a call that another thread waits in fail soon, and every later one; for a stop while the hub does not answer. */
    default void abort() {}

    @Override
    void close();
}
