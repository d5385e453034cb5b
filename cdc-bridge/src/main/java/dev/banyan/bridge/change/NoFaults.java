package dev.banyan.bridge.change;

/** Lets nothing wait: what has no answer ends the run. For trying a mapping. */
public enum NoFaults implements NothingWaits {
    HALT;

    @Override
    public void skip(Waiting aggregate, Transaction transaction, String message, String reason) {
        throw new MappingFailed(message);
    }
}
