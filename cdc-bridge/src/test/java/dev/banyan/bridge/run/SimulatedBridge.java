package dev.banyan.bridge.run;

import dev.banyan.bridge.change.Arrival;
import dev.banyan.bridge.run.SimulatedWorld.Killed;
import dev.banyan.bridge.store.Fenced;
import dev.banyan.bridge.store.StoreFailed;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** One process on a host, from its start to its death. */
final class SimulatedBridge {

    private static final long SPOOL_AFTER_MS = 400;
    private static final Duration LEASE = Duration.ofSeconds(10);

    private final SimulatedWorld world;
    private final SimulatedHub hub;
    private final int host;
    private final boolean spools;
    private final Progress progress;
    private long epoch;
    private long restartAt;
    private long hubAgainAt;
    private long renewAt;
    private long sureUntil;
    private boolean isFenced;
    private boolean isDead;
    private boolean connecting;
    private boolean connected;
    private @Nullable Courier courier;
    private @Nullable Intake intake;
    private @Nullable SimulatedLedger ledger;
    private long cursor;
    private @Nullable List<Arrival> inHand;
    private long inHandSince;
    private boolean endsSpool;

    /** It stands still until then. */
    private long asleepUntil;

    /** It does not reach its store until then. */
    private long cutOffUntil;

    SimulatedBridge(SimulatedWorld world, SimulatedHub hub, int host, boolean spools) {
        this.world = world;
        this.hub = hub;
        this.host = host;
        this.spools = spools;
        this.progress = new Progress(world.clock); // as long as the process: engines of it come and go
    }

    boolean isDead() {
        return isDead;
    }

    boolean isCutOff() {
        return world.now < cutOffUntil;
    }

    /** For so long it does not reach its store. */
    void cutOff(long millis) {
        cutOffUntil = world.now + millis;
    }

    /** It stands still for so long, and then goes on where it was. */
    void sleep(long millis) {
        asleepUntil = world.now + millis;
    }

    /** The database has hung up. */
    void disconnect() {
        connected = false;
        if (world.slotReader == this) {
            world.slotReader = null;
        }
    }

    boolean holdsLease() {
        return !isFenced && world.now < sureUntil;
    }

    /** What it does next; the events of its own threads and of Debezium's, one at a time. */
    void act() {
        if (world.now < asleepUntil) {
            return;
        }
        if (asleepUntil > 0 && epoch > 0 && !holdsLease()) {
            world.met(SimulatedFault.PAUSED);
        }
        asleepUntil = 0;
        try {
            if (epoch == 0) {
                takeLease();
                return;
            }
            keepLease();
            if (!isFenced) {
                goOn();
            }
            if (isFenced) {
                die();
            }
        } catch (Fenced e) {
            die();
        } catch (Killed e) {
            world.met(SimulatedFault.KILLED);
            world.store.crash();
            die();
        } catch (StoreFailed e) {
            stopEngine();
            restartAt = world.now + 1_000;
        }
    }

    private void goOn() {
        if (courier == null) {
            startEngine();
        } else if (connecting) {
            connect();
        } else if (world.random.nextBoolean()) {
            read();
        } else {
            deliver();
        }
    }

    private void takeLease() {
        var taken = world.store.tryLease("host" + host, world.now, LEASE);
        if (taken == 0) {
            return;
        }
        if (BridgeRun.isSpoolElsewhere(
                world.store.claim(), id -> world.disk(host).containsKey(id))) {
            world.store.releaseLease(taken);
            die(); // a person starts one on the other host
            return;
        }
        epoch = taken;
        kept();
    }

    private void kept() {
        sureUntil = world.now + LEASE.toMillis();
        renewAt = world.now + LEASE.toMillis() / 3;
    }

    /** The thread of its own that does nothing else: a store that fails is asked again. */
    void keepLease() {
        if (world.now < renewAt || world.random.nextInt(4) == 0) {
            return;
        }
        try {
            world.store.renew(epoch, world.now, LEASE);
            kept();
        } catch (Fenced e) {
            isFenced = true;
        } catch (StoreFailed e) {
            renewAt = world.now + LEASE.toMillis() / 3;
        }
    }

    private void startEngine() {
        if (world.now < restartAt) {
            return;
        }
        world.store.checkLease(epoch);
        var claim = world.store.claim();
        var disk = world.disk(host);
        disk.entrySet()
                .removeIf(each -> each.getValue().isEmpty()
                        && (claim.isEmpty() || !claim.get().id().equals(each.getKey())));
        var spool = claim.isEmpty() || !spools
                ? null
                : SimulatedSpool.recover(world, disk, claim.get().id());
        var stored = world.store.position();
        var own = new SimulatedLedger(world.store, epoch, LEASE, this::holdsLease);
        var position = new AtomicReference<>(stored);
        var started = new Intake(spools ? new SimulatedSpool.Claimed(world, disk, epoch) : null, spool, position::get);
        intake = started;
        ledger = own;
        courier = new Courier(
                new Courier.Parts(
                        world.mapper,
                        hub.connect(),
                        null,
                        own,
                        new BackfillTracker(Map.of(), own, List.of(), _ -> null, (_, _) -> List.of()),
                        List::of,
                        List.of(SimulatedWorld.TABLE),
                        progress,
                        "store",
                        new RunSettings.Limits(
                                RunSettings.Limits.DEFAULT.transaction(), 0, 1 + world.random.nextInt(6)),
                        UnaryOperator.identity(),
                        _ -> {},
                        Courier.Stopping.when(() -> false)),
                started,
                position);
        cursor = started.safe().commitLsn();
        inHand = null;
        endsSpool = false;
        connecting = true;
    }

    /** The spool was looked at before: who reads the slot until now may still confirm. */
    private void connect() {
        if (world.slotReader != null) {
            return;
        }
        if (cursor < world.confirmed) {
            world.store.checkLease(epoch); // else it was a successor who confirmed
            throw new AssertionError("gap: the slot was told " + world.confirmed + ", safe was " + cursor);
        }
        connecting = false;
        connected = true;
        world.slotReader = this;
    }

    /** Debezium's thread: takes a batch, or watches over the one in hand. */
    private void read() {
        var into = intake;
        if (!connected || into == null) {
            stopEngine();
            return;
        }
        if (inHand != null) {
            if (spools && world.now - inHandSince >= SPOOL_AFTER_MS) {
                into.beginSpool(inHand);
                inHand = null;
                confirm();
            }
            return;
        }
        var batch = batch();
        if (batch.isEmpty()) {
            return;
        }
        if (into.give(batch)) {
            inHand = batch;
            inHandSince = world.now;
        } else if (into.append(batch)) {
            confirm();
        }
    }

    private List<Arrival> batch() {
        var batch = new ArrayList<Arrival>();
        var safe = intake == null ? 0 : intake.safe().commitLsn();
        for (var most = 1 + world.random.nextInt(5); most > 0 && cursor < world.log.size(); most--) {
            var transaction = world.log.get((int) cursor++);
            if (transaction.commitLsn() > safe) {
                batch.add(Arrival.of(transaction, offset(transaction.commitLsn()), null));
            }
        }
        if (batch.isEmpty() && world.random.nextInt(4) == 0 && cursor >= safe) {
            batch.add(Arrival.quiet(cursor, offset(cursor), null));
        }
        return batch;
    }

    private Map<String, Object> offset(long lsn) {
        return Map.of("lsn", lsn, "lsn_commit", lsn, "lsn_proc", lsn, "transaction_id", "x");
    }

    /** The courier's thread. */
    private void deliver() {
        var own = courier;
        var into = intake;
        var books = ledger;
        if (own == null || into == null || books == null || world.now < hubAgainAt) {
            return;
        }
        if (endsSpool) {
            endsSpool = false;
            into.endSpool();
            return;
        }
        switch (own.step()) {
            case Courier.Step.HubFailed _ -> hubAgainAt = world.now + 100 + world.random.nextInt(400);
            case Courier.Step.Delivered _ -> {
                if (into.isSpooling()) {
                    books.force();
                    into.forgetTaken();
                }
            }
            case Courier.Step.Idle _ -> {
                if (into.isSpooling()) {
                    books.force();
                    endsSpool = true; // and Debezium's thread may append before it does
                } else if (inHand != null && into.isEmpty()) {
                    inHand = null;
                    confirm();
                }
            }
        }
    }

    private void confirm() {
        var into = intake;
        if (connected && into != null && world.random.nextBoolean()) {
            if (into.isSpooling()) {
                into.checkLease();
            } else if (ledger != null) {
                ledger.force();
            }
            world.point();
            world.confirmed = Math.max(world.confirmed, into.safe().commitLsn());
        }
    }

    private void stopEngine() {
        courier = null;
        intake = null;
        ledger = null;
        connecting = false;
        disconnect();
    }

    private void die() {
        stopEngine();
        isDead = true;
    }
}
