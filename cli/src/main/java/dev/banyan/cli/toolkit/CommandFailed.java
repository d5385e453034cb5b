package dev.banyan.cli.toolkit;

/** A command could not do its work; the message is one line for the person who typed it. */
public final class CommandFailed extends RuntimeException {

    private static final long serialVersionUID = 1;

    public CommandFailed(String message) {
        super(message);
    }

    public CommandFailed(String message, Throwable cause) {
        super(message, cause);
    }
}
