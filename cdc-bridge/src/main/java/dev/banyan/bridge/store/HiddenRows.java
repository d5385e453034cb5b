package dev.banyan.bridge.store;

import dev.banyan.bridge.change.TableId;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The remembered rows that a resync hid, or a partition that went, until the backfill behind it, or a change in the log, shows that they are there still.
 * Those that are hidden when the backfill is done are gone. One thread uses it.
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
    private final IntSupplier lostNoted;
    private Map<TableId, Long> lost = Map.of();
    private int noted = -1;
    private final List<Table> due = new ArrayList<>();
    private Set<TableId> mapped = Set.of();
    private Instant doneAt = Instant.EPOCH;
    private String last = "";

    /** {@code lostNoted} is how often something was noted in {@link LostRows}. */
    HiddenRows(Connection connection, SessionImages images, IntSupplier lostNoted) throws SQLException {
        this.connection = connection;
        this.lostNoted = lostNoted;
        this.images = images;
        this.tables = new ArrayList<>(tables());
        look();
    }

    private List<Table> tables() throws SQLException {
        var found = new ArrayList<Table>();
        try (var select = connection.prepareStatement(
                        "SELECT table_name, backfill_id FROM bridge_hidden ORDER BY place");
                var result = select.executeQuery()) {
            while (result.next()) {
                found.add(new Table(TableId.parse(result.getString(1)), result.getString(2)));
            }
        }
        return found;
    }

    /** Writes down that {@code backfill} has to be done before what is hidden of {@code hidden}, tables of it, is gone. */
    static void await(Connection connection, Backfill backfill, List<TableId> hidden) throws SQLException {
        try (var delete = connection.prepareStatement("DELETE FROM bridge_hidden WHERE table_name = ?");
                var insert = connection.prepareStatement("INSERT INTO bridge_hidden VALUES (?, ?, ?)")) {
            for (var table : hidden) {
                delete.setString(1, table.toString());
                delete.executeUpdate();
                insert.setString(1, table.toString());
                insert.setString(2, backfill.id());
                insert.setInt(3, hidden.indexOf(table));
                insert.addBatch();
            }
            insert.executeBatch();
        }
        HiddenBehind.note(connection, hidden);
    }

    /** Looks which tables have been read: by the backfill that is awaited, or by one that came after it. */
    void look() throws SQLException {
        due.clear();
        if (tables.isEmpty()) {
            return;
        }
        try (var select = connection.prepareStatement("""
                SELECT finished_ms FROM bridge_backfill
                JOIN bridge_backfill_table ON backfill_id = id AND table_name = ?
                WHERE bridge_backfill.state = 'done' AND id NOT LIKE 'parity-%' AND requested_ms >= (SELECT requested_ms FROM bridge_backfill WHERE id = ?)
                ORDER BY requested_ms""")) {
            for (var table : tables.reversed()) { // roots first: what is left of theirs then needs no event
                select.setString(1, table.id.toString());
                select.setString(2, table.backfill);
                try (var result = select.executeQuery()) {
                    if (result.next() && (mapped.isEmpty() || mapped.contains(table.id))) {
                        doneAt = Instant.ofEpochMilli(result.getLong(1));
                        due.add(table);
                    }
                }
            }
        }
    }

    /** Hides those of {@code mapped} of which rows went, all changes of which lie at or before {@code position}, and asks for them to be read in that order; false when there are none. {@code goesOn} runs meanwhile. Throws {@link Fenced} when the lease is not {@code held} any more. */
    boolean hideLost(long position, List<TableId> mapped, long nowMs, Lease.Held held, Runnable goesOn)
            throws SQLException {
        var count = lostNoted.getAsInt();
        if (count != noted) {
            lost = LostRows.all(connection);
            noted = count;
        }
        if (lost.isEmpty()) {
            return false;
        }
        // What a backfill reads of a paused table waits, and would be old by the time that it is told.
        var paused = Pauses.all(connection).stream()
                .flatMap(pause -> pause.tables().stream())
                .collect(Collectors.toSet());
        var ripe = mapped.stream()
                .filter(table -> lost.getOrDefault(table, Long.MAX_VALUE) <= position)
                .filter(table -> !paused.contains(table))
                .toList();
        if (ripe.isEmpty()) {
            return false;
        }
        for (var table : ripe) {
            images.hide(table, goesOn);
        }
        // Behind what takes long, and in the order of who notes one: the lease is renewed meanwhile, and nobody waits
        // for each other.
        StateRow.keep(connection, held);
        try (var delete =
                connection.prepareStatement("DELETE FROM bridge_lost WHERE table_name = ? AND since_lsn = ?")) {
            for (var table : ripe) {
                delete.setString(1, table.toString());
                delete.setLong(2, Objects.requireNonNull(lost.get(table)));
                delete.executeUpdate();
            }
        }
        var line = BackfillRows.all(connection);
        var backfill = unbegun(line, ripe).orElse(null);
        if (backfill == null) {
            backfill = Backfill.of(ripe, Backfills.after(line, nowMs));
            BackfillRows.insert(connection, backfill);
        }
        await(connection, backfill, ripe);
        tables.removeIf(table -> ripe.contains(table.id));
        for (var table : ripe) {
            tables.add(new Table(table, backfill.id()));
        }
        lost = LostRows.all(connection);
        last = "";
        look();
        return true;
    }

    /** The one of {@code line} that reads all of {@code wanted} from now on. The head may have been asked for already. */
    private static Optional<Backfill> unbegun(List<Backfill> line, List<TableId> wanted) {
        return line.stream()
                .filter(backfill -> !backfill.isOver())
                .skip(1)
                .filter(backfill -> !backfill.isParity()
                        && backfill.state() == Backfill.State.REQUESTED
                        && backfill.wish() == Backfill.Wish.GO
                        && backfill.tables().stream()
                                .map(Backfill.Table::id)
                                .toList()
                                .containsAll(wanted))
                .findFirst();
    }

    /** Keeps what is gone of tables that are not among {@code others}, if these are any. */
    void keepAllBut(Set<TableId> others) throws SQLException {
        mapped = others;
        look();
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
                rows.keySet().forEach(key -> images.see(table.id, key)); // it may be parked, and is told then
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
