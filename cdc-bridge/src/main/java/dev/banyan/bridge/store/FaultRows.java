package dev.banyan.bridge.store;

import dev.banyan.bridge.change.KeyText;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Faults as rows of the store, without the rows that they keep. */
final class FaultRows {

    private static final String COLUMNS =
            "id, state, group_id, aggregate, aggregate_key, tx_id, commit_lsn, commit_time, changes, message, reason, noted_ms";

    private FaultRows() {}

    /** The newest {@code most} faults, with all the rest in numbers. */
    static FaultListing listing(Connection connection, int most) throws SQLException {
        return new FaultListing(
                Pauses.all(connection), groups(connection), newest(connection, most), counts(connection));
    }

    private static List<FaultListing.PausedGroup> groups(Connection connection) throws SQLException {
        try (var select = connection.prepareStatement("""
                        SELECT waiting.group_id, waiting.aggregate, count(*) FROM bridge_waiting waiting
                        JOIN bridge_fault fault ON fault.group_id = waiting.group_id AND fault.state = 'parked'
                        WHERE waiting.aggregate_key = '%s'
                        GROUP BY waiting.group_id, waiting.aggregate ORDER BY waiting.aggregate""".formatted(KeyText.NONE));
                var result = select.executeQuery()) {
            var groups = new ArrayList<FaultListing.PausedGroup>();
            while (result.next()) {
                groups.add(new FaultListing.PausedGroup(result.getString(1), result.getString(2), result.getLong(3)));
            }
            return groups;
        }
    }

    private static Map<Fault.State, Long> counts(Connection connection) throws SQLException {
        try (var select = connection.prepareStatement(
                        "SELECT state, count(*) FROM bridge_fault WHERE piece = 0 GROUP BY state");
                var result = select.executeQuery()) {
            var counts = new EnumMap<Fault.State, Long>(Fault.State.class);
            while (result.next()) {
                counts.put(state(result.getString(1)), result.getLong(2));
            }
            return counts;
        }
    }

    private static Fault.State state(String word) {
        return Fault.State.valueOf(word.toUpperCase(Locale.ROOT));
    }

    /** Oldest first. */
    private static List<Fault> newest(Connection connection, int most) throws SQLException {
        try (var select = connection.prepareStatement("SELECT " + COLUMNS + """
                 FROM bridge_fault WHERE piece = 0 AND NOT (state = 'parked' AND message = '' AND aggregate_key = '%s')
                ORDER BY noted_ms DESC, commit_lsn DESC, id LIMIT ?""".formatted(KeyText.NONE))) {
            select.setInt(1, most);
            try (var result = select.executeQuery()) {
                var faults = new ArrayList<Fault>();
                while (result.next()) {
                    faults.add(read(result));
                }
                return faults.reversed();
            }
        }
    }

    private static Fault read(ResultSet result) throws SQLException {
        return new Fault(
                result.getString(1),
                state(result.getString(2)),
                result.getString(3),
                result.getString(4),
                result.getString(5),
                result.getString(6),
                result.getLong(7),
                Instant.parse(result.getString(8)),
                result.getInt(9),
                result.getString(10),
                result.getString(11),
                Instant.ofEpochMilli(result.getLong(12)));
    }

    /** How many are {@code which}, a condition. */
    static long count(Connection connection, String which) throws SQLException {
        try (var select = connection.prepareStatement("SELECT count(*) FROM bridge_fault WHERE " + which);
                var result = select.executeQuery()) {
            result.next();
            return result.getLong(1);
        }
    }

    /** Deletes all that is skipped or resubmitted but the newest {@code kept}. */
    static void forgetOldest(Connection connection, int kept) throws SQLException {
        try (var delete = connection.prepareStatement("""
                DELETE FROM bridge_fault WHERE state <> 'parked' AND id IN
                (SELECT id FROM bridge_fault WHERE state <> 'parked' ORDER BY noted_ms DESC, commit_lsn DESC, id
                 OFFSET ? ROWS)""")) {
            delete.setInt(1, kept);
            delete.executeUpdate();
        }
    }

    private static final String RESOLVE =
            "UPDATE bridge_fault SET state = 'resubmitted', reason = ?, sealed = NULL, resolved_ms = ? WHERE state = 'parked' AND ";

    /** Marks all that is parked of {@code group} as resubmitted. */
    static void resolve(Connection connection, String group, String reason, long nowMs) throws SQLException {
        try (var update = connection.prepareStatement(RESOLVE + "group_id = ?")) {
            update.setString(1, reason);
            update.setLong(2, nowMs);
            update.setString(3, group);
            update.executeUpdate();
        }
    }

    /** Marks the faults {@code ids} as resubmitted. */
    static void resolve(Connection connection, Iterable<String> ids, String reason, long nowMs) throws SQLException {
        try (var update = connection.prepareStatement(RESOLVE + "id = ?")) {
            for (var id : ids) {
                update.setString(1, reason);
                update.setLong(2, nowMs);
                update.setString(3, id);
                update.addBatch();
            }
            update.executeBatch();
        }
    }

    /** Lets the aggregates of {@code group}, of which nothing is parked any more, go on; a pause stays while there is a spool. */
    static void release(Connection connection, String group) throws SQLException {
        for (var delete : List.of(
                "DELETE FROM bridge_pause WHERE aggregate IN (SELECT aggregate FROM bridge_waiting WHERE group_id = ?"
                        + " AND aggregate_key = '" + KeyText.NONE
                        + "') AND NOT EXISTS (SELECT 1 FROM bridge_state WHERE spool_id IS NOT NULL)",
                "DELETE FROM bridge_waiting WHERE group_id = ?")) {
            try (var statement = connection.prepareStatement(delete)) {
                statement.setString(1, group);
                statement.executeUpdate();
            }
        }
    }

    /** Ends every pause and gives up what is parked because of it: the rows are read anew. */
    static void giveUpPaused(Connection connection, long nowMs) throws SQLException {
        var groups = "group_id IN (SELECT group_id FROM bridge_waiting WHERE aggregate_key = '" + KeyText.NONE + "')";
        try (var update = connection.prepareStatement(
                        "UPDATE bridge_fault SET state = 'skipped', reason = 'resync', sealed = NULL, resolved_ms = ?"
                                + " WHERE state = 'parked' AND " + groups);
                var statement = connection.createStatement()) {
            update.setLong(1, nowMs);
            update.executeUpdate();
            statement.executeUpdate("DELETE FROM bridge_waiting WHERE " + groups);
            statement.executeUpdate("DELETE FROM bridge_pause");
        }
    }

    /** Makes the group {@code from} a part of {@code to}. */
    static void join(Connection connection, String from, String to) throws SQLException {
        for (var table : List.of("bridge_fault", "bridge_waiting")) {
            try (var update = connection.prepareStatement("UPDATE " + table + " SET group_id = ? WHERE group_id = ?")) {
                update.setString(1, to);
                update.setString(2, from);
                update.executeUpdate();
            }
        }
    }

    /** Sets the first eleven parameters of an insert. */
    static void set(PreparedStatement insert, Fault fault) throws SQLException {
        insert.setString(1, fault.id());
        insert.setString(2, fault.state().name().toLowerCase(Locale.ROOT));
        insert.setString(3, fault.group());
        insert.setString(4, fault.aggregate());
        insert.setString(5, fault.key());
        insert.setString(6, fault.txId());
        insert.setLong(7, fault.commitLsn());
        insert.setString(8, fault.committed().toString());
        insert.setInt(9, fault.changes());
        insert.setString(10, fault.message());
        insert.setString(11, fault.reason());
    }
}
