package dev.banyan.bridge.store;

import dev.banyan.bridge.change.TableId;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The remembered rows that a resync hid, until its backfill, or a change in the log, shows that they are there still. Those that are hidden when the
 * backfill is done went in the gap. One thread uses it.
 */
final class HiddenRows {

    /*
     * The mark is a part of the remembered row and goes where that is put anew; what is seen without being put (it has not changed, or waits, or was read
     * too late) is shown by its key. So nothing grows in memory or on the disk, and mark, row and position are stored together.
     */
    private record Table(TableId id, String backfill) {}

    private final Connection connection;
    private final SessionImages images;
    private final List<Table> tables;
    private final List<Table> due = new ArrayList<>();
    private Instant doneAt = Instant.EPOCH;
    private String last = "";

    HiddenRows(Connection connection, SessionImages images) throws SQLException {
        this.connection = connection;
        this.images = images;
        this.tables = new ArrayList<>(tables());
        look();
    }

    private List<Table> tables() throws SQLException {
        var found = new ArrayList<Table>();
        try (var select = connection.prepareStatement("SELECT table_name, backfill_id FROM bridge_hidden");
                var result = select.executeQuery()) {
            while (result.next()) {
                found.add(new Table(TableId.parse(result.getString(1)), result.getString(2)));
            }
        }
        return found;
    }

    /** Writes down that {@code backfill} has to be done before what is hidden of its tables is gone. */
    static void await(Connection connection, Backfill backfill) throws SQLException {
        try (var delete = connection.prepareStatement("DELETE FROM bridge_hidden");
                var insert = connection.prepareStatement("INSERT INTO bridge_hidden VALUES (?, ?)")) {
            delete.executeUpdate();
            for (var table : backfill.tables()) {
                insert.setString(1, table.id().toString());
                insert.setString(2, backfill.id());
                insert.addBatch();
            }
            insert.executeBatch();
        }
    }

    /** Looks which backfills are done. */
    void look() throws SQLException {
        due.clear();
        if (tables.isEmpty()) {
            return;
        }
        try (var select = connection.prepareStatement(
                "SELECT finished_ms FROM bridge_backfill WHERE id = ? AND state = 'done'")) {
            for (var table : tables.reversed()) { // roots first: what is left of theirs then needs no event
                select.setString(1, table.backfill);
                try (var result = select.executeQuery()) {
                    if (result.next()) {
                        doneAt = Instant.ofEpochMilli(result.getLong(1));
                        due.add(table);
                    }
                }
            }
        }
    }

    /** The row under {@code key} is there, or was. */
    void see(StoreSession.RowKey row) {
        if (!tables.isEmpty()) {
            images.see(row.table(), row.key());
        }
    }

    /** The next rows that are gone, of one table; null when there are no more. The last of a table are followed by its end, in the same commit. */
    Ledger.@Nullable Gone next(int most) throws SQLException {
        while (!due.isEmpty()) {
            var table = due.getFirst();
            var rows = images.hidden(table.id, last, most);
            if (!rows.isEmpty()) {
                last = rows.lastEntry().getKey();
                return new Ledger.Gone(table.id, List.copyOf(rows.values()), doneAt);
            }
            try (var delete = connection.prepareStatement("DELETE FROM bridge_hidden WHERE table_name = ?")) {
                delete.setString(1, table.id.toString());
                delete.executeUpdate();
            }
            due.removeFirst();
            tables.remove(table);
            last = "";
        }
        return null;
    }
}
