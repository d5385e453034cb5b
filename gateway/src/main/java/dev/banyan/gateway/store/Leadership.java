package dev.banyan.gateway.store;

import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.Locale;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Which of several gateways leads: one at most may write under the epoch that is in force, and another takes over when it is gone. */
public final class Leadership implements AutoCloseable {

    /*
     * The epoch is what fences: it rises by one with every take-over, and every write of a leader holds the row in which it stands, in
     * the same transaction. So a leader who was paused past its lease writes nothing more, whatever its clock says, and a take-over waits
     * for a write under way. Time only decides how long a successor waits: until the lease is over by the store's clock, or has stood
     * unchanged for longer than it lasts by a successor's own, lest a store whose clock is set back keeps a dead leader. An H2 file is open in one process only:
     * whoever has opened it need not wait for the lease of the dead. A store that is set back may give an epoch a second time, so what is a leader's
     * names the holder, too.
     */
    private static final Logger LOG = LoggerFactory.getLogger(Leadership.class);

    /** How long a leader who is not heard of stays the leader. */
    public static final Duration LEASE = Duration.ofSeconds(3);

    private record Held(long epoch, long untilNanos) {}

    /** A lease of another's as it stood when this gateway saw it first. */
    private record Seen(long epoch, OffsetDateTime until, long nanos) {}

    private final ControlStore store;
    private final Duration lease;
    private final String name;
    private @Nullable Thread thread;
    private volatile @Nullable Held held;
    private @Nullable Seen seen;
    private volatile String leader = "";
    private String complaint = "";

    public Leadership(ControlStore store) {
        this(store, LEASE);
    }

    Leadership(ControlStore store, Duration lease) {
        this.store = store;
        this.lease = lease;
        this.name = "%s-%06x".formatted(OwnName.get(), new SecureRandom().nextInt(1 << 24));
    }

    /** Begins to ask for the lead; returns at once. */
    public synchronized void start() {
        if (thread == null) {
            thread = Thread.ofVirtual().name("leadership").start(this::run);
        }
    }

    /** The epoch under which this gateway leads; empty when it does not, or cannot be sure that it still does. */
    public OptionalLong epoch() {
        Held now = held;
        return now == null || now.untilNanos - System.nanoTime() <= 0
                ? OptionalLong.empty()
                : OptionalLong.of(now.epoch);
    }

    /** Who led when the store was last asked, for people; empty when nobody is known to. */
    public String leader() {
        return leader;
    }

    /** How this gateway signs as a leader. */
    public String name() {
        return name;
    }

    /**
     * Does {@code work} in one transaction that only the leader can commit; throws {@link NotLeader} when this gateway is not, and then
     * nothing is kept.
     */
    public <T extends @Nullable Object> T transaction(String what, ControlStore.Work<T> work) throws StoreUnavailable {
        Held now = held;
        if (now == null) {
            throw new NotLeader(what + ": this gateway does not lead" + (leader.isEmpty() ? "" : ", " + leader));
        }
        return store.transaction(what, connection -> {
            lock(connection, what, now.epoch);
            return work.apply(connection);
        });
    }

    private void lock(Connection connection, String what, long epoch) throws SQLException, NotLeader {
        try (var select = connection.prepareStatement(
                        "SELECT epoch, holder FROM control_leader WHERE id = 1 FOR UPDATE");
                var row = select.executeQuery()) {
            found(row);
            long inForce = row.getLong(1);
            String holder = row.getString(2);
            if (inForce != epoch || !holder.equals(name)) {
                throw new NotLeader(what + ": epoch " + epoch + " (expected: " + inForce + ", of " + holder + ")");
            }
        }
    }

    private static void found(ResultSet row) throws SQLException {
        if (!row.next()) {
            throw new SQLException("control_leader has no row, so nobody can lead (expected: one, with id 1)");
        }
    }

    private void run() {
        boolean going = isStoreOpen();
        while (going) {
            try {
                long asked = System.nanoTime();
                Held before = held;
                Held after = store.transaction("asking for the lead", connection -> ask(connection, before, asked));
                tell(before, after);
                held = after;
                complaint = "";
            } catch (StoreUnavailable e) {
                complain(e);
            } catch (RuntimeException | Error e) { // after an error it asks again, too
                LOG.error("the lead stays as it is", e);
            }
            going = pause();
        }
    }

    /** A store that is down says so itself; one that is up, and cannot be asked who leads, is nobody else's to tell of. */
    private void complain(StoreUnavailable e) {
        String words = String.valueOf(e.getMessage());
        if (store.isUp() && !words.equals(complaint)) {
            LOG.warn("the lead stays as it is: {}", words);
            complaint = words;
        } else {
            LOG.debug("the lead stays as it is", e);
        }
    }

    private boolean pause() {
        try {
            Thread.sleep(lease.dividedBy(3));
            return true;
        } catch (InterruptedException e) {
            return false;
        }
    }

    private @Nullable Held ask(Connection connection, @Nullable Held before, long asked) throws SQLException {
        boolean mine = (before != null && renew(connection, before.epoch)) || take(connection, asked);
        try (var select = connection.prepareStatement(
                        "SELECT epoch, holder, lease_until FROM control_leader WHERE id = 1");
                var row = select.executeQuery()) {
            found(row);
            leader = row.getString(2);
            see(row.getLong(1), row.getObject(3, OffsetDateTime.class), asked);
            return mine ? new Held(row.getLong(1), asked + lease.toNanos()) : null;
        }
    }

    private void see(long epoch, OffsetDateTime until, long asked) {
        Seen before = seen;
        if (before == null || before.epoch != epoch || !before.until.equals(until)) {
            seen = new Seen(epoch, until, asked);
        }
    }

    private boolean renew(Connection connection, long epoch) throws SQLException {
        try (var update = connection.prepareStatement("UPDATE control_leader SET lease_until = " + leaseEnd()
                + " WHERE id = 1 AND epoch = ? AND holder = ?")) {
            update.setLong(1, epoch);
            update.setString(2, name);
            return update.executeUpdate() == 1;
        }
    }

    private boolean take(Connection connection, long asked) throws SQLException {
        Seen stood = seen != null && asked - seen.nanos > lease.toNanos() ? seen : null;
        String free = " AND lease_until < CURRENT_TIMESTAMP";
        if (!store.location().isShared()) {
            free = "";
        } else if (stood != null) {
            free = " AND epoch = ? AND lease_until = ?";
        }
        try (var update =
                connection.prepareStatement("UPDATE control_leader SET epoch = epoch + 1, holder = ?, lease_until = "
                        + leaseEnd() + " WHERE id = 1" + free)) {
            update.setString(1, name);
            if (stood != null && store.location().isShared()) {
                update.setLong(2, stood.epoch);
                update.setObject(3, stood.until);
            }
            return update.executeUpdate() == 1;
        }
    }

    private String leaseEnd() {
        return String.format(Locale.ROOT, "CURRENT_TIMESTAMP + INTERVAL '%.3f' SECOND", lease.toMillis() / 1000.0);
    }

    /** Waits a while for a store that was opened just now: asked before that, it would be asked again a whole pause later. */
    private boolean isStoreOpen() {
        try {
            store.awaitFirstAnswer(lease);
            return true;
        } catch (InterruptedException e) {
            return false;
        }
    }

    private void tell(@Nullable Held before, @Nullable Held after) {
        if (after != null && (before == null || before.epoch != after.epoch)) {
            LOG.info("this gateway leads, epoch {}, as {}", after.epoch, name);
        } else if (before != null && after == null) {
            LOG.warn("this gateway no longer leads, {} does", leader);
        }
    }

    /** Gives the lead up, so that a successor need not wait. */
    @Override
    public synchronized void close() {
        if (thread != null) {
            thread.interrupt();
            try {
                thread.join(lease);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        Held now = held;
        held = null;
        if (now != null && store.isUp()) {
            try {
                store.transaction("giving up the lead", connection -> release(connection, now.epoch));
            } catch (StoreUnavailable e) {
                LOG.warn(
                        "the lead was not given up, another gateway takes it in {} s: {}",
                        lease.toSeconds(),
                        e.getMessage());
            }
        }
    }

    private int release(Connection connection, long epoch) throws SQLException {
        try (var update = connection.prepareStatement(
                "UPDATE control_leader SET lease_until = TIMESTAMP WITH TIME ZONE '1970-01-01 00:00:00+00' WHERE id = 1 AND epoch = ? AND holder = ?")) {
            update.setLong(1, epoch);
            update.setString(2, name);
            return update.executeUpdate();
        }
    }
}
