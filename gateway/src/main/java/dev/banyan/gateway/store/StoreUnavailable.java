package dev.banyan.gateway.store;

/**
 * The control store could not do what was asked, at least not now; the message says what that was and why. When it fails as a
 * transaction ends, the store may have kept the transaction all the same.
 */
public sealed class StoreUnavailable extends Exception permits NotLeader {

    private static final long serialVersionUID = 1;

    StoreUnavailable(String message) {
        super(message);
    }

    StoreUnavailable(String message, Throwable cause) {
        super(message, cause);
    }
}
