package dev.banyan.bridge.spool;

/** The spool has as many bytes as it may have. */
public final class SpoolFull extends SpoolFailed {

    private static final long serialVersionUID = 1L;

    /** It has no room for one {@code transaction}, which lies in a file of its own. */
    public SpoolFull(String transaction) {
        super("transaction " + transaction + " is larger than memory, and waits until the spool is empty");
    }

    public SpoolFull(long bytes, long bytesMax) {
        super(bytes + " bytes (expected: at most spool.megabytes " + (bytesMax >> 20) + ")");
    }
}
