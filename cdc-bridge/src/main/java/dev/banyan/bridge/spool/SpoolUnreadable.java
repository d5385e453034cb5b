package dev.banyan.bridge.spool;

/** What lies in the spool is damaged, or of a version that we do not know: no other try would read it. */
public final class SpoolUnreadable extends SpoolFailed {

    private static final long serialVersionUID = 1L;

    SpoolUnreadable(String what, Throwable cause) {
        super(what, cause);
    }

    SpoolUnreadable(String what) {
        super(what);
    }
}
