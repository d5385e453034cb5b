package dev.banyan.bridge.run;

import dev.banyan.bridge.change.Era;
import dev.banyan.bridge.change.MappingFailed;
import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.hub.Hub;
import dev.banyan.bridge.lake.Lake;
import dev.banyan.bridge.lake.LakeFailed;
import dev.banyan.bridge.source.ColumnNumbers;
import dev.banyan.bridge.source.Leaves;
import dev.banyan.bridge.source.LogState;
import dev.banyan.bridge.source.Preflight;
import dev.banyan.bridge.spool.DiskSpool;
import dev.banyan.bridge.spool.Spool;
import dev.banyan.bridge.spool.SpoolFailed;
import dev.banyan.bridge.spool.SpoolUnreadable;
import dev.banyan.bridge.store.Backfill;
import dev.banyan.bridge.store.BridgeStore;
import dev.banyan.bridge.store.FaultListing;
import dev.banyan.bridge.store.Fenced;
import dev.banyan.bridge.store.Leaf;
import dev.banyan.bridge.store.Position;
import dev.banyan.bridge.store.SpoolClaim;
import dev.banyan.bridge.store.StoreFailed;
import java.io.Closeable;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One bridge from its start to its stop: takes the lease, checks the source, runs the engine, and starts it again when it stops. */
public final class BridgeRun {

    /*
     * What stops the engine is of three kinds. Another instance took over, or going on would lose something: stop for good and say so.
     * Anything else (a database or hub that went away, a batch that failed, silence of the log): nothing was marked that is not safe,
     * so start again from the store's position, after a pause that grows while it keeps failing.
     */
    private static final Logger LOG = LoggerFactory.getLogger(BridgeRun.class);

    /** How often in the time of a lease who waits for it looks whether it is free. */
    private static final int LOOKS_PER_LEASE = 10;

    /** How long a stop waits for a call of the hub before it makes it fail; what was published then is settled at the next start. */
    static final Duration HUB_GRACE = Duration.ofSeconds(2);

    /** How a run ended. */
    public enum End {
        /** It was asked to; if it could not finish what it was at, {@link Progress#reason} says why. */
        STOPPED,
        /** A person has to decide; {@link Progress#reason} says what about. */
        REFUSED,
        /** The engine could not be stopped: only the end of the process makes sure that it does nothing more. */
        HUNG
    }

    private final RunSettings settings;
    private final InstantSource clock;
    private final Progress progress;
    private final CountDownLatch stop = new CountDownLatch(1);
    private final CountDownLatch ended = new CountDownLatch(1);
    private final AtomicReference<@Nullable Hub> openHub = new AtomicReference<>();
    private final AtomicReference<@Nullable BridgeStore> openStore = new AtomicReference<>();
    private volatile Runnable opened = () -> {};
    private volatile boolean fenced;

    /** Why the log is to be refused for good, whatever it looks like since; empty while nothing is known. */
    private volatile String refusedForGood = "";

    private boolean areColumnsSeen;

    public BridgeRun(RunSettings settings, InstantSource clock) {
        this.settings = settings;
        this.clock = clock;
        this.progress = new Progress(clock);
    }

    public Progress progress() {
        return progress;
    }

    /** Lets {@code then} run once the store is open, which may then be this process's alone; to be said before {@link #run}. */
    public void onOpen(Runnable then) {
        opened = then;
    }

    /** Every backfill ever asked for; empty while the store is not open. */
    public List<Backfill> backfills() {
        var store = openStore.get();
        return store == null ? List.of() : store.backfills().all();
    }

    /** Where to ask for what {@code kind} says; empty while the store is not open. */
    Optional<BackfillDesk> desk(BackfillDesk.Kind kind) {
        return Optional.ofNullable(openStore.get())
                .map(store -> new BackfillDesk(
                        kind, store.backfills(), settings.source().tableIds(), clock));
    }

    /** What parity runs found, as the store has it; empty while that is not open. */
    Optional<ParityResult> parity() {
        return Optional.ofNullable(openStore.get())
                .map(store -> parity(store.backfills().parities()));
    }

    /** What {@code runs} found of the mapped tables. */
    ParityResult parity(List<Backfill> runs) {
        return ParityResult.of(settings.source().tableIds(), runs);
    }

    /** The newest 1,000 faults; empty while the store is not open. */
    public FaultListing faults() {
        var store = openStore.get();
        return store == null ? FaultListing.EMPTY : store.listing(1_000);
    }

    /** Asks the run to end; {@link #run} returns soon after, when what has reached the hub is in lake and store. */
    public void stop() {
        stop.countDown();
        Thread.ofVirtual().name("banyan-hub-abort").start(this::abortHubAfterGrace);
    }

    /** With the hub away a call of it takes as long as its time-outs say, and nothing would be lost by its failing now. */
    private void abortHubAfterGrace() {
        try {
            if (!ended.await(HUB_GRACE.toMillis(), TimeUnit.MILLISECONDS)) {
                Optional.ofNullable(openHub.get()).ifPresent(Hub::abort);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean isStopping() {
        return stop.getCount() == 0 || fenced;
    }

    /** Runs until {@link #stop} or until going on would be wrong. */
    public End run() throws InterruptedException {
        try (var store = BridgeStore.open(
                settings.store(), settings.name(), BridgeStore.holder("bridge"), settings.lease(), clock)) {
            openStore.set(store);
            opened.run();
            if (!awaitLease(store)) {
                return end(End.STOPPED, "");
            }
            try (var _ = KeptLease.of(store, () -> settings.watcher().accept(Point.LEASE_RENEWED), this::loseLease)) {
                return superviseEngine(store);
            }
        } finally {
            ended.countDown();
            openStore.set(null);
        }
    }

    private boolean awaitLease(BridgeStore store) throws InterruptedException {
        for (var why = tryLease(store); !why.isEmpty(); why = tryLease(store)) {
            if (!why.equals(progress.reason())) {
                LOG.warn("standing by: {}", why);
            }
            progress.enter(Progress.State.STANDBY, why);
            if (stop.await(settings.lease().toMillis() / LOOKS_PER_LEASE, TimeUnit.MILLISECONDS)) {
                return false;
            }
        }
        progress.enter(Progress.State.STARTING, "");
        return true;
    }

    /** Takes the lease, unless what another host has spooled would be passed over; says why not, empty when it is taken. */
    private String tryLease(BridgeStore store) {
        var isOurs = false;
        String why;
        try {
            // Before, too: who takes the lease shuts the one out who can empty that spool.
            why = spoolElsewhere(store);
            if (why.isEmpty()) {
                isOurs = store.tryLease();
                why = isOurs ? spoolElsewhere(store) : "the store is in use by " + store.leaseHolder();
            }
        } catch (StoreFailed e) {
            why = "store: " + e.getMessage();
        }
        if (why.isEmpty()) {
            settings.watcher().accept(Point.LEASED);
        } else if (isOurs) {
            KeptLease.release(store); // nobody would renew it meanwhile, nor give it back at a stop
        }
        return why;
    }

    private String spoolElsewhere(BridgeStore store) {
        var spooling = settings.spool();
        var claim = store.spool();
        return isSpoolElsewhere(claim, id -> spooling != null && DiskSpool.exists(spooling.disk(), id))
                ? "the spool at " + claim.map(SpoolClaim::where).orElse("")
                        + " holds what the hub does not have (expected: that"
                        + " bridge started again until it is empty, or its folder "
                        + claim.map(SpoolClaim::id).orElse("") + " here in ours; resync gives it up)"
                : "";
    }

    /** True when going on here would pass over transactions that only another host's disk holds. */
    static boolean isSpoolElsewhere(Optional<SpoolClaim> claim, Predicate<String> isHere) {
        return claim.isPresent() && !isHere.test(claim.get().id());
    }

    private void loseLease() {
        fenced = true;
        Optional.ofNullable(openHub.get()).ifPresent(Hub::abort);
    }

    private End superviseEngine(BridgeStore store) throws InterruptedException {
        var pause = RestartPause.NONE;
        var undone = "";
        while (!isStopping()) {
            var startedAt = System.nanoTime();
            progress.engineStarts.incrementAndGet();
            switch (runEngineOnce(store)) {
                case EngineEnd.ForGood(var end, var why) -> {
                    return end(end, why);
                }
                case EngineEnd.Again again -> {
                    undone = Objects.requireNonNullElse(again.undone(), undone);
                    if (!isStopping()) {
                        progress.enter(Progress.State.RESTARTING, again.why());
                        pause = pause(again, pause, startedAt);
                    }
                }
            }
        }
        return fenced ? end(End.REFUSED, "another bridge has taken over") : end(End.STOPPED, undone);
    }

    /** Waits for as long as {@code again} wants after an engine that was started then; returns the last pause, longer than {@code before}. */
    private RestartPause pause(EngineEnd.Again again, RestartPause before, long startedNanos)
            throws InterruptedException {
        if (again.isAsked()) {
            return before;
        }
        var pause = before.next(Duration.ofNanos(System.nanoTime() - startedNanos));
        var seconds = pause.length().toSeconds();
        LOG.warn("engine stopped: {}; starting again in {} s", again.why(), seconds);
        stop.await(pause.length().toMillis(), TimeUnit.MILLISECONDS);
        return pause;
    }

    private End end(End end, String why) {
        progress.enter(end == End.STOPPED ? Progress.State.STOPPED : Progress.State.REFUSED, why);
        return end;
    }

    private EngineEnd runEngineOnce(BridgeStore store) throws InterruptedException {
        try (var _ = lockSpools();
                var spool = recover(store)) {
            return runEngineOnce(store, spool);
        } catch (StoreFailed e) {
            return new EngineEnd.Again("store: " + e.getMessage(), null);
        } catch (SpoolUnreadable | Fenced e) {
            return EngineEnd.refused(String.valueOf(e.getMessage()));
        } catch (SpoolFailed e) {
            return new EngineEnd.Again(String.valueOf(e.getMessage()), null);
        } catch (IOException e) {
            return new EngineEnd.Again("spool: giving it up: " + e.getMessage(), null);
        }
    }

    private EngineEnd runEngineOnce(BridgeStore store, @Nullable Spool spool) throws InterruptedException {
        Position position;
        CheckedServer server;
        if (!refusedForGood.isEmpty()) {
            remember(store, refusedForGood); // the store may have been away
        }
        try (var connection = settings.source().connect()) {
            var stored = store.position();
            switch (Preflight.check(
                    settings.source(),
                    connection,
                    new Preflight.Stored(reach(stored, spool), store.definitions(), store.published(), store.setBack()),
                    settings.accepted(),
                    this::waits)) {
                case Preflight.Verdict.Refuse(var what, var todo, var isForGood) -> {
                    if (isForGood) {
                        remember(store, what);
                    }
                    return EngineEnd.refused(what + "\n" + todo);
                }
                case Preflight.Verdict.Go go -> {
                    position = stored.map(at -> new Position(
                                    go.position().systemIdentifier(),
                                    go.position().timeline(),
                                    at.commitLsn(),
                                    at.offset()))
                            .orElse(go.position());
                    go.warnings().forEach(LOG::warn);
                    begin(store, position, go);
                    server = new CheckedServer(
                            settings.source(),
                            go.position(),
                            go.published(),
                            leaves(store, connection, position),
                            leaves -> store.lostRows().seen(leaves, Set.of(), 0),
                            why -> remember(store, why));
                }
            }
        } catch (SQLException e) {
            return new EngineEnd.Again("legacy database: " + e.getMessage(), null);
        }
        try {
            seeColumns(store);
        } catch (MappingFailed e) {
            return EngineEnd.refused(String.valueOf(e.getMessage()));
        } catch (SQLException e) {
            return new EngineEnd.Again("legacy database: " + e.getMessage(), null);
        }
        settings.watcher().accept(Point.CHECKED);
        progress.reached(position.commitLsn(), null);
        @Nullable EngineEnd known = null;
        try (var hub = settings.hub().get();
                var lake = lake();
                var session = store.session();
                var engine = new EngineRun(
                        settings,
                        store,
                        session,
                        position,
                        server,
                        lake == null ? hub : new ClaimCheck(hub, lake, settings.watcher()),
                        lake,
                        spool,
                        progress,
                        this::isStopping)) {
            openHub.set(hub);
            engine.start();
            known = EngineEnd.of(engine, engine.await());
            return known;
        } catch (MappingFailed e) {
            return EngineEnd.refused(String.valueOf(e.getMessage()));
        } catch (StoreFailed e) {
            return new EngineEnd.Again("store: " + e.getMessage(), null).unless(known);
        } catch (LakeFailed e) {
            return new EngineEnd.Again(String.valueOf(e.getMessage()), e.getMessage()).unless(known);
        }
    }

    /** Tells what a set-up waits for, as long as it is to wait. */
    private boolean waits(String what) {
        progress.waits(Progress.State.STARTING, what);
        return !isStopping();
    }

    /** What is wrong with the log, which it does not show for ever: at once, however the run then ends. */
    private void remember(BridgeStore store, String what) {
        refusedForGood = what;
        if (store.setBack().isEmpty()) {
            store.setBack(what);
        }
    }

    /** Once a process: who cancels what is asked for here is asked again by the next start. */
    private void seeColumns(BridgeStore store) throws SQLException {
        if (!areColumnsSeen) {
            KeyForms.atStart(settings.mapper().get(), store, this::columns);
            try (var session = store.session()) {
                NewColumns.atStart(settings.mapper().get().remembers(), store, session.images());
            }
            store.lostRows().forgetAllBut(Set.copyOf(settings.source().tableIds()));
            areColumnsSeen = true;
        }
    }

    private Map<TableId, Map<String, Integer>> columns() throws SQLException {
        try (var connection = settings.source().connect()) {
            return ColumnNumbers.of(connection, settings.source().tableIds());
        }
    }

    private @Nullable Closeable lockSpools() {
        var spooling = settings.spool();
        return spooling == null ? null : DiskSpool.lock(spooling.disk());
    }

    /** The spool that a run before left, if the store knows of one. */
    private @Nullable Spool recover(BridgeStore store) {
        var spooling = settings.spool();
        if (spooling == null) {
            return null;
        }
        store.checkLease(); // what a successor has made is not to be touched
        var id = store.spool().map(SpoolClaim::id).orElse(null);
        DiskSpool.deleteEmpty(spooling.disk(), id)
                .forEach(left -> LOG.warn("spool {}: not empty, and the store does not know of it; it stays", left));
        return id == null ? null : DiskSpool.recover(spooling.disk(), id);
    }

    /** Up to where the database may have been told that everything is safe: the end of the spool, or else our position. */
    private static Optional<Position> reach(Optional<Position> stored, @Nullable Spool spool) {
        return stored.map(position -> new Intake(null, spool, () -> position).safe());
    }

    private @Nullable Lake lake() {
        var lake = settings.lake();
        return lake == null ? null : Lake.open(lake, clock);
    }

    private void begin(BridgeStore store, Position position, Preflight.Verdict.Go go) {
        var stored = store.position();
        if (stored.isEmpty()) {
            var tables = settings.source().tableIds();
            store.begin(
                    position,
                    go.definitions(),
                    go.published(),
                    settings.backfillOnFirstStart() ? Backfill.of(tables, clock.millis()) : null);
            LOG.info("first start at {}", settings.source().dbms().place(position.commitLsn()));
            return;
        }
        if (!stored.equals(Optional.of(position))) {
            store.move(position);
        }
        if (!store.published().equals(go.published())) {
            store.publish(go.published());
        }
    }

    /** The partitions that there are; where one of before is gone, or one came with rows, its table is read again, behind all that the log has of that partition. */
    private Set<Leaf> leaves(BridgeStore store, Connection connection, Position position) throws SQLException {
        var source = settings.source();
        var before = store.lostRows().leaves();
        var leaves = Leaves.of(source, connection, before);
        if (!leaves.all().equals(before)) {
            var changed = leaves.changed();
            if (!changed.isEmpty()) {
                LOG.warn(
                        "rows of {} went or came with a partition: the table is read again, and what is gone told",
                        changed);
            }
            var since = Era.position(position.era(), LogState.end(source, connection));
            store.lostRows().seen(leaves.all(), changed, since);
        }
        return leaves.all();
    }

    /** {@code position} as people know it. */
    public String place(long position) {
        return settings.source().dbms().place(position);
    }
}
