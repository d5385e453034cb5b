package dev.banyan.bridge.hub;

/** The hub will never take an event, however often it is sent: somebody has to change a setting. */
public sealed class HubRefused extends RuntimeException permits EventsRefused {

    private static final long serialVersionUID = 1L;

    public HubRefused(String message, Throwable cause) {
        super(message, cause);
    }

    public HubRefused(String message) {
        super(message);
    }
}
