package dev.banyan.bridge.store;

import dev.banyan.bridge.change.Row;
import dev.banyan.bridge.change.TableId;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The backfills of a store, and the parity runs in one line with them, as people ask for them and as the bridge looks them up. Any thread. */
public final class Backfills {

    private final BridgeStore store;
    private final InstantSource clock;

    Backfills(BridgeStore store, InstantSource clock) {
        this.store = store;
        this.clock = clock;
    }

    /** Every backfill, oldest first. */
    public List<Backfill> all() {
        return line().stream().filter(each -> !each.isParity()).toList();
    }

    /** Every parity run, oldest first. */
    public List<Backfill> parities() {
        return line().stream().filter(Backfill::isParity).toList();
    }

    /** Every backfill and every parity run, oldest first: they are read one after the other. */
    public List<Backfill> line() {
        return store.run("reading the backfills", BackfillRows::all);
    }

    /** The tables that are paused: nothing may be read of what waits with them. */
    public List<Pause> pauses() {
        return store.pauses().all();
    }

    /** Asks for {@code tables} to be read, after everything that was asked for before. */
    public Backfill request(List<TableId> tables) {
        return store.runForced("asking for a backfill", connection -> {
            var backfill = next(connection, tables, clock.millis());
            BackfillRows.insert(connection, backfill);
            return backfill;
        });
    }

    /** Asks for {@code tables} to be compared, after everything that was asked for before. */
    public Backfill requestParity(List<TableId> tables) {
        return store.runForced("asking for a parity run", connection -> {
            var run = Backfill.parity(tables, after(BackfillRows.all(connection), clock.millis()));
            BackfillRows.insert(connection, run);
            return run;
        });
    }

    /** True when nothing of {@code table} is remembered. */
    public boolean isForgotten(TableId table) {
        try (var session = store.session()) {
            return session.images().any(table) == null;
        }
    }

    /** A backfill of {@code tables} to be asked for, which sorts behind every other whatever the clock says. */
    public Backfill next(List<TableId> tables) {
        return store.run("reading the backfills", connection -> next(connection, tables, clock.millis()));
    }

    private static Backfill next(Connection connection, List<TableId> tables, long nowMs) throws SQLException {
        return Backfill.of(tables, after(BackfillRows.all(connection), nowMs));
    }

    /** When one is asked for that sorts behind all of {@code line}. */
    static long after(List<Backfill> line, long nowMs) {
        var last = line.stream().mapToLong(Backfill::requestedAtMs).max();
        return Math.max(nowMs, last.orElse(0) + 1);
    }

    /** Any {@code most} of the rows that the running backfill has to read again, by table: each row's key. */
    public Map<TableId, List<Row>> incomplete(int most) {
        return store
                .run("reading the rows that lack a value", connection -> IncompleteRows.some(connection, most))
                .entrySet()
                .stream()
                .collect(Collectors.groupingBy(
                        entry -> entry.getKey().table(),
                        LinkedHashMap::new,
                        Collectors.mapping(Map.Entry::getValue, Collectors.toList())));
    }

    /** Says what is wanted of backfill {@code id}; false when it is over. */
    public boolean wish(String id, Backfill.Wish wish) {
        return store.runForced(
                "writing what is wanted of a backfill", connection -> BackfillRows.wish(connection, id, wish));
    }

    /**
     * Remembers that a chunk of backfill {@code id} could not be read, and {@code why}; returns what has become of it. With {@code isForGood} it is
     * paused at once, because it would fail again.
     */
    public Backfill failed(String id, String why, boolean isForGood) {
        return store.runForced("writing that a backfill failed", connection -> {
            BackfillRows.failed(connection, id, why, isForGood ? 1 : Backfill.FAILURES_MAX);
            return BackfillRows.all(connection).stream()
                    .filter(backfill -> backfill.id().equals(id))
                    .findFirst()
                    .orElseThrow();
        });
    }

    /** Says what backfill {@code id} waits for before it begins; nothing when {@code why} is empty. */
    public void waits(String id, String why) {
        store.runForced("writing what a backfill waits for", connection -> {
            BackfillRows.waits(connection, id, why);
            return null;
        });
    }

    /** Ends those at the head that are to be cancelled and have not begun. Only while no engine runs that may have been asked for them. */
    public void endUnbegun() {
        store.runForced("cancelling backfills", connection -> {
            for (var backfill : BackfillRows.all(connection)) {
                if (backfill.isOver()) {
                    continue;
                }
                if (!backfill.isCancelledUnbegun()) {
                    break;
                }
                BackfillRows.cancel(connection, backfill, clock.millis());
            }
            return null;
        });
    }
}
