package dev.banyan.bridge.engine;

/** A transaction of the legacy database does not fit the limits that keep the bridge's memory bounded. */
public final class TransactionTooLarge extends RuntimeException {

    private static final long serialVersionUID = 1L;

    TransactionTooLarge(String message) {
        super(message);
    }
}
