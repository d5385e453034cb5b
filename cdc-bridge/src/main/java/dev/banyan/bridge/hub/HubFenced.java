package dev.banyan.bridge.hub;

/** Another bridge of the same name has opened the hub since: this one must stop. Or the hub has given up what took too long. */
public final class HubFenced extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final boolean isOutOfTime;

    public HubFenced(String message, boolean isOutOfTime, Throwable cause) {
        super(message, cause);
        this.isOutOfTime = isOutOfTime;
    }

    /** True when what was sent had taken longer than the hub waits. */
    public boolean isOutOfTime() {
        return isOutOfTime;
    }
}
