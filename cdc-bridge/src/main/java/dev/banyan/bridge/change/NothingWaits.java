package dev.banyan.bridge.change;

import java.util.Set;

/** Faults of which none is kept: nothing waits, and what would have to ends the run. */
public interface NothingWaits extends Faults {

    @Override
    default boolean isEmpty() {
        return true;
    }

    @Override
    default boolean isWaiting(Waiting aggregate) {
        return false;
    }

    @Override
    default int waiting(String aggregate) {
        return 0;
    }

    @Override
    default void park(Set<Waiting> aggregates, Transaction part, String message) {
        throw new MappingFailed(message);
    }
}
