package dev.banyan.bridge.hub;

/** The hub did not take it, now. Worth trying again. */
public final class HubUnavailable extends Exception {

    private static final long serialVersionUID = 1L;

    public HubUnavailable(String message, Throwable cause) {
        super(message, cause);
    }
}
