package dev.banyan.gateway;

import java.io.IOException;
import java.net.BindException;
import reactor.netty.ChannelBindException;

/** What to tell a person about a server that did not start. */
final class Binding {

    private Binding() {}

    /** Returns the error of a server that {@code option} asked for: that its port cannot be had, when that is why. */
    static IOException failed(String option, Throwable error) {
        for (Throwable cause = error; cause != null; cause = cause.getCause()) {
            if (cause instanceof ChannelBindException || cause instanceof BindException) {
                Throwable why = cause.getCause() == null ? cause : cause.getCause();
                return new IOException(
                        option + ": " + why.getMessage() + " (expected: a free port on an address of this machine)",
                        error);
            }
        }
        return new IOException(error.getMessage(), error);
    }
}
