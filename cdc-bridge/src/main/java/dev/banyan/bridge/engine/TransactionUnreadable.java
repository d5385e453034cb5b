package dev.banyan.bridge.engine;

/** The log has a transaction of a kind that the bridge cannot read whole and in order; it says which. */
public final class TransactionUnreadable extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public TransactionUnreadable(String message) {
        super(message);
    }
}
