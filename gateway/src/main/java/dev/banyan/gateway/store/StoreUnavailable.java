package dev.banyan.gateway.store;

import java.sql.SQLException;

/**
 * The control store could not do what was asked, at least not now; the message says what that was and why. When it fails as a
 * transaction ends, the store may have kept the transaction all the same.
 */
public sealed class StoreUnavailable extends Exception permits NotLeader {

    private static final long serialVersionUID = 1;

    StoreUnavailable(String message) {
        super(message);
    }

    StoreUnavailable(String message, Throwable cause) {
        super(message, cause);
    }

    /** Whether the store answers but can never take the data it was given, such as a NUL in a text: SQLSTATE class 22. */
    public boolean isRefusal() {
        return getCause() instanceof SQLException e
                && e.getSQLState() != null
                && e.getSQLState().startsWith("22");
    }
}
