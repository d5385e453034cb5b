package dev.banyan.bridge.change;

import java.util.Set;

/** Lets nothing wait: what has no answer ends the run. For trying a mapping. */
public enum NoFaults implements Faults {
    HALT;

    @Override
    public boolean isEmpty() {
        return true;
    }

    @Override
    public boolean isWaiting(Waiting aggregate) {
        return false;
    }

    @Override
    public int waiting(String aggregate) {
        return 0;
    }

    @Override
    public void park(Set<Waiting> aggregates, Transaction part, String message) {
        throw new MappingFailed(message);
    }

    @Override
    public void skip(Waiting aggregate, Transaction transaction, String message, String reason) {
        throw new MappingFailed(message);
    }
}
