package dev.banyan.bridge.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;

/** The lease on a store as one process takes it, keeps it and gives it up. */
final class HeldLease {

    /*
     * The store's clock says until when it lasts, for every host alike. A process believes that it holds the lease for as long as that
     * from before it asked, by a clock that nobody sets: so it stops believing before anybody else can have it. That clock stands still
     * while the machine does (a suspended host, a paused virtual machine), so the one of the day has to agree; whoever sets that one makes
     * the process less sure, never more, unless he sets it back while the machine stands still.
     */
    private final BridgeStore store;
    private final Dialect dialect;
    private final String holder;
    private final Duration length;
    private final InstantSource clock;
    private volatile long epoch;
    private volatile long askedAtNanos;
    private volatile long askedAtMillis;
    private volatile boolean isKept;

    HeldLease(BridgeStore store, Dialect dialect, String holder, Duration length, InstantSource clock) {
        this.store = store;
        this.dialect = dialect;
        this.holder = holder;
        this.length = length;
        this.clock = clock;
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
        return isKept
                && System.nanoTime() - askedAtNanos < length.toNanos()
                && Math.abs(clock.millis() - askedAtMillis) < length.toMillis();
    }

    /** Takes it if nobody else has it; true when this process has it then. */
    boolean take() {
        var asked = System.nanoTime();
        var askedMillis = clock.millis();
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
            kept(asked, askedMillis);
        });
        return taken.isPresent();
    }

    private Optional<Lease> taken(Connection connection, Lease found) throws SQLException {
        return found.takenBy(holder, StateRow.nowMs(connection, dialect), length, dialect == Dialect.H2);
    }

    /** Keeps it for another while; throws {@link Fenced} when another has taken it since. */
    void renew() {
        var asked = System.nanoTime();
        var askedMillis = clock.millis();
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
        kept(asked, askedMillis);
    }

    private void kept(long asked, long askedMillis) {
        askedAtNanos = asked;
        askedAtMillis = askedMillis;
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
