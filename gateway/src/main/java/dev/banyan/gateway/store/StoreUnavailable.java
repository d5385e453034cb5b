package dev.banyan.gateway.store;

import java.sql.SQLException;

/**
 * The control store could not do what was asked, at least not now; the message says what that was and why. Nothing was kept, unless
 * {@link #mayBeKept} says otherwise.
 */
public sealed class StoreUnavailable extends Exception permits NotLeader {

    private static final long serialVersionUID = 2;

    private final boolean mayBeKept;

    StoreUnavailable(String message) {
        super(message);
        this.mayBeKept = false;
    }

    StoreUnavailable(String message, Throwable cause, boolean mayBeKept) {
        super(message, cause);
        this.mayBeKept = mayBeKept;
    }

    /** Whether it failed as the transaction ended, so that the store may have kept it all the same. */
    public boolean mayBeKept() {
        return mayBeKept;
    }

    /**
     * Whether the store answers but can never take the data it was given: SQLSTATE classes 22, such as a NUL in a text, and 23, such as an
     * entry that is there already.
     */
    public boolean isRefusal() {
        return isOf("22") || isOf("23");
    }

    /** Whether what it was given is there already: SQLSTATE 23505. */
    public boolean isDuplicate() {
        return isOf("23505");
    }

    private boolean isOf(String states) {
        return getCause() instanceof SQLException e
                && e.getSQLState() != null
                && e.getSQLState().startsWith(states);
    }
}
