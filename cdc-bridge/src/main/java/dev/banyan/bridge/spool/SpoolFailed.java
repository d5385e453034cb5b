package dev.banyan.bridge.spool;

/** The spool's folder could not be written or read just now: a full disk, one that is not mounted. Trying again may help. */
public sealed class SpoolFailed extends RuntimeException permits SpoolFull, SpoolUnreadable {

    private static final long serialVersionUID = 1L;

    public SpoolFailed(String what, Throwable cause) {
        super("spool: " + what + ": " + cause.getMessage(), cause);
    }

    public SpoolFailed(String what) {
        super("spool: " + what);
    }
}
