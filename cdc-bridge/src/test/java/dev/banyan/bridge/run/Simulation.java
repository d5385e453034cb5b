package dev.banyan.bridge.run;

import dev.banyan.bridge.change.Arrival;
import dev.banyan.bridge.change.Change;
import dev.banyan.bridge.change.Row;
import dev.banyan.bridge.change.Transaction;
import dev.banyan.bridge.run.SimulatedWorld.Killed;
import dev.banyan.bridge.store.Fenced;
import dev.banyan.bridge.store.StoreFailed;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicReference;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * One history of writes, bridges on two hosts and faults, on a clock that jumps, all from one seed. The courier, the intake, the offset
 * rule, the position's cover and the lease are the real ones; the database's log, the hub, the store and the disks are simulated.
 */
final class Simulation {

    private static final int TRANSACTIONS = 24;
    private static final int FAULTS = 10;
    private static final int STEPS_MAX = 20_000;
    private static final long SPOOL_AFTER_MS = 400;
    private static final Duration LEASE = Duration.ofSeconds(10);

    private final RandomGenerator random;
    private final SimulatedWorld world;
    private final SimulatedHub hub;
    private final boolean spools;
    private final List<Bridge> bridges = new ArrayList<>();
    private int written;
    private int faults = FAULTS;

    Simulation(long seed) {
        random = new SplittableRandom(seed); // Random begins alike for seeds that are alike
        world = new SimulatedWorld(random);
        hub = new SimulatedHub(world, random.nextBoolean());
        spools = random.nextInt(4) > 0;
    }

    /** One process on a host, from its start to its death. */
    private final class Bridge {
        private final int host;
        private long epoch;
        private long asleepUntil;
        private long restartAt;
        private long hubAgainAt;
        private long renewAt;
        private boolean connecting;
        private boolean connected;
        private @Nullable Courier courier;
        private @Nullable Intake intake;
        private @Nullable SimulatedLedger ledger;
        private long cursor;
        private @Nullable List<Arrival> inHand;
        private long inHandSince;
        private boolean endsSpool;

        Bridge(int host) {
            this.host = host;
        }

        /** What a bridge does next; the events of its own threads and of Debezium's, one at a time. */
        void act() {
            if (world.now < asleepUntil) {
                return;
            }
            try {
                if (epoch == 0) {
                    takeLease();
                    return;
                }
                if (world.now >= renewAt && random.nextInt(4) > 0) { // it is a thread of its own that does this
                    world.store.renew(epoch, world.now, LEASE);
                    renewAt = world.now + LEASE.toMillis() / 3;
                }
                if (courier == null) {
                    startEngine();
                } else if (connecting) {
                    connect();
                } else if (random.nextBoolean()) {
                    read();
                } else {
                    deliver();
                }
            } catch (Fenced e) {
                die();
            } catch (Killed e) {
                world.faultsSeen++;
                world.store.crash();
                die();
            } catch (StoreFailed e) {
                stopEngine();
                restartAt = world.now + 1_000;
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
            renewAt = world.now + LEASE.toMillis() / 3;
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
            var own = new SimulatedLedger(world.store, epoch, LEASE);
            var position = new AtomicReference<>(stored);
            var started =
                    new Intake(spools ? new SimulatedSpool.Claimed(world, disk, epoch) : null, spool, position::get);
            var progress = new Progress(world.clock);
            intake = started;
            ledger = own;
            courier = new Courier(
                    new Courier.Parts(
                            world.mapper,
                            hub.connect(),
                            null,
                            own,
                            new BackfillTracker(Map.of(), own, List.of()),
                            List::of,
                            progress,
                            "store",
                            new RunSettings.Limits(RunSettings.Limits.DEFAULT.transaction(), 0, 1 + random.nextInt(6)),
                            _ -> {},
                            () -> false),
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
            for (var most = 1 + random.nextInt(5); most > 0 && cursor < world.log.size(); most--) {
                var transaction = world.log.get((int) cursor++);
                if (transaction.commitLsn() > safe) {
                    batch.add(Arrival.of(transaction, offset(transaction.commitLsn()), false));
                }
            }
            if (batch.isEmpty() && random.nextInt(4) == 0 && cursor >= safe) {
                batch.add(Arrival.quiet(cursor, offset(cursor), false));
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
                case Courier.Step.HubFailed _ -> hubAgainAt = world.now + 100 + random.nextInt(400);
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
            if (connected && into != null && random.nextBoolean()) {
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
            connected = false;
            if (world.slotReader == this) {
                world.slotReader = null;
            }
        }

        private void die() {
            stopEngine();
            epoch = 0;
            bridges.remove(this);
        }
    }

    /** Runs to its end and checks what came of it. */
    SimulatedWorld run() {
        bridges.add(new Bridge(0));
        for (var step = 0; step < STEPS_MAX; step++) {
            world.now += random.nextInt(60);
            if (written < TRANSACTIONS && random.nextInt(6) == 0) {
                write();
            }
            if (faults > 0 && random.nextInt(12) == 0) {
                faults--;
                fault();
            }
            if (bridges.isEmpty() || (!world.store.isFile && bridges.size() < 2 && random.nextInt(40) == 0)) {
                bridges.add(new Bridge(world.store.isFile ? 0 : faults == 0 ? step / 500 % 2 : random.nextInt(2)));
            }
            bridges.get(random.nextInt(bridges.size())).act();
            if (written == TRANSACTIONS && faults == 0 && heal() && isDone()) {
                hub.check(world.log, world.mapper);
                world.checkImages();
                world.checkDisks();
                return world;
            }
        }
        throw new AssertionError("not done: stored " + world.store.position().commitLsn() + " of " + world.log.size()
                + ", claim " + world.store.claim() + ", bridges " + bridges.size());
    }

    private boolean isDone() {
        return world.store.position().commitLsn() >= world.log.size()
                && world.store.claim().isEmpty()
                && world.store.imagesAreWritten();
    }

    private void write() {
        var lsn = world.log.size() + 1L;
        var changes = new ArrayList<Change>();
        var count = 1 + random.nextInt(3);
        for (var i = 0; i < count; i++) {
            var row = new Row(Map.of("id", (long) random.nextInt(5), "v", lsn * 10 + i));
            changes.add(new Change.Updated(SimulatedWorld.TABLE, null, row));
        }
        world.log.add(new Transaction(lsn, "t" + lsn, Instant.EPOCH, changes));
        written++;
    }

    private void fault() {
        switch (random.nextInt(9)) {
            case 0, 1, 2 -> world.killIn = 1 + random.nextInt(12);
            case 3 -> hub.downUntil = world.now + random.nextInt(3_000);
            case 4 -> hub.timeOutAfter = 1 + random.nextInt(2);
            case 5 -> hub.takesAPart = 1 + random.nextInt(3);
            case 6 -> world.store.failsBefore = 1 + random.nextInt(2);
            case 7 -> world.store.failsAfter = 1;
            default -> pause();
        }
    }

    /** A process that stands still for so long that its lease runs out and the database hangs up; then it goes on where it was. */
    private void pause() {
        if (bridges.isEmpty()) {
            return;
        }
        var paused = bridges.get(random.nextInt(bridges.size()));
        paused.asleepUntil = world.now + random.nextInt(30_000);
        world.now += random.nextInt(2) * 12_000L;
        if (random.nextBoolean()) {
            paused.connected = false;
            if (world.slotReader == paused) {
                world.slotReader = null;
            }
        }
    }

    private boolean heal() {
        world.killIn = 0;
        hub.downUntil = 0;
        world.store.failsBefore = 0;
        world.store.failsAfter = 0;
        return true;
    }
}
