package dev.banyan.bridge.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** The lease on a store as one process takes it, keeps it and gives it up. */
final class HeldLease {

    /*
     * The store's clock says until when it lasts, for every host alike. A process believes that it holds the lease for as long as that
     * from before it asked, by a clock that nobody sets: so it stops believing before anybody else can have it. That clock stands still
     * while the machine does (a suspended host, a paused virtual machine), so the one of the day has to agree; whoever sets that one makes
     * the process less sure, never more, unless he sets it back while the machine stands still.
     *
     * The store's clock may have been ahead when a lease was written, and the lease then lasts for as long as it was. So it ends, too, when it
     * has stood as it is for its length, by the clock of who waits: its holder asked before that began. One who waits late waits
     * longer, never shorter; and with clocks that go right it makes no difference.
     */
    private final BridgeStore store;
    private final Dialect dialect;
    private final String holder;
    private final Duration length;
    private final InstantSource clock;
    private final LongSupplier nanos;
    private volatile Lease.Held held;
    private volatile @Nullable Asked kept;
    private volatile @Nullable Seen seen;

    /** When it was asked for, by both clocks. */
    private record Asked(long nanos, long millis) {}

    /** Somebody's lease, and since when at the latest it has been as it is. */
    private record Seen(Lease lease, long nanos) {}

    HeldLease(
            BridgeStore store,
            Dialect dialect,
            String holder,
            Duration length,
            InstantSource clock,
            LongSupplier nanos) {
        this.nanos = nanos;
        this.store = store;
        this.dialect = dialect;
        this.holder = holder;
        this.held = new Lease.Held(0, ""); // as it is in a new store
        this.length = length;
        this.clock = clock;
    }

    /** What it was taken under; of no epoch and nobody before. */
    Lease.Held held() {
        return held;
    }

    Duration length() {
        return length;
    }

    /** False when it may have run out, or has been lost; asks nobody. */
    boolean isSure() {
        var asked = kept;
        return asked != null
                && nanos.getAsLong() - asked.nanos < length.toNanos()
                && Math.abs(clock.millis() - asked.millis) < length.toMillis();
    }

    private Asked asked() {
        return new Asked(nanos.getAsLong(), clock.millis());
    }

    /** Takes it if nobody else has it; true when this process has it then. */
    boolean take() {
        var asked = asked();
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
            held = own.held();
            kept = asked;
        });
        return taken.isPresent();
    }

    private Optional<Lease> taken(Connection connection, Lease found) throws SQLException {
        var isGone = dialect == Dialect.H2 || standsStill(found); // a file that we have open, nobody else has
        return found.takenBy(holder, StateRow.nowMs(connection, dialect), length, isGone);
    }

    /** True when nobody has kept {@code found} for as long as it lasts. */
    private boolean standsStill(Lease found) {
        var now = nanos.getAsLong();
        var before = seen;
        if (before == null || !before.lease.equals(found)) {
            seen = new Seen(found, now);
            return false;
        }
        var lasts = found.length().isZero() ? length : found.length();
        return now - before.nanos > lasts.toNanos();
    }

    /** Keeps it for another while; throws {@link Fenced} when another has taken it since. */
    void renew() {
        var asked = asked();
        try {
            store.run("renewing the lease", connection -> {
                var now = StateRow.nowMs(connection, dialect);
                StateRow.lease(connection, StateRow.lease(connection).keptBy(held, now, length));
                return null;
            });
        } catch (Fenced e) {
            kept = null;
            throw e;
        }
        kept = asked;
    }

    /** Gives it up, so that a successor need not wait. */
    void release() {
        kept = null;
        store.run("giving up the lease", connection -> {
            StateRow.endLease(connection, held);
            return null;
        });
    }
}
