package dev.banyan.bridge.spool;

/** The spool's folder could not be written or read: a full disk, a damaged file. */
public class SpoolFailed extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public SpoolFailed(String what, Throwable cause) {
        super("spool: " + what + ": " + cause.getMessage(), cause);
    }

    public SpoolFailed(String what) {
        super("spool: " + what);
    }
}
