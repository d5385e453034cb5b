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
            checkUp();
            if (isTransactional && own != generation) {
                throw new HubFenced("fenced", new IllegalStateException());
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
                if (takesAPart > 0 && world.random.nextInt(3) == 0) {
                    refused.add(event.subject());
                } else {
                    log.add(event);
                    arrived.add(event.id());
                }
            }
            if (!refused.isEmpty()) {
                takesAPart--;
                throw new HubUnavailable("in part", new IllegalStateException());
            }
        }

        private void checkUp() throws HubUnavailable {
            if (world.now < downUntil) {
                throw new HubUnavailable("down", new IllegalStateException());
            }
        }

        @Override
        public boolean fences() {
            return isTransactional;
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
        var byId = new HashMap<String, DomainEvent>();
        expected.forEach(event -> byId.put(event.id(), event));
        var seen = new HashSet<String>();
        var last = new HashMap<String, Long>();
        for (var event : log) {
            if (!event.equals(byId.get(event.id()))) {
                throw new AssertionError("phantom " + event + " (expected: " + byId.get(event.id()) + ")");
            }
            if (seen.add(event.id())) {
                var sequence = Long.parseLong(event.sequence());
                var before = last.put(event.subject(), sequence);
                if (before != null && before > sequence) {
                    throw new AssertionError("reordered: " + event.id() + " in " + ids(log));
                }
            }
        }
        if (seen.size() != expected.size()) {
            throw new AssertionError("lost: hub " + ids(log) + " (expected: " + ids(expected) + ")");
        }
    }

    private static List<String> ids(List<DomainEvent> events) {
        return events.stream().map(DomainEvent::id).toList();
    }
}
