package dev.banyan.bridge.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;

/** The lease on a store as one process takes it, keeps it and gives it up. */
final class HeldLease {

    /*
     * The store's clock says until when it lasts, for every host alike. A process believes that it holds the lease for as long as that
     * from before it asked, by a clock that nobody sets: so it stops believing before anybody else can have it.
     */
    private final BridgeStore store;
    private final Dialect dialect;
    private final String holder;
    private final Duration length;
    private volatile long epoch;
    private volatile long askedAtNanos;
    private volatile boolean isKept;

    HeldLease(BridgeStore store, Dialect dialect, String holder, Duration length) {
        this.store = store;
        this.dialect = dialect;
        this.holder = holder;
        this.length = length;
    }

    /** The epoch it was taken under; 0 before. */
    long epoch() {
        return epoch;
    }

    Duration length() {
        return length;
    }

    /** False when it may have run out, or has been lost; asks nobody. */
    boolean isSure() {
        return isKept && System.nanoTime() - askedAtNanos < length.toNanos();
    }

    /** Takes it if nobody else has it; true when this process has it then. */
    boolean take() {
        var asked = System.nanoTime();
        var taken = store.run("taking the lease", connection -> {
            if (taken(connection, StateRow.seenLease(connection)).isEmpty()) {
                return Optional.<Lease>empty();
            }
            var former = StateRow.lease(connection);
            var own = taken(connection, former);
            if (own.isPresent()) {
                StateRow.lease(connection, own.get());
                if (!former.holder().equals(holder)) {
                    dialect.endTransactions(connection, former.holder());
                }
            }
            return own;
        });
        taken.ifPresent(own -> {
            epoch = own.epoch();
            kept(asked);
        });
        return taken.isPresent();
    }

    private Optional<Lease> taken(Connection connection, Lease found) throws SQLException {
        return found.takenBy(holder, StateRow.nowMs(connection, dialect), length, dialect == Dialect.H2);
    }

    /** Keeps it for another while; throws {@link Fenced} when another has taken it since. */
    void renew() {
        var asked = System.nanoTime();
        try {
            store.run("renewing the lease", connection -> {
                var now = StateRow.nowMs(connection, dialect);
                StateRow.lease(connection, StateRow.lease(connection).keptBy(epoch, now, length));
                return null;
            });
        } catch (Fenced e) {
            isKept = false;
            throw e;
        }
        kept(asked);
    }

    private void kept(long asked) {
        askedAtNanos = asked;
        isKept = true;
    }

    /** Gives it up, so that a successor need not wait. */
    void release() {
        isKept = false;
        store.run("giving up the lease", connection -> {
            StateRow.endLease(connection, epoch);
            return null;
        });
    }
}
