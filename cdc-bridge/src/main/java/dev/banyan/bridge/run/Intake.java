package dev.banyan.bridge.run;

import dev.banyan.bridge.change.Arrival;
import dev.banyan.bridge.engine.OffsetRule;
import dev.banyan.bridge.spool.Spool;
import dev.banyan.bridge.store.Position;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Where arrivals wait for the courier: in memory, or, when that takes too long, in a spool. Says up to where they are safe. */
final class Intake implements Courier.Source {

    /*
     * While there is a spool, everything goes through it, so that the order stands; it ends when the courier has emptied it, under the
     * same lock as an append. What the courier holds in memory when the spool begins is in the spool, too: it comes a second time and is
     * dropped, because the store has passed it. When its end fails, the store may have forgotten it all the same: from then on nothing
     * goes into it, nor past it.
     */
    /** Makes spools, and ends them. */
    interface Spools {
        /** A new spool, which the store knows of before it holds anything. */
        Spool begin();

        /** Throws {@code Fenced} if somebody else may have taken them over. */
        void checkLease();

        /** The store forgets {@code spool}, which is empty, and then it is deleted. */
        void end(Spool spool);
    }

    private final @Nullable Spools spools;
    private final Deque<Arrival> given = new ArrayDeque<>();
    private final Supplier<Position> stored;
    private @Nullable Spool spool;
    private boolean isEnding;

    /** An intake that goes on with {@code spool}, if a process before has left one. Without {@code spools} it never begins one. */
    Intake(@Nullable Spools spools, @Nullable Spool spool, Supplier<Position> stored) {
        this.spools = spools;
        this.spool = spool;
        this.stored = stored;
    }

    boolean canSpool() {
        return spools != null;
    }

    synchronized boolean isSpooling() {
        return spool != null;
    }

    /** True when the courier has taken everything that was given to it in memory. */
    synchronized boolean isEmpty() {
        return given.isEmpty();
    }

    synchronized long spoolBytes() {
        return spool == null ? 0 : spool.bytes();
    }

    /** Up to where everything is in the store or on the spool's disk: what the database may be told. */
    synchronized Position safe() {
        var position = stored.get();
        var end = spool == null ? null : spool.end().orElse(null);
        return end == null || end.lsn() < position.commitLsn()
                ? position
                : new Position(position.systemIdentifier(), position.timeline(), end.lsn(), end.offset());
    }

    /** Gives {@code arrivals} to the courier in memory; false, and nothing happens, while there is a spool. */
    synchronized boolean give(List<Arrival> arrivals) {
        if (spool != null) {
            return false;
        }
        given.addAll(arrivals);
        return true;
    }

    /** Appends {@code arrivals} to the spool; false, and nothing happens, when there is none (any more). */
    synchronized boolean append(List<Arrival> arrivals) {
        if (spool == null) {
            return false;
        }
        if (isEnding) {
            throw new IllegalStateException("ending the spool has failed");
        }
        write(spool, arrivals, stored.get().commitLsn());
        return true;
    }

    /** Begins a spool with those of {@code arrivals}, which were given before, that the store has not passed. */
    synchronized void beginSpool(List<Arrival> arrivals) {
        if (spools == null) {
            throw new IllegalStateException("no spool (expected: settings for one)");
        }
        var before = stored.get(); // the claim forces this to the disk, and not what the courier stores meanwhile
        var begun = spools.begin();
        spool = begun;
        write(begun, arrivals, before.commitLsn());
        given.clear();
    }

    /** Throws {@code Fenced} if what was appended so far may have come after somebody else took the spool over. */
    void checkLease() {
        if (spools != null) {
            spools.checkLease();
        }
    }

    private void write(Spool target, List<Arrival> arrivals, long from) {
        var before = safe().offset();
        var kept = new ArrayList<Arrival>();
        for (var arrival : arrivals) {
            var offset = OffsetRule.rewritten(arrival.offset(), before);
            before = offset;
            if (arrival.lsn() >= from) {
                kept.add(new Arrival(arrival.transaction(), arrival.lsn(), offset, arrival.signal()));
            }
        }
        target.append(kept);
    }

    @Override
    public synchronized List<Arrival> take(int rowsMax) {
        if (given.isEmpty()) {
            return spool == null ? List.of() : spool.take(rowsMax);
        }
        var taken = new ArrayList<Arrival>();
        for (var rows = 0; rows < rowsMax && !given.isEmpty(); ) {
            var arrival = given.remove();
            taken.add(arrival);
            rows += Math.max(1, arrival.rows());
        }
        return taken;
    }

    /** What the courier took so far is safe, forced to the disk: the spool may forget it. */
    synchronized void forgetTaken() {
        if (spool != null) {
            spool.forgetTaken();
        }
    }

    /** Ends the spool if the courier has emptied it and everything is safe, forced to the disk; true when there is no spool any more. */
    synchronized boolean endSpool() {
        if (spool == null) {
            return true;
        }
        if (spools == null || !spool.isEmpty()) {
            return false;
        }
        spool.forgetTaken();
        isEnding = true;
        spools.end(spool);
        spool = null;
        isEnding = false;
        return true;
    }

    synchronized void close() {
        if (spool != null) {
            spool.close();
        }
    }
}
