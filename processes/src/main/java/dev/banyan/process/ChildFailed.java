package dev.banyan.process;

/** A program we started ended, or did not get ready in time; the message ends with what it printed last. */
public final class ChildFailed extends RuntimeException {

    private static final long serialVersionUID = 1;

    ChildFailed(String message) {
        super(message);
    }
}
