package dev.banyan.bridge.store;

import dev.banyan.bridge.change.Cause;
import dev.banyan.bridge.change.Transaction;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What waits in the store's tables, read back with its rows. */
public final class ParkedRows {

    /** Rows of a few MB at most, which are opened one by one. */
    private static final int ROWS_FETCHED = 10;

    private final Connection connection;
    private final @Nullable FaultSeal seal;

    ParkedRows(Connection connection, @Nullable FaultSeal seal) {
        this.connection = connection;
        this.seal = seal;
    }

    /** The parked parts of {@code group}, in the order they came, with their rows. */
    public List<ParkedPart> parts(String group) {
        return parts(group, Long.MIN_VALUE, Integer.MAX_VALUE, Long.MAX_VALUE);
    }

    /**
     * The first of them behind the position {@code from}: of {@code most} rows of the store and {@code bytesMax} of their bytes, or of one position, whose
     * parts come together.
     */
    public List<ParkedPart> parts(String group, long from, int most, long bytesMax) {
        if (seal == null) {
            throw new StoreUnusable("faultKeyFile: none (expected: the one the rows were parked with)");
        }
        var parts = new ArrayList<ParkedPart>();
        try (var select = connection.prepareStatement("""
                SELECT id, commit_lsn, tx_id, commit_time, sealed, cause_id, traceparent, piece, go FROM bridge_fault
                WHERE group_id = ? AND state = 'parked' AND commit_lsn > ? AND commit_lsn <= ?
                ORDER BY commit_lsn, go NULLS FIRST, noted_ms, piece, id""")) {
            select.setString(1, group);
            select.setLong(2, from);
            select.setLong(3, lastOf(group, from, most, bytesMax));
            select.setFetchSize(ROWS_FETCHED);
            try (var result = select.executeQuery()) {
                while (result.next()) {
                    var id = result.getString(1);
                    var changes = ChangeBytes.read(seal.open(id, result.getBytes(5)));
                    if (result.getInt(8) > 0) {
                        parts.add(parts.removeLast().with(id, changes));
                        continue;
                    }
                    parts.add(new ParkedPart(
                            List.of(id),
                            new Transaction(
                                    result.getLong(2),
                                    result.getString(3),
                                    Instant.parse(result.getString(4)),
                                    changes,
                                    new Cause(result.getString(6), result.getString(7)),
                                    result.getObject(9, Long.class))));
                }
            }
        } catch (SQLException e) {
            throw new StoreFailed("reading parked rows", e);
        }
        return parts;
    }

    /**
     * Up to which position {@code most} rows that {@code group} has parked behind the position {@code from} go, or as many of them as have no more than
     * {@code bytesMax}; the first position is always whole.
     */
    private long lastOf(String group, long from, int most, long bytesMax) throws SQLException {
        try (var select = connection.prepareStatement("""
                SELECT commit_lsn, OCTET_LENGTH(sealed) FROM bridge_fault
                WHERE group_id = ? AND state = 'parked' AND commit_lsn > ?
                ORDER BY group_id, state, commit_lsn, piece LIMIT ?""")) {
            select.setString(1, group);
            select.setLong(2, from);
            select.setInt(3, most);
            try (var result = select.executeQuery()) {
                var rows = 0;
                var bytes = 0L;
                var before = from;
                var last = from;
                while (result.next()) {
                    rows++;
                    bytes += result.getLong(2);
                    if (result.getLong(1) != last) {
                        before = last;
                        last = result.getLong(1);
                    }
                    if (bytes > bytesMax) {
                        return before > from ? before : last;
                    }
                }
                return rows < most ? Long.MAX_VALUE : last;
            }
        }
    }

    /** True when {@code group} has anything parked behind the position {@code from}. */
    public boolean hasMore(String group, long from) {
        try (var select = connection.prepareStatement(
                "SELECT 1 FROM bridge_fault WHERE group_id = ? AND state = 'parked' AND commit_lsn > ? LIMIT 1")) {
            select.setString(1, group);
            select.setLong(2, from);
            try (var result = select.executeQuery()) {
                return result.next();
            }
        } catch (SQLException e) {
            throw new StoreFailed("reading parked rows", e);
        }
    }
}
