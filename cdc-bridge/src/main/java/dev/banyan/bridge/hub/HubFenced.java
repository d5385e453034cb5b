package dev.banyan.bridge.hub;

/** Another bridge of the same name has opened the hub since: this one must stop. */
public final class HubFenced extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public HubFenced(String message, Throwable cause) {
        super(message, cause);
    }
}
