package dev.banyan.bridge.store;

import dev.banyan.bridge.change.TableId;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Backfills as the store keeps them. */
final class BackfillRows {

    private BackfillRows() {}

    /** Returns every backfill and parity run, oldest first. */
    static List<Backfill> all(Connection connection) throws SQLException {
        return all(connection, true);
    }

    /** Returns every backfill, oldest first; a store of an older version knows no parity. */
    static List<Backfill> backfills(Connection connection, boolean knowsParity) throws SQLException {
        return all(connection, knowsParity).stream()
                .filter(backfill -> !backfill.isParity())
                .toList();
    }

    private static List<Backfill> all(Connection connection, boolean knowsParity) throws SQLException {
        var tables = tables(connection, knowsParity);
        var backfills = new ArrayList<Backfill>();
        try (var select = connection.prepareStatement("""
                        SELECT id, tables, state, wish, rows_read, rows_per_second, requested_ms, updated_ms, failures, failure
                        FROM bridge_backfill ORDER BY requested_ms, id""");
                var result = select.executeQuery()) {
            while (result.next()) {
                var id = result.getString(1);
                var known = tables.getOrDefault(id, Map.of());
                backfills.add(new Backfill(
                        id,
                        result.getString(2)
                                .lines()
                                .map(TableId::parse)
                                .map(table -> known.getOrDefault(
                                        table, new Backfill.Table(table, Backfill.Reading.WAITING, 0, null)))
                                .toList(),
                        Backfill.State.valueOf(result.getString(3).toUpperCase(Locale.ROOT)),
                        Backfill.Wish.valueOf(result.getString(4).toUpperCase(Locale.ROOT)),
                        result.getLong(5),
                        result.getObject(6, Long.class),
                        result.getString(10) == null
                                ? null
                                : new Backfill.Failure(result.getInt(9), result.getString(10)),
                        result.getLong(7),
                        result.getLong(8)));
            }
        }
        return backfills;
    }

    private static Map<String, Map<TableId, Backfill.Table>> tables(Connection connection, boolean knowsParity)
            throws SQLException {
        var tables = new HashMap<String, Map<TableId, Backfill.Table>>();
        try (var select =
                        connection.prepareStatement("SELECT backfill_id, table_name, state, rows_read, rows_estimated, "
                                + (knowsParity ? "parity" : "CAST(NULL AS VARCHAR(1))")
                                + " FROM bridge_backfill_table");
                var result = select.executeQuery()) {
            while (result.next()) {
                var id = TableId.parse(result.getString(2));
                tables.computeIfAbsent(result.getString(1), _ -> new HashMap<>())
                        .put(
                                id,
                                new Backfill.Table(
                                        id,
                                        Backfill.Reading.valueOf(
                                                result.getString(3).toUpperCase(Locale.ROOT)),
                                        result.getLong(4),
                                        result.getObject(5, Long.class),
                                        Parity.read(result.getString(6))));
            }
        }
        return tables;
    }

    static void insert(Connection connection, Backfill backfill) throws SQLException {
        try (var insert = connection.prepareStatement("""
                INSERT INTO bridge_backfill (id, tables, state, rows_read, requested_ms, updated_ms)
                VALUES (?, ?, ?, 0, ?, ?)""")) {
            insert.setString(1, backfill.id());
            insert.setString(
                    2,
                    String.join(
                            "\n",
                            backfill.tables().stream()
                                    .map(table -> table.id().toString())
                                    .toList()));
            insert.setString(3, text(backfill.state()));
            insert.setLong(4, backfill.requestedAtMs());
            insert.setLong(5, backfill.updatedAtMs());
            insert.executeUpdate();
        }
    }

    /** Writes how far it is: all but what people want of it. */
    static void update(Connection connection, Backfill backfill, long nowMs) throws SQLException {
        try (var update = connection.prepareStatement("""
                UPDATE bridge_backfill SET state = ?, rows_read = ?, rows_per_second = ?, updated_ms = ?,
                       started_ms = COALESCE(started_ms, ?), finished_ms = ?, failures = ?, failure = ? WHERE id = ?""")) {
            update.setString(1, text(backfill.state()));
            update.setLong(2, backfill.rowsRead());
            set(update, 3, backfill.rowsPerSecond());
            update.setLong(4, nowMs);
            update.setLong(5, nowMs);
            set(update, 6, backfill.isOver() ? (@Nullable Long) nowMs : null);
            var failure = backfill.failure();
            update.setInt(7, failure == null ? 0 : failure.times());
            update.setString(8, failure == null ? null : failure.why());
            update.setString(9, backfill.id());
            update.executeUpdate();
        }
        try (var delete = connection.prepareStatement("DELETE FROM bridge_backfill_table WHERE backfill_id = ?");
                var insert =
                        connection.prepareStatement("INSERT INTO bridge_backfill_table VALUES (?, ?, ?, ?, ?, ?)")) {
            delete.setString(1, backfill.id());
            delete.executeUpdate();
            for (var table : backfill.tables()) {
                insert.setString(1, backfill.id());
                insert.setString(2, table.id().toString());
                insert.setString(3, text(table.reading()));
                insert.setLong(4, table.rowsRead());
                set(insert, 5, table.rowsEstimated());
                insert.setString(
                        6, table.parity() == null ? null : table.parity().write());
                insert.addBatch();
            }
            insert.executeBatch();
        }
    }

    /** Writes what people want of it, unless it is over; true when it is not. */
    static boolean wish(Connection connection, String id, Backfill.Wish wish) throws SQLException {
        try (var update = connection.prepareStatement(
                "UPDATE bridge_backfill SET wish = ?, rows_per_second = NULL WHERE id = ? AND state IN ('requested', 'running')")) {
            update.setString(1, text(wish));
            update.setString(2, id);
            return update.executeUpdate() == 1;
        }
    }

    /** Counts a chunk that could not be read, and pauses the backfill at each {@code max} in a row. */
    static void failed(Connection connection, String id, String why, int max) throws SQLException {
        try (var update = connection.prepareStatement("""
                UPDATE bridge_backfill SET failures = failures + 1, failure = ?,
                       wish = CASE WHEN wish = 'go' AND MOD(failures + 1, ?) = 0 THEN 'pause' ELSE wish END
                WHERE id = ?""")) {
            update.setString(1, why);
            update.setInt(2, max);
            update.setString(3, id);
            update.executeUpdate();
        }
    }

    /** Says what one that has not failed waits for; of nothing when {@code why} is empty. */
    static void waits(Connection connection, String id, String why) throws SQLException {
        try (var update = connection.prepareStatement(
                "UPDATE bridge_backfill SET failure = ? WHERE id = ? AND state = 'requested' AND failures = 0")) {
            update.setString(1, why.isEmpty() ? null : why);
            update.setString(2, id);
            update.executeUpdate();
        }
    }

    /** Gives up every backfill that is not over, and what was remembered for the one under way. */
    static void cancelAll(Connection connection, long nowMs) throws SQLException {
        for (var backfill : all(connection)) {
            if (!backfill.isOver()) {
                cancel(connection, backfill, nowMs);
            }
        }
    }

    /** Gives up {@code backfill}, which is the one under way or next. */
    static void cancel(Connection connection, Backfill backfill, long nowMs) throws SQLException {
        update(connection, backfill.in(Backfill.State.CANCELLED), nowMs);
        forgetTouched(connection);
    }

    static void forgetTouched(Connection connection) throws SQLException {
        KeyPages.deleteAll(connection, List.of("bridge_backfill_touched", "bridge_incomplete_row"));
    }

    private static void set(PreparedStatement statement, int index, @Nullable Long number) throws SQLException {
        if (number == null) {
            statement.setNull(index, Types.BIGINT);
        } else {
            statement.setLong(index, number);
        }
    }

    private static String text(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
