package dev.banyan.bridge.store;

import dev.banyan.bridge.change.AggregateImages;
import dev.banyan.bridge.change.TableId;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The store as one run of the engine uses it: what is written here is gathered, read back at once, and made durable by
 * {@link #commit} all together. After any failure throw the session away and open another: it may hold what was never committed.
 */
public final class StoreSession implements Ledger, AutoCloseable {

    static final String H2_FORCE = "CHECKPOINT SYNC";

    private final Connection connection;
    private final Dialect dialect;
    private final HeldLease lease;
    private final Lease.Held held;
    private final InstantSource clock;
    private final SessionImages images;
    private final StoredFaults faults;
    private final ParkedRows parked;
    private final StoredTokens tokens;
    private final IncompleteRows incomplete;
    private final HiddenRows hidden;
    private final GoneNumbers goneNumbers;
    private final Set<RowKey> touched = new LinkedHashSet<>();
    private boolean forgetTouched;

    /** A row of a table by its key's text. */
    public record RowKey(TableId table, String key) {}

    StoreSession(
            Connection connection,
            Dialect dialect,
            HeldLease lease,
            Lease.Held held,
            InstantSource clock,
            @Nullable FaultSeal seal,
            StoredTokens tokens,
            IntSupplier lostNoted)
            throws SQLException {
        this.connection = connection;
        this.dialect = dialect;
        this.lease = lease;
        this.held = held;
        this.clock = clock;
        connection.setAutoCommit(false);
        this.images = dialect == Dialect.H2 ? new H2Images(connection, tokens) : new PostgresImages(connection, tokens);
        this.tokens = tokens;
        this.faults = new StoredFaults(connection, seal, clock);
        this.parked = new ParkedRows(connection, seal);
        this.incomplete = new IncompleteRows(connection, dialect);
        this.hidden = new HiddenRows(connection, images, lostNoted);
        this.goneNumbers = new GoneNumbers(connection);
    }

    @Override
    public AggregateImages images() {
        return images;
    }

    @Override
    public StoredFaults faults() {
        return faults;
    }

    /** What waits, as far as it was committed. */
    public ParkedRows parked() {
        return parked;
    }

    @Override
    public int waiting() {
        return faults.waiting();
    }

    @Override
    public void keepTokens() {
        tokens.keep();
    }

    @Override
    public void touch(RowKey row) {
        touched.add(row);
        hidden.see(row);
    }

    @Override
    public void see(RowKey row) {
        hidden.see(row);
    }

    @Override
    public boolean hideLost(Position at, List<TableId> mapped, Runnable goesOn) {
        try {
            return hidden.hideLost(at.commitLsn(), mapped, clock.millis(), held, goesOn);
        } catch (SQLException e) {
            throw new StoreFailed("hiding the rows of a table", e);
        }
    }

    @Override
    public void keepGoneBut(Set<TableId> mapped) {
        try {
            hidden.keepAllBut(mapped);
        } catch (SQLException e) {
            throw new StoreFailed("reading which rows are gone", e);
        }
    }

    @Override
    public @Nullable Gone nextGone(int most) {
        try {
            return hidden.next(most);
        } catch (SQLException e) {
            throw new StoreFailed("reading the rows that are gone", e);
        }
    }

    @Override
    public long goneNumbers(int count) {
        return goneNumbers.take(count);
    }

    /** The tables whose rows were ever hidden, and behind which position last: what is parked from then on was heard of since. */
    public Map<TableId, Long> hiddenBehind() {
        try {
            return HiddenBehind.all(connection);
        } catch (SQLException e) {
            throw new StoreFailed("reading what was hidden", e);
        }
    }

    /** Has {@code tables} hidden and read anew by the next run, from the position {@code at} on: rows of theirs may be gone. Stored with the next commit. */
    public void hideAgain(Set<TableId> tables, Position at) {
        try {
            HiddenBehind.again(connection, tables, at.commitLsn());
        } catch (SQLException e) {
            throw new StoreFailed("noting that rows may be gone", e);
        }
    }

    /** Hides every remembered row of {@code tables}; throws {@link Fenced} if the lease is lost. */
    void hide(List<TableId> tables) {
        try {
            for (var table : tables) {
                images.hide(table, () -> {});
                StateRow.keep(connection, held);
                connection.commit();
            }
        } catch (SQLException e) {
            throw new StoreFailed("hiding the remembered rows", e);
        }
    }

    @Override
    public Set<RowKey> touchedAmong(List<RowKey> rows) {
        var found = new HashSet<>(rows);
        found.retainAll(touched);
        try {
            var others = rows.stream().filter(row -> !found.contains(row)).toList();
            found.addAll(TouchedRows.among(connection, dialect, others));
        } catch (SQLException e) {
            throw new StoreFailed("reading the rows a backfill must not touch", e);
        }
        return found;
    }

    /** Has every remembered row of {@code table} be found where {@code keys} say, with the next commit; how many were to be found elsewhere. */
    public int rekey(TableId table, Rekeying keys) {
        try {
            return images.rekey(table, keys);
        } catch (SQLException e) {
            throw new StoreFailed("putting the rows of " + table + " under other keys", e);
        }
    }

    @Override
    public void found(TableId table, String key, int run) {
        images.found(table, key, run);
    }

    @Override
    public Unfound unfound(TableId table, @Nullable String after, int most, int run) {
        try {
            return images.unfound(table, after, most, run);
        } catch (SQLException e) {
            throw new StoreFailed("looking through the remembered rows of " + table, e);
        }
    }

    @Override
    public IncompleteRows incomplete() {
        return incomplete;
    }

    @Override
    public void update(Backfill backfill) {
        try {
            BackfillRows.update(connection, backfill, clock.millis());
            forgetTouched |= backfill.isOver();
        } catch (SQLException e) {
            throw new StoreFailed("recording a backfill", e);
        }
    }

    @Override
    public void checkLease() {
        try {
            StateRow.check(connection, held);
        } catch (SQLException e) {
            throw new StoreFailed("checking the lease", e);
        }
    }

    @Override
    public boolean holdsLease() {
        return lease.isSure();
    }

    @Override
    public void write() {
        try {
            images.flush();
            images.committed();
            flushTouched();
            touched.clear();
        } catch (SQLException e) {
            throw new StoreFailed("writing to the store", e);
        }
    }

    @Override
    public void commit(Position position) {
        try {
            images.flush();
            var hasFaults = faults.flush();
            flushTouched();
            goneNumbers.flush();
            // Last, because from then to the end nobody else, neither a renewal nor a successor, gets at the lease.
            StateRow.movePosition(connection, dialect, held, lease.length(), clock, position);
            connection.commit();
            images.committed();
            faults.committed();
            touched.clear();
            if (forgetTouched) {
                hidden.look(); // a backfill is over
            }
            forgetTouched = false;
            if (hasFaults) {
                force(); // else, after a kill, a mended mapping makes of them what the hub is taken to have
            }
        } catch (SQLException e) {
            throw new StoreFailed("committing to the store", e);
        }
    }

    @Override
    public void force() {
        if (dialect != Dialect.H2) {
            return;
        }
        try (var statement = connection.createStatement()) {
            statement.execute(H2_FORCE);
            connection.commit();
        } catch (SQLException e) {
            throw new StoreFailed("forcing the store to disk", e);
        }
    }

    private void flushTouched() throws SQLException {
        incomplete.flush();
        if (forgetTouched) {
            BackfillRows.forgetTouched(connection);
            return;
        }
        if (touched.isEmpty()) {
            return;
        }
        try (var insert = connection.prepareStatement(dialect.putTouched)) {
            for (var row : touched) {
                insert.setString(1, row.table.toString());
                insert.setString(2, dialect.key(row.key));
                insert.addBatch();
            }
            insert.executeBatch();
        }
    }

    @Override
    public void close() {
        try (connection) { // whatever fails
            images.close();
            connection.rollback();
        } catch (SQLException e) {
            throw new StoreFailed("closing the store's session", e);
        }
    }
}
