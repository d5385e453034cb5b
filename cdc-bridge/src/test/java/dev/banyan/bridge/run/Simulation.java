package dev.banyan.bridge.run;

import dev.banyan.bridge.change.Change;
import dev.banyan.bridge.change.Row;
import dev.banyan.bridge.change.Transaction;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
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

    /** Longer than any lease lasts. */
    private static final int PAUSE_STEPS = 240;

    private final RandomGenerator random;
    private final SimulatedWorld world;
    private final SimulatedHub hub;
    private final boolean spools;
    private final List<SimulatedBridge> bridges = new ArrayList<>();
    private int written;
    private int faults = FAULTS;
    private boolean pausesSending;
    private boolean isSending;

    Simulation(long seed) {
        random = new SplittableRandom(seed); // Random begins alike for seeds that are alike
        world = new SimulatedWorld(random);
        hub = new SimulatedHub(world, random.nextBoolean());
        spools = random.nextInt(4) > 0;
        world.meanwhile = this::meanwhile;
    }

    private void begin(int host) {
        bridges.add(new SimulatedBridge(world, hub, host, spools));
    }

    private void act(SimulatedBridge bridge) {
        var before = world.acting;
        world.acting = bridge;
        try {
            bridge.act();
        } finally {
            world.acting = before;
        }
        if (bridge.isDead()) {
            bridges.remove(bridge);
        }
    }

    /** What goes on while a bridge sends: its lease is kept, unless the process stands still, and another may take over. */
    private void meanwhile() {
        var sending = world.acting;
        if (sending == null || isSending || !(pausesSending || sending.isCutOff() || random.nextInt(8) == 0)) {
            return;
        }
        var isPaused = pausesSending;
        pausesSending = false;
        isSending = true;
        try {
            for (var left = isPaused || sending.isCutOff() ? random.nextInt(PAUSE_STEPS) : 3; left > 0; left--) {
                world.now += random.nextInt(120);
                if (!isPaused) {
                    sending.keepLease();
                } else if (random.nextInt(40) == 0) {
                    sending.disconnect();
                }
                var other = other(sending);
                if (other != null) {
                    act(other);
                }
            }
        } finally {
            isSending = false;
        }
        if (isPaused && !sending.holdsLease()) {
            world.met(SimulatedFault.PAUSED_SENDING);
        }
    }

    private @Nullable SimulatedBridge other(SimulatedBridge sending) {
        if (bridges.size() < 2 && !world.store.isFile) {
            begin(random.nextInt(2));
        }
        return bridges.stream().filter(each -> each != sending).findFirst().orElse(null);
    }

    /** Runs to its end and checks what came of it. */
    SimulatedWorld run() {
        begin(0);
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
                begin(world.store.isFile ? 0 : faults == 0 ? step / 500 % 2 : random.nextInt(2));
            }
            act(bridges.get(random.nextInt(bridges.size())));
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
        switch (random.nextInt(12)) {
            case 0, 1, 2 -> world.killIn = world.killIn > 0 ? world.killIn : 1 + random.nextInt(12);
            case 3 -> hub.downUntil = world.now + random.nextInt(3_000);
            case 4 -> hub.timeOutAfter = 1 + random.nextInt(2);
            case 5 -> hub.takesAPart = 1 + random.nextInt(3);
            case 6 -> world.store.failsBefore = 1 + random.nextInt(2);
            case 7 -> world.store.failsAfter = 1;
            case 8, 9 -> pausesSending = true;
            case 10 -> some().ifPresent(each -> each.cutOff(random.nextInt(30_000)));
            default -> some().ifPresent(this::pause);
        }
    }

    private Optional<SimulatedBridge> some() {
        return bridges.isEmpty() ? Optional.empty() : Optional.of(bridges.get(random.nextInt(bridges.size())));
    }

    /** For so long that its lease runs out and the database hangs up; then it goes on where it was. */
    private void pause(SimulatedBridge paused) {
        paused.sleep(random.nextInt(30_000));
        world.now += random.nextInt(2) * 12_000L;
        if (random.nextBoolean()) {
            paused.disconnect();
        }
    }

    private boolean heal() {
        world.killIn = 0;
        hub.downUntil = 0;
        world.store.failsBefore = 0;
        world.store.failsAfter = 0;
        pausesSending = false;
        bridges.forEach(each -> each.cutOff(0));
        return true;
    }
}
