package dev.banyan.bridge.store;

/** The store cannot be used by this bridge, and trying again will not help. */
public final class StoreUnusable extends RuntimeException {

    private static final long serialVersionUID = 1L;

    StoreUnusable(String message) {
        super(message);
    }

    StoreUnusable(String message, Throwable cause) {
        super(message, cause);
    }
}
