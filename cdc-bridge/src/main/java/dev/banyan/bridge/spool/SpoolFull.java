package dev.banyan.bridge.spool;

/** The spool has as many bytes as it may have. */
public final class SpoolFull extends SpoolFailed {

    private static final long serialVersionUID = 1L;

    public SpoolFull(long bytes, long bytesMax) {
        super(bytes + " bytes (expected: at most spool.megabytes " + (bytesMax >> 20) + ")");
    }
}
