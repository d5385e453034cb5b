package dev.banyan.bridge.store;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.banyan.bridge.secret.VaultKeys;
import java.lang.management.ManagementFactory;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.flywaydb.core.api.FlywayException;
import org.jspecify.annotations.Nullable;

/** One bridge's store, in H2 (one process at a time) or PostgreSQL (another host can take over). */
public final class BridgeStore implements AutoCloseable {

    /*
     * The lease says who may write. Its epoch rises by one with every holder, and every commit names the epoch and the holder it was started
     * under, so that a holder who was paused past his lease writes nothing more, whatever his clock says. Time only decides how long a
     * successor waits, and what a holder may send to a hub that shuts nobody out (HeldLease). In H2 the file can be open in one process only: whoever has opened it needs not wait for the lease of the dead.
     *
     * H2 writes 500 ms after a commit: a process that is killed may forget that much. So whatever is acted upon elsewhere is forced to the
     * disk first (runForced here, StoreSession#force before PostgreSQL is told of a position), and so are rows that a backfill read, whose
     * chunk the log does not bring again (Courier); the rest comes again and is suppressed.
     */
    private static final int CONNECTIONS_MAX = 4;
    private static final Duration CONNECTION_WAIT = Duration.ofSeconds(10);

    /** How to reach the store. */
    public record Settings(
            String jdbcUrl,
            String user,
            String password,
            @Nullable FaultSeal seal,
            @Nullable VaultKeys vault) {

        /** A store without a token vault. */
        public Settings(String jdbcUrl, String user, String password, @Nullable FaultSeal seal) {
            this(jdbcUrl, user, password, seal, null);
        }

        /** A store that is never asked to park anything, either. */
        public Settings(String jdbcUrl, String user, String password) {
            this(jdbcUrl, user, password, null);
        }
    }

    private final HikariDataSource source;
    private final @Nullable FaultSeal seal;
    private final @Nullable VaultKeys vault;
    private final Dialect dialect;
    private final String bridge;
    private final HeldLease lease;
    private final InstantSource clock;

    /** How often rows were noted as lost: a session looks then. */
    final AtomicInteger lostNoted = new AtomicInteger();

    private BridgeStore(
            HikariDataSource source,
            @Nullable FaultSeal seal,
            @Nullable VaultKeys vault,
            Dialect dialect,
            String bridge,
            String holder,
            Duration lease,
            InstantSource clock) {
        this.source = source;
        this.seal = seal;
        this.vault = vault;
        this.dialect = dialect;
        this.bridge = bridge;
        this.clock = clock;
        this.lease = new HeldLease(this, dialect, holder, lease, clock, System::nanoTime);
    }

    /** How {@code what} of this process signs its lease: nobody else does so. */
    public static String holder(String what) {
        return what + " " + ManagementFactory.getRuntimeMXBean().getName() + "-" + Long.toHexString(System.nanoTime());
    }

    /** Opens the store of {@code bridge} and brings its tables up to date. {@code holder} is how this instance signs its lease. */
    public static BridgeStore open(
            Settings settings, String bridge, String holder, Duration lease, InstantSource clock) {
        var dialect = Dialect.of(settings.jdbcUrl());
        var config = new HikariConfig();
        config.setPoolName("banyan-bridge-store");
        dialect.configure(config, settings.jdbcUrl(), holder);
        config.setUsername(settings.user());
        config.setPassword(settings.password());
        config.setMaximumPoolSize(CONNECTIONS_MAX);
        if (dialect != Dialect.H2) { // which closes its file with the last connection, and is slow to open it
            config.setMinimumIdle(1);
        }
        config.setConnectionTimeout(CONNECTION_WAIT.toMillis());
        config.setInitializationFailTimeout(-1);
        try (var _ = opened(config, dialect)) {
            return open(new HikariDataSource(config), settings, dialect, bridge, holder, lease, clock);
        } catch (SQLException | FlywayException e) {
            throw unusable(settings, e);
        }
    }

    /** H2's file, which takes its time to open when a large transaction was the last: longer than a connection is waited for. */
    private static @Nullable Connection opened(HikariConfig config, Dialect dialect) throws SQLException {
        return dialect == Dialect.H2
                ? DriverManager.getConnection(config.getJdbcUrl(), config.getUsername(), config.getPassword())
                : null;
    }

    private static BridgeStore open(
            HikariDataSource source,
            Settings settings,
            Dialect dialect,
            String bridge,
            String holder,
            Duration lease,
            InstantSource clock) {
        try {
            StoreTables.migrations(source, dialect).migrate();
            var store =
                    new BridgeStore(source, settings.seal(), settings.vault(), dialect, bridge, holder, lease, clock);
            store.createState();
            store.checkVault();
            return store;
        } catch (RuntimeException e) {
            source.close();
            throw e;
        }
    }

    static StoreUnusable unusable(Settings settings, Exception e) {
        var plain = new StoreUnusable("store " + settings.jdbcUrl() + ": " + e.getMessage(), e);
        return plain.isInUse()
                ? new StoreUnusable(
                        "store " + settings.jdbcUrl() + ": another process has it open (expected: one bridge a store)",
                        e)
                : plain;
    }

    private void createState() {
        run("creating the bridge's state", connection -> {
            try (var select = connection.prepareStatement("SELECT bridge FROM bridge_state WHERE id = 1");
                    var result = select.executeQuery()) {
                if (result.next()) {
                    var found = result.getString(1);
                    if (!found.equals(bridge)) {
                        throw new StoreUnusable("store: it belongs to bridge " + found + " (expected: " + bridge + ")");
                    }
                    return null;
                }
            }
            try (var insert = connection.prepareStatement("""
                    INSERT INTO bridge_state (id, bridge, store_id, epoch, holder, lease_until_ms)
                    VALUES (1, ?, ?, 0, '', 0)""")) {
                insert.setString(1, bridge);
                insert.setString(2, UUID.randomUUID().toString());
                insert.executeUpdate();
            }
            return null;
        });
    }

    /** Takes the lease if it is free, expired, or this is H2; true if this instance now holds it. */
    public boolean tryLease() {
        return lease.take();
    }

    /** Keeps the lease for another while; throws {@link Fenced} if it is lost. */
    public void renewLease() {
        lease.renew();
    }

    /** How long a lease of this process lasts unless it is kept. */
    public Duration leaseLength() {
        return lease.length();
    }

    /** Gives the lease up, so that a successor need not wait. */
    public void releaseLease() {
        lease.release();
    }

    /** Who holds the lease now, for the operator who waits for it. */
    public String leaseHolder() {
        return run("reading the lease", StateRow::holder);
    }

    /** Names this store, from its making or {@link #beginAnew} on: a hub's record of another store's position means nothing here. */
    public String storeId() {
        return run("reading the store's id", StateRow::storeId);
    }

    /** The stored position; empty before the first start. */
    public Optional<Position> position() {
        return run("reading the position", StateRow::position);
    }

    /** Why the log was once found to end before our position, however far it is now; empty when it never was since the last {@link #beginAnew}. */
    public String setBack() {
        return run("reading whether the log was set back", StateRow::setBack);
    }

    /** Remembers, durably, that the log ended before our position, or may lack something behind it; throws {@link Fenced} if the lease is lost. */
    public void setBack(String why) {
        runHeld("writing that the log was set back", connection -> {
            StateRow.setBack(connection, why);
            return null;
        });
    }

    /** The spool that is not empty; empty when the hub has everything the legacy database was told is safe. */
    public Optional<SpoolClaim> spool() {
        return run("reading the spool's claim", StateRow::spool);
    }

    /** Records, durably, that from now on {@code claim} holds what the hub has not; throws {@link Fenced} if the lease is lost. */
    public void claimSpool(SpoolClaim claim) {
        setSpool("claiming the spool", claim);
    }

    /** Throws {@link Fenced} if the lease is lost. */
    public void checkLease() {
        run("checking the lease", connection -> {
            StateRow.check(connection, lease.held());
            return null;
        });
    }

    /** Records that no spool holds anything any more. */
    public void releaseSpool() {
        setSpool("releasing the spool", null);
    }

    private void setSpool(String what, @Nullable SpoolClaim claim) {
        runForced(what, connection -> {
            StateRow.spool(connection, lease.held(), claim);
            return null;
        });
    }

    /**
     * Records where the bridge begins anew after a gap: a spool, every backfill but {@code backfill}, the store's name and what paused tables
     * have parked are given up. Once {@code backfill} is done, the remembered rows that neither it nor the log had are told as removed.
     */
    public void beginAnew(
            Position position, List<TableDefinition> definitions, Set<PublishedTable> published, Backfill backfill) {
        // Before: a kill while rows are hidden must not leave them to a backfill that had read them by then. This one
        // is not there yet, and tells nothing.
        runHeld("noting which backfill finds what is hidden", connection -> {
            HiddenRows.await(
                    connection,
                    backfill,
                    backfill.tables().stream().map(Backfill.Table::id).toList());
            return null;
        });
        try (var session = session()) {
            session.hide(backfill.tables().stream().map(Backfill.Table::id).toList());
        }
        run("recording the first position", connection -> {
            begin(connection, position, definitions, published);
            StateRow.name(connection, UUID.randomUUID().toString());
            StateRow.setBack(connection, "");
            BackfillRows.cancelAll(connection, clock.millis());
            FaultRows.giveUpPaused(connection, clock.millis());
            BackfillRows.insert(connection, backfill);
            LostRows.forget(connection);
            return null;
        });
        releaseSpool();
    }

    /** Records where the bridge begins, and how the tables are made and published there; the first backfill goes with it. */
    public void begin(
            Position position,
            List<TableDefinition> definitions,
            Set<PublishedTable> published,
            @Nullable Backfill backfill) {
        runForced("recording the first position", connection -> {
            begin(connection, position, definitions, published);
            if (backfill != null) {
                BackfillRows.insert(connection, backfill);
            }
            return null;
        });
    }

    private void begin(
            Connection connection, Position position, List<TableDefinition> definitions, Set<PublishedTable> published)
            throws SQLException {
        StateRow.movePosition(connection, dialect, lease.held(), lease.length(), clock, position);
        TableDefinitions.replace(connection, definitions);
        PublishedTables.replace(connection, published);
    }

    /** Records that the server's own numbers changed while its log goes on; throws {@link Fenced} if the lease is lost. */
    public void move(Position position) {
        run("recording the position", connection -> {
            StateRow.movePosition(connection, dialect, lease.held(), lease.length(), clock, position);
            return null;
        });
    }

    /** How the tables are made, and every change of them that was met in the log, oldest first. */
    public List<TableDefinition> definitions() {
        return run("reading the tables' definitions", TableDefinitions::all);
    }

    /** What of the mapped tables was published when the bridge last looked; empty when it never has. */
    public Set<PublishedTable> published() {
        return run("reading what is published", PublishedTables::all);
    }

    /** Remembers what is published; throws {@link Fenced} if the lease is lost. */
    public void publish(Set<PublishedTable> published) {
        runHeld("writing what is published", connection -> {
            PublishedTables.replace(connection, published);
            return null;
        });
    }

    /** Remembers a change of a table that was met in the log; throws {@link Fenced} if the lease is lost. */
    public void define(String change) {
        run("writing a table's definition", connection -> {
            StateRow.keep(connection, lease.held());
            TableDefinitions.add(connection, new TableDefinition(null, change));
            return null;
        });
    }

    private void checkVault() {
        if (vault != null) {
            run("checking the token vault's key", connection -> {
                TokenRows.checkKey(connection, vault.check(), clock.millis());
                return null;
            });
        }
    }

    private void keepTokens(Lease.Held held, List<TokenRows.New> made, List<TokenRows.New> sealedAnew) {
        runForced("keeping tokens", connection -> {
            StateRow.check(connection, held);
            TokenRows.insert(connection, made, clock.millis());
            TokenRows.sealAnew(connection, sealedAnew);
            return null;
        });
    }

    /** What is known of {@code token}, encrypted still. */
    public Optional<TokenRows.Sealed> token(String token) {
        return run("looking a token up", connection -> TokenRows.sealed(connection, token));
    }

    /** The tables that do not fit the mapping any more. */
    public Pauses pauses() {
        return new Pauses(this, clock);
    }

    /** What rows went with partitions. */
    public LostRows lostRows() {
        return new LostRows(this);
    }

    /** Which columns the remembered rows of each table have. */
    public RememberedColumns remembered() {
        return new RememberedColumns(this);
    }

    /** Runs {@code work}, which is on the disk when this returns, if the lease is held; throws {@link Fenced} if it is lost. */
    <T extends @Nullable Object> T runHeld(String what, Work<T> work) {
        return runForced(what, connection -> {
            StateRow.keep(connection, lease.held());
            return work.apply(connection);
        });
    }

    /** What was asked for to be read anew. */
    public Backfills backfills() {
        return new Backfills(this, clock);
    }

    /** The newest {@code most} faults without what merely waits behind a paused table, and the rest in numbers. */
    public FaultListing listing(int most) {
        return run("listing the faults", connection -> FaultRows.listing(connection, most));
    }

    /** A session for one run of the engine; one thread uses it. */
    public StoreSession session() {
        try {
            var connection = source.getConnection();
            try {
                var held = lease.held();
                var tokens = new StoredTokens(connection, (made, anew) -> keepTokens(held, made, anew), vault);
                return new StoreSession(connection, dialect, lease, held, clock, seal, tokens, lostNoted::get);
            } catch (SQLException | RuntimeException e) {
                connection.close(); // else the pool, which has few, never gets it back
                throw e;
            }
        } catch (SQLException e) {
            throw new StoreFailed("connecting to the store", e);
        }
    }

    @FunctionalInterface
    interface Work<T extends @Nullable Object> {
        T apply(Connection connection) throws SQLException;
    }

    /** Runs {@code work}, which is on the disk when this returns. */
    <T extends @Nullable Object> T runForced(String what, Work<T> work) {
        var result = run(what, work);
        if (dialect == Dialect.H2) {
            run(what, connection -> {
                try (var statement = connection.createStatement()) {
                    return statement.execute(StoreSession.H2_FORCE);
                }
            });
        }
        return result;
    }

    <T extends @Nullable Object> T run(String what, Work<T> work) {
        try (var connection = source.getConnection()) {
            connection.setAutoCommit(false);
            try {
                dialect.endIfIdle(connection);
                var result = work.apply(connection);
                connection.commit();
                return result;
            } catch (SQLException | RuntimeException e) {
                connection.rollback();
                throw e;
            }
        } catch (SQLException e) {
            throw new StoreFailed(what, e);
        }
    }

    @Override
    public void close() {
        source.close();
    }
}
