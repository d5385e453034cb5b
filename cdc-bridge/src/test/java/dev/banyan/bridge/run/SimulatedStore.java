package dev.banyan.bridge.run;

import dev.banyan.bridge.change.Row;
import dev.banyan.bridge.engine.OffsetRule;
import dev.banyan.bridge.store.Fenced;
import dev.banyan.bridge.store.Lease;
import dev.banyan.bridge.store.Position;
import dev.banyan.bridge.store.SpoolClaim;
import dev.banyan.bridge.store.StoreFailed;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The bridge's database: as two hosts reach it, where what a transaction committed is there, whatever its client got to know; or as a file
 * of one process, with which goes what was committed since the file was last written, at the latest when it was forced.
 */
final class SimulatedStore {

    private record Version(Position position, Map<String, Row> images) {}

    private final SimulatedWorld world;
    final boolean isFile;
    private final List<Version> unforced = new ArrayList<>();
    private Map<String, Row> images = new HashMap<>();
    private Lease lease = new Lease(0, "", 0, Duration.ZERO);
    private Position position = new Position("system", 1, 0, OffsetRule.startingAt(0));
    private @Nullable SpoolClaim claim;

    /** So many of the next transactions fail before they are committed, or after. */
    int failsBefore;

    int failsAfter;

    SimulatedStore(SimulatedWorld world, boolean isFile) {
        this.world = world;
        this.isFile = isFile;
        force();
    }

    void force() {
        unforced.clear();
        unforced.add(new Version(position, Map.copyOf(images)));
    }

    /** The process that has the file is gone. */
    void crash() {
        if (isFile) {
            var written = unforced.get(world.random.nextInt(unforced.size()));
            position = written.position;
            images = new HashMap<>(written.images);
            force();
        }
    }

    private void transaction(long epoch, Runnable work) {
        world.point();
        checkReachable();
        if (failsBefore > 0) {
            failsBefore--;
            world.met(SimulatedFault.STORE_FAILED);
            throw new StoreFailed("simulated", new SQLException("before"));
        }
        if (epoch != lease.epoch()) {
            throw new Fenced("fenced");
        }
        work.run();
        world.point();
        if (failsAfter > 0) {
            failsAfter--;
            world.met(SimulatedFault.STORE_ANSWER_LOST);
            throw new StoreFailed("simulated", new SQLException("after"));
        }
    }

    private void checkReachable() {
        if (world.acting != null && world.acting.isCutOff()) {
            world.met(SimulatedFault.STORE_CUT_OFF);
            throw new StoreFailed("simulated", new SQLException("cut off"));
        }
    }

    /** The epoch of the lease; 0 when somebody else holds it. */
    long tryLease(String holder, long nowMs, Duration length) {
        checkReachable();
        var taken = lease.takenBy(holder, nowMs, length, isFile);
        if (taken.isEmpty()) {
            return 0;
        }
        lease = taken.get();
        return lease.epoch();
    }

    void renew(long epoch, long nowMs, Duration length) {
        transaction(lease.epoch(), () -> lease = kept(epoch, nowMs, length));
    }

    private Lease kept(long epoch, long nowMs, Duration length) {
        return lease.keptBy(new Lease.Held(epoch, lease.holder()), nowMs, length);
    }

    void releaseLease(long epoch) {
        if (epoch == lease.epoch()) {
            lease = new Lease(epoch, lease.holder(), 0, lease.length());
        }
    }

    void checkLease(long epoch) {
        transaction(epoch, () -> {});
    }

    void commit(long epoch, Position next, Map<String, Row> changed, Duration length) {
        transaction(epoch, () -> {
            lease = kept(epoch, world.now, length);
            position = next;
            images.putAll(changed);
            unforced.add(new Version(position, Map.copyOf(images)));
        });
    }

    void claim(long epoch, @Nullable SpoolClaim next) {
        transaction(epoch, () -> {
            claim = next;
            force();
        });
    }

    Optional<SpoolClaim> claim() {
        return Optional.ofNullable(claim);
    }

    Position position() {
        return position;
    }

    @Nullable
    Row image(String key) {
        return images.get(key);
    }

    boolean imagesAreWritten() {
        return !images.isEmpty();
    }

    Map<String, Object> values() {
        var values = new HashMap<String, Object>();
        images.forEach(
                (key, row) -> values.put(key, String.valueOf(row.get("v")).isEmpty() ? "" : value(row)));
        return values;
    }

    private static Object value(Row row) {
        var value = row.get("v");
        return value == null ? "null" : value;
    }
}
