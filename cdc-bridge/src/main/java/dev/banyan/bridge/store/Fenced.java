package dev.banyan.bridge.store;

/** Another instance has taken the lease: this one must not write any more. */
public final class Fenced extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public Fenced(String message) {
        super(message);
    }

    public Fenced(String message, Throwable cause) {
        super(message, cause);
    }
}
