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

    /** Whether it is a file that another process has open. */
    public boolean isInUse() {
        for (var cause = getCause(); cause != null; cause = cause.getCause()) {
            if (String.valueOf(cause.getMessage()).contains("already in use")) {
                return true;
            }
        }
        return false;
    }
}
