package dev.banyan.bridge.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Faults as rows of the store, without the rows that they keep. */
final class FaultRows {

    private static final String COLUMNS =
            "id, state, group_id, aggregate, aggregate_key, tx_id, commit_lsn, commit_time, changes, message, reason, noted_ms";

    private FaultRows() {}

    /** The newest {@code most} faults, oldest first. */
    static List<Fault> newest(Connection connection, int most) throws SQLException {
        try (var select = connection.prepareStatement(
                "SELECT " + COLUMNS + " FROM bridge_fault ORDER BY noted_ms DESC, commit_lsn DESC, id LIMIT ?")) {
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
                Fault.State.valueOf(result.getString(2).toUpperCase(Locale.ROOT)),
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
