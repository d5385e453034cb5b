package dev.banyan.bridge.store;

import dev.banyan.bridge.change.TableId;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Backfills as the store keeps them. */
final class BackfillRows {

    private BackfillRows() {}

    /** Returns every backfill, oldest first. */
    static List<Backfill> all(Connection connection) throws SQLException {
        var backfills = new ArrayList<Backfill>();
        try (var select = connection.prepareStatement(
                        "SELECT id, tables, state, rows_read, requested_ms FROM bridge_backfill ORDER BY requested_ms, id");
                var result = select.executeQuery()) {
            while (result.next()) {
                backfills.add(new Backfill(
                        result.getString(1),
                        result.getString(2).lines().map(TableId::parse).toList(),
                        Backfill.State.valueOf(result.getString(3).toUpperCase(Locale.ROOT)),
                        result.getLong(4),
                        result.getLong(5)));
            }
        }
        return backfills;
    }

    static void insert(Connection connection, Backfill backfill) throws SQLException {
        try (var insert = connection.prepareStatement(
                "INSERT INTO bridge_backfill (id, tables, state, rows_read, requested_ms) VALUES (?, ?, ?, 0, ?)")) {
            insert.setString(1, backfill.id());
            insert.setString(
                    2,
                    String.join(
                            "\n",
                            backfill.tables().stream().map(TableId::toString).toList()));
            insert.setString(3, backfill.state().name().toLowerCase(Locale.ROOT));
            insert.setLong(4, backfill.requestedAtMs());
            insert.executeUpdate();
        }
    }
}
