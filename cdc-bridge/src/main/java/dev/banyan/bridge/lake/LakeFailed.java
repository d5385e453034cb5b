package dev.banyan.bridge.lake;

/** The lake's folder could not be written or read, now: a full disk, a file that was changed by hand. */
public final class LakeFailed extends RuntimeException {

    private static final long serialVersionUID = 1L;

    LakeFailed(String what, Throwable cause) {
        super("event lake: " + what + ": " + cause.getMessage(), cause);
    }

    LakeFailed(String what) {
        super("event lake: " + what);
    }
}
