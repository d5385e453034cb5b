package dev.banyan.bridge.store;

import dev.banyan.bridge.change.TableId;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;

/** The paused tables of a store. Any thread. */
public final class Pauses {

    private final BridgeStore store;
    private final InstantSource clock;

    Pauses(BridgeStore store, InstantSource clock) {
        this.store = store;
        this.clock = clock;
    }

    /** Every paused table, the one that was paused first first. */
    public List<Pause> all() {
        return store.run("reading the paused tables", Pauses::all);
    }

    /**
     * Pauses {@code table} of {@code aggregate}, which has {@code tables}, behind the position {@code since}; or says why it is paused still. Backfills
     * that are to read any of them are paused, too. All of it is on the disk when this returns. Throws {@link Fenced} if the lease is lost.
     */
    public void begin(TableId table, String aggregate, List<TableId> tables, long since, String why, String shape) {
        var pause = new Pause(table, aggregate, tables, since, clock.instant(), why, shape);
        store.runHeld("pausing a table", connection -> {
            if (!reshape(connection, table, why, shape)) {
                insert(connection, pause);
            }
            for (var backfill : BackfillRows.all(connection)) {
                if (!backfill.isOver()
                        && backfill.wish() == Backfill.Wish.GO
                        && backfill.tables().stream().anyMatch(each -> tables.contains(each.id()))) {
                    BackfillRows.wish(connection, backfill.id(), Backfill.Wish.PAUSE);
                }
            }
            return null;
        });
    }

    /** Remembers that {@code table}, which is paused, has another shape now. Throws {@link Fenced} if the lease is lost. */
    public void reshape(TableId table, String why, String shape) {
        store.runHeld(
                "writing how a paused table is made", connection -> (Object) reshape(connection, table, why, shape));
    }

    /** Ends the pauses of {@code aggregate}, of which nothing is parked. Throws {@link Fenced} if the lease is lost. */
    public void end(String aggregate) {
        store.runHeld("ending a pause", connection -> {
            try (var delete = connection.prepareStatement("DELETE FROM bridge_pause WHERE aggregate = ?")) {
                delete.setString(1, aggregate);
                return (Object) delete.executeUpdate();
            }
        });
    }

    private static void insert(Connection connection, Pause pause) throws SQLException {
        try (var insert = connection.prepareStatement("""
                INSERT INTO bridge_pause (table_name, aggregate, tables_of, since_lsn, noted_ms, why, shape)
                VALUES (?, ?, ?, ?, ?, ?, ?)""")) {
            insert.setString(1, pause.table().toString());
            insert.setString(2, pause.aggregate());
            insert.setString(3, pause.tables().stream().map(TableId::toString).collect(Collectors.joining("\n")));
            insert.setLong(4, pause.since());
            insert.setLong(5, pause.noted().toEpochMilli());
            insert.setString(6, pause.why());
            insert.setString(7, pause.shape());
            insert.executeUpdate();
        }
    }

    private static boolean reshape(Connection connection, TableId table, String why, String shape) throws SQLException {
        try (var update =
                connection.prepareStatement("UPDATE bridge_pause SET why = ?, shape = ? WHERE table_name = ?")) {
            update.setString(1, why);
            update.setString(2, shape);
            update.setString(3, table.toString());
            return update.executeUpdate() > 0;
        }
    }

    static List<Pause> all(Connection connection) throws SQLException {
        var pauses = new ArrayList<Pause>();
        try (var select = connection.prepareStatement("""
                        SELECT table_name, aggregate, tables_of, since_lsn, noted_ms, why, shape FROM bridge_pause
                        ORDER BY noted_ms, table_name""");
                var result = select.executeQuery()) {
            while (result.next()) {
                pauses.add(new Pause(
                        TableId.parse(result.getString(1)),
                        result.getString(2),
                        result.getString(3).lines().map(TableId::parse).toList(),
                        result.getLong(4),
                        Instant.ofEpochMilli(result.getLong(5)),
                        result.getString(6),
                        result.getString(7)));
            }
        }
        return Collections.unmodifiableList(pauses);
    }
}
