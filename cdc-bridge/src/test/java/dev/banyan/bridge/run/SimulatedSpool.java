package dev.banyan.bridge.run;

import dev.banyan.bridge.change.Arrival;
import dev.banyan.bridge.spool.Spool;
import dev.banyan.bridge.store.SpoolClaim;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A spool on a simulated disk: killed while it appends, some of the frames are there. */
final class SimulatedSpool implements Spool {

    private final SimulatedWorld world;
    private final Map<String, List<Arrival>> disk;
    private final String id;
    private final List<Arrival> frames;
    private int taken;

    private SimulatedSpool(SimulatedWorld world, Map<String, List<Arrival>> disk, String id, List<Arrival> frames) {
        this.world = world;
        this.disk = disk;
        this.id = id;
        this.frames = frames;
    }

    static Spool recover(SimulatedWorld world, Map<String, List<Arrival>> disk, String id) {
        var frames = new ArrayList<>(disk.getOrDefault(id, List.of()));
        disk.put(id, frames); // what a process writes that does not know of its successor is not found
        return new SimulatedSpool(world, disk, id, frames);
    }

    /** Spools of one process, in the order of {@link ClaimedSpools}. */
    record Claimed(SimulatedWorld world, Map<String, List<Arrival>> disk, long epoch) implements Intake.Spools {
        @Override
        public Spool begin() {
            var id = epoch + "-" + world.now + "-" + world.random.nextInt();
            var frames = new ArrayList<Arrival>();
            world.point();
            disk.put(id, frames);
            world.store.claim(epoch, new SpoolClaim(id, "here"));
            return new SimulatedSpool(world, disk, id, frames);
        }

        @Override
        public void checkLease() {
            world.store.checkLease(epoch);
        }

        @Override
        public void end(Spool spool) {
            world.store.claim(epoch, null);
            spool.delete();
            world.point();
        }
    }

    @Override
    public void append(List<Arrival> arrivals) {
        for (var arrival : arrivals) {
            world.point();
            frames.add(arrival);
        }
        world.point();
    }

    @Override
    public Optional<Arrival> end() {
        return frames.isEmpty() ? Optional.empty() : Optional.of(frames.getLast());
    }

    @Override
    public List<Arrival> take(int rowsMax) {
        var arrivals = new ArrayList<Arrival>();
        for (var rows = 0; rows < rowsMax && taken < frames.size(); ) {
            var arrival = frames.get(taken++);
            arrivals.add(arrival);
            rows += Math.max(1, arrival.rows());
        }
        return arrivals;
    }

    /** Forgets all but the last, as segments do, or all if there is no other. */
    @Override
    public void forgetTaken() {
        world.point();
        var kept = isEmpty() ? 0 : 1;
        while (taken > kept) {
            frames.removeFirst();
            taken--;
        }
    }

    @Override
    public boolean isEmpty() {
        return taken == frames.size();
    }

    @Override
    public long bytes() {
        return frames.size();
    }

    @Override
    public void delete() {
        world.point();
        disk.remove(id);
    }

    @Override
    public void close() {}
}
