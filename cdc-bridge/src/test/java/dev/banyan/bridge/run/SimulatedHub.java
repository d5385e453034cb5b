package dev.banyan.bridge.run;

import dev.banyan.bridge.change.DomainEvent;
import dev.banyan.bridge.change.EventMapper;
import dev.banyan.bridge.change.InMemoryImages;
import dev.banyan.bridge.change.Transaction;
import dev.banyan.bridge.hub.Hub;
import dev.banyan.bridge.hub.HubFenced;
import dev.banyan.bridge.hub.HubPosition;
import dev.banyan.bridge.hub.HubUnavailable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** A hub with transactions, a position and fencing, as Kafka has, or with none of them, as services of AWS. */
final class SimulatedHub {

    private final SimulatedWorld world;
    private final boolean isTransactional;
    private final List<DomainEvent> log = new ArrayList<>();
    private @Nullable HubPosition position;
    private int generation;

    long downUntil;

    /** So many of the next publishes arrive, and nobody gets to know. */
    int timeOutAfter;

    /** So many of the next publishes arrive in part, where there are no transactions. */
    int takesAPart;

    SimulatedHub(SimulatedWorld world, boolean isTransactional) {
        this.world = world;
        this.isTransactional = isTransactional;
    }

    Hub connect() {
        return new Connection();
    }

    private final class Connection implements Hub {

        private int own;
        private final Set<String> arrived = new HashSet<>();
        private @Nullable HubPosition underWay;
        private BooleanSupplier holdsLease = () -> true;

        @Override
        public Optional<HubPosition> open() throws HubUnavailable {
            world.point();
            checkUp();
            own = ++generation;
            world.point();
            return isTransactional ? Optional.ofNullable(position) : Optional.empty();
        }

        @Override
        public void publish(List<DomainEvent> events, HubPosition reach) throws HubUnavailable {
            world.point();
            world.meanwhile.run();
            checkUp();
            if (isTransactional && own != generation) {
                throw new HubFenced("fenced", false, new IllegalStateException());
            }
            if (isTransactional) {
                log.addAll(events);
                position = reach;
            } else {
                publishEach(events, reach);
            }
            world.point();
            if (timeOutAfter > 0) {
                timeOutAfter--;
                world.met(SimulatedFault.HUB_ANSWER_LOST);
                throw new HubUnavailable("timed out", new IllegalStateException());
            }
        }

        /** As {@code AwsHub}: what has arrived is remembered; of a key nothing passes what has not. */
        private void publishEach(List<DomainEvent> events, HubPosition reach) throws HubUnavailable {
            if (!reach.equals(underWay)) {
                arrived.clear();
                underWay = reach;
            }
            var refused = new HashSet<String>();
            for (var event : events) {
                if (arrived.contains(event.id()) || refused.contains(event.subject())) {
                    continue;
                }
                world.point();
                world.meanwhile.run();
                if (!holdsLease.getAsBoolean()) {
                    world.met(SimulatedFault.LEASE_RAN_OUT);
                    throw new HubUnavailable("the lease is not sure", new IllegalStateException());
                }
                if (takesAPart > 0 && world.random.nextInt(3) == 0) {
                    refused.add(event.subject());
                } else {
                    log.add(event);
                    arrived.add(event.id());
                }
            }
            if (!refused.isEmpty()) {
                takesAPart--;
                world.met(SimulatedFault.TAKEN_IN_PART);
                throw new HubUnavailable("in part", new IllegalStateException());
            }
        }

        private void checkUp() throws HubUnavailable {
            if (world.now < downUntil) {
                world.met(SimulatedFault.HUB_DOWN);
                throw new HubUnavailable("down", new IllegalStateException());
            }
        }

        @Override
        public boolean fences() {
            return isTransactional;
        }

        @Override
        public void sendWhile(BooleanSupplier holdsLease) {
            this.holdsLease = holdsLease;
        }

        @Override
        public void close() {}
    }

    /** Nothing lost, nothing invented, no key out of order; repeats are the same event, and none at all where there are transactions. */
    void check(List<Transaction> journal, EventMapper mapper) {
        var images = new InMemoryImages();
        var expected = new ArrayList<DomainEvent>();
        journal.forEach(transaction -> expected.addAll(mapper.map(transaction, images)));
        if (isTransactional) {
            if (!log.equals(expected)) {
                throw new AssertionError("hub " + ids(log) + " (expected: " + ids(expected) + ")");
            }
            return;
        }
        checkRepeats(expected);
    }

    /** Where events come again they do so from some event on, and none of what came before is left out: a consumer ends with the newest. */
    private void checkRepeats(List<DomainEvent> expected) {
        var byId = new HashMap<String, DomainEvent>();
        var places = new HashMap<String, Integer>();
        var counts = new HashMap<String, Integer>();
        for (var event : expected) {
            byId.put(event.id(), event);
            places.put(event.id(), counts.merge(event.subject(), 1, Integer::sum));
        }
        var last = new HashMap<String, Integer>();
        for (var event : log) {
            if (!event.equals(byId.get(event.id()))) {
                throw new AssertionError("phantom " + event + " (expected: " + byId.get(event.id()) + ")");
            }
            var place = places.getOrDefault(event.id(), 0);
            var before = last.put(event.subject(), place);
            if (place > (before == null ? 0 : before) + 1) {
                throw new AssertionError("reordered: " + event.id() + " in " + ids(log));
            }
        }
        if (!last.equals(counts)) {
            throw new AssertionError("hub " + ids(log) + " (expected: " + ids(expected) + ")");
        }
    }

    /** Of what has arrived, in its order. */
    List<String> ids() {
        return ids(log);
    }

    private static List<String> ids(List<DomainEvent> events) {
        return events.stream().map(DomainEvent::id).toList();
    }
}
