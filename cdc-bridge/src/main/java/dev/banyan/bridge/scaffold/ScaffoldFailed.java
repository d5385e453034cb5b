package dev.banyan.bridge.scaffold;

/** No files were written, or not all; the message is for the person who asked. */
public final class ScaffoldFailed extends Exception {

    private static final long serialVersionUID = 1L;

    ScaffoldFailed(String message) {
        super(message);
    }

    ScaffoldFailed(String message, Throwable cause) {
        super(message, cause);
    }
}
