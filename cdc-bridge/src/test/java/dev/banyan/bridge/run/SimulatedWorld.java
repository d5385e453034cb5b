package dev.banyan.bridge.run;

import dev.banyan.bridge.change.AggregateImages;
import dev.banyan.bridge.change.Arrival;
import dev.banyan.bridge.change.Cause;
import dev.banyan.bridge.change.Change;
import dev.banyan.bridge.change.DomainEvent;
import dev.banyan.bridge.change.EventMapper;
import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.change.Transaction;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** What outlives a process: the database's log and slot, the store, the disks of two hosts; and the clock. */
final class SimulatedWorld {

    static final TableId TABLE = new TableId("public", "t");

    /** The process is gone, at this very point. */
    static final class Killed extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Killed() {
            super("killed", null, false, false);
        }
    }

    final RandomGenerator random;
    final List<Transaction> log = new ArrayList<>();
    final SimulatedStore store;
    final EventMapper mapper = SimulatedWorld::map;
    private final List<Map<String, List<Arrival>>> disks = List.of(new HashMap<>(), new HashMap<>());
    long now = 1_000_000;
    final InstantSource clock = () -> Instant.ofEpochMilli(now);

    /** How far the slot was told that everything is safe; the log before may be gone. */
    long confirmed;

    @Nullable
    Object slotReader;

    /** After so many more points the process that is at work is killed; 0 for never. */
    int killIn;

    /** Who is at work now; null where nobody simulates that. */
    @Nullable
    SimulatedBridge acting;

    /** What goes on before the next event goes into a hub. */
    Runnable meanwhile = () -> {};

    private final Map<SimulatedFault, Integer> met = new EnumMap<>(SimulatedFault.class);

    SimulatedWorld(RandomGenerator random) {
        this.random = random;
        this.store = new SimulatedStore(this, random.nextInt(3) == 0);
    }

    Map<String, List<Arrival>> disk(int host) {
        return disks.get(host);
    }

    /** A fault took effect. */
    void met(SimulatedFault fault) {
        met.merge(fault, 1, Integer::sum);
    }

    /** How many faults of each kind took effect. */
    Map<SimulatedFault, Integer> met() {
        return met;
    }

    /** A point at which a process may be killed: before and after everything that outlives it. */
    void point() {
        if (killIn > 0 && --killIn == 0) {
            throw new Killed();
        }
    }

    /** An event a change; its data says what was known of the row before, so that a wrong image shows. */
    private static List<DomainEvent> map(Transaction transaction, AggregateImages images) {
        var events = new ArrayList<DomainEvent>();
        for (var change : transaction.changes()) {
            if (change instanceof Change.Updated(var table, var _, var after)) {
                var key = List.<Object>of(String.valueOf(after.get("id")));
                var before = images.get(table, key);
                images.put(table, key, after, List.of());
                events.add(new DomainEvent(
                        transaction.commitLsn() + "-" + events.size(),
                        "changed",
                        "topic",
                        String.valueOf(after.get("id")),
                        transaction.commitTime(),
                        String.valueOf(transaction.commitLsn() * 10 + events.size()),
                        transaction.txId(),
                        false,
                        List.of(),
                        null,
                        Cause.UNKNOWN,
                        "\"" + (before == null ? null : before.get("v")) + ">" + after.get("v") + "\""));
            }
        }
        return events;
    }

    /** What the store has forgotten was emptied before. */
    void checkDisks() {
        for (var disk : disks) {
            disk.forEach((id, frames) -> {
                if (!frames.isEmpty()) {
                    throw new AssertionError("spool " + id + " " + frames + " (expected: empty)");
                }
            });
        }
    }

    void checkImages() {
        var expected = new HashMap<String, Object>();
        for (var transaction : log) {
            for (var change : transaction.changes()) {
                if (change instanceof Change.Updated(var _, var _, var after)) {
                    expected.put(String.valueOf(after.get("id")), after.get("v"));
                }
            }
        }
        var found = store.values();
        if (!found.equals(expected)) {
            throw new AssertionError("images " + found + " (expected: " + expected + ")");
        }
    }
}
