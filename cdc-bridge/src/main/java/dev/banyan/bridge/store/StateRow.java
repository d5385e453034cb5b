package dev.banyan.bridge.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The one row of a store that says who may write, how far the log has been read, and where a spool is. */
final class StateRow {

    private static final String WHERE_HELD = " WHERE id = 1 AND epoch = ? AND holder = ?";

    private StateRow() {}

    /** The lease as it stands; nobody else can change it before this transaction ends. */
    static Lease lease(Connection connection) throws SQLException {
        return lease(connection, " FOR UPDATE");
    }

    /** The lease as it stood a moment ago; keeps nobody waiting. */
    static Lease seenLease(Connection connection) throws SQLException {
        return lease(connection, "");
    }

    private static Lease lease(Connection connection, String lock) throws SQLException {
        try (var select = connection.prepareStatement(
                        "SELECT epoch, holder, lease_until_ms, lease_ms FROM bridge_state WHERE id = 1" + lock);
                var result = select.executeQuery()) {
            result.next();
            return new Lease(
                    result.getLong(1), result.getString(2), result.getLong(3), Duration.ofMillis(result.getLong(4)));
        }
    }

    /** Writes {@code lease} down; to be called where it was read, in the same transaction. */
    static void lease(Connection connection, Lease lease) throws SQLException {
        try (var update = connection.prepareStatement(
                "UPDATE bridge_state SET epoch = ?, holder = ?, lease_until_ms = ?, lease_ms = ? WHERE id = 1")) {
            update.setLong(1, lease.epoch());
            update.setString(2, lease.holder());
            update.setLong(3, lease.untilMs());
            update.setLong(4, lease.length().toMillis());
            update.executeUpdate();
        }
    }

    /** Ends the lease, if it is still {@code held}. */
    static void endLease(Connection connection, Lease.Held held) throws SQLException {
        try (var update = connection.prepareStatement("UPDATE bridge_state SET lease_until_ms = 0" + WHERE_HELD)) {
            held(update, 1, held);
            update.executeUpdate();
        }
    }

    /** Throws {@link Fenced} when the lease is not {@code held} any more; keeps nobody waiting. */
    static void check(Connection connection, Lease.Held held) throws SQLException {
        seenLease(connection).check(held);
    }

    /** The same, and nobody else can take it before this transaction ends. */
    static void keep(Connection connection, Lease.Held held) throws SQLException {
        lease(connection).check(held);
    }

    private static void held(PreparedStatement statement, int first, Lease.Held held) throws SQLException {
        statement.setLong(first, held.epoch());
        statement.setString(first + 1, held.holder());
    }

    /** What the store's clock says, in milliseconds since 1970. */
    static long nowMs(Connection connection, Dialect dialect) throws SQLException {
        try (var select = connection.prepareStatement("SELECT " + dialect.nowMs);
                var result = select.executeQuery()) {
            result.next();
            return result.getLong(1);
        }
    }

    /** The position; empty before the first start. */
    static Optional<Position> position(Connection connection) throws SQLException {
        try (var select = connection.prepareStatement(
                        "SELECT system_identifier, timeline, commit_lsn, source_offset FROM bridge_state WHERE id = 1");
                var result = select.executeQuery()) {
            var offset = result.next() ? result.getString(4) : null;
            if (offset == null) {
                return Optional.empty();
            }
            return Optional.of(
                    new Position(result.getString(1), result.getInt(2), result.getLong(3), OffsetText.read(offset)));
        }
    }

    /** The store's name. */
    static String storeId(Connection connection) throws SQLException {
        return text(connection, "SELECT store_id FROM bridge_state WHERE id = 1");
    }

    /** Who holds the lease, or held it last. */
    static String holder(Connection connection) throws SQLException {
        return text(connection, "SELECT holder FROM bridge_state WHERE id = 1");
    }

    private static String text(Connection connection, String sql) throws SQLException {
        try (var select = connection.prepareStatement(sql);
                var result = select.executeQuery()) {
            result.next();
            return result.getString(1);
        }
    }

    /** Gives the store another name: nothing to come is then taken for what hub and lake have, should the log have been set back. */
    static void name(Connection connection, String storeId) throws SQLException {
        try (var update = connection.prepareStatement("UPDATE bridge_state SET store_id = ? WHERE id = 1")) {
            update.setString(1, storeId);
            update.executeUpdate();
        }
    }

    /** Why the log does not go on behind the position, or may lack something there; empty while nothing is known. */
    static String setBack(Connection connection) throws SQLException {
        return text(connection, "SELECT set_back FROM bridge_state WHERE id = 1");
    }

    static void setBack(Connection connection, String why) throws SQLException {
        try (var update = connection.prepareStatement("UPDATE bridge_state SET set_back = ? WHERE id = 1")) {
            update.setString(1, why);
            update.executeUpdate();
        }
    }

    /** The spool that is not empty. */
    static Optional<SpoolClaim> spool(Connection connection) throws SQLException {
        try (var select = connection.prepareStatement("SELECT spool_id, spool_where FROM bridge_state WHERE id = 1");
                var result = select.executeQuery()) {
            var id = result.next() ? result.getString(1) : null;
            return id == null ? Optional.empty() : Optional.of(new SpoolClaim(id, result.getString(2)));
        }
    }

    /** Says where the spool is, or that there is none; throws {@link Fenced} when the lease is not {@code held} any more. */
    static void spool(Connection connection, Lease.Held held, @Nullable SpoolClaim claim) throws SQLException {
        try (var update =
                connection.prepareStatement("UPDATE bridge_state SET spool_id = ?, spool_where = ?" + WHERE_HELD)) {
            update.setString(1, claim == null ? null : claim.id());
            update.setString(2, claim == null ? null : claim.where());
            held(update, 3, held);
            checkNotFenced(update.executeUpdate());
        }
    }

    /** The one statement every commit hinges on: it moves the position only under what it was started under. */
    static void movePosition(
            Connection connection,
            Dialect dialect,
            Lease.Held held,
            Duration lease,
            InstantSource clock,
            Position position)
            throws SQLException {
        dialect.endIfIdle(connection);
        try (PreparedStatement update = connection.prepareStatement("""
                UPDATE bridge_state
                SET system_identifier = ?, timeline = ?, commit_lsn = ?, source_offset = ?, moved_at_ms = ?,
                    lease_until_ms = %s + ?""".formatted(dialect.nowMs) + WHERE_HELD)) {
            update.setString(1, position.systemIdentifier());
            update.setInt(2, position.timeline());
            update.setLong(3, position.commitLsn());
            update.setString(4, OffsetText.write(position.offset()));
            update.setLong(5, clock.millis());
            update.setLong(6, lease.toMillis());
            held(update, 7, held);
            checkNotFenced(update.executeUpdate());
        }
    }

    private static void checkNotFenced(int rowsUpdated) {
        if (rowsUpdated == 0) {
            throw new Fenced(Lease.LOST);
        }
    }
}
