package dev.banyan.bridge.run;

import dev.banyan.bridge.change.Change;
import dev.banyan.bridge.change.DomainEvent;
import dev.banyan.bridge.change.EventMapper;
import dev.banyan.bridge.change.MappingFailed;
import dev.banyan.bridge.change.Transaction;
import dev.banyan.bridge.hub.Hub;
import dev.banyan.bridge.hub.HubPosition;
import dev.banyan.bridge.hub.HubUnavailable;
import dev.banyan.bridge.lake.Lake;
import dev.banyan.bridge.store.BridgeStore;
import dev.banyan.bridge.store.Position;
import dev.banyan.bridge.store.StoreSession;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Maps what was parked once more, in the order it came, and sends it. The caller holds the store's lease. */
public final class Resubmission {

    /*
     * The events get the ids that they would have had. They go to the hub first, under the position that the hub has already, then
     * images and faults are stored together; a crash between the two sends the same events again, with the same ids.
     */
    private static final Logger LOG = LoggerFactory.getLogger(Resubmission.class);

    /** Of a paused table so many parts are mapped and sent at once. */
    private static final int PARTS_AT_ONCE = 500;

    private final BridgeStore store;
    private final EventMapper mapper;
    private final Position position;

    public Resubmission(BridgeStore store, EventMapper mapper) {
        this.store = store;
        this.mapper = mapper;
        this.position = store.position()
                .orElseThrow(
                        () -> new IllegalStateException("the store has no position (expected: a bridge that ran)"));
    }

    /**
     * How a group went: without a {@code refusal} its {@code events} are in the hub, or would be. With one, so are those of the {@code transactions} before
     * it, where the group is of a paused table; else none is.
     */
    public record Result(
            int transactions,
            List<DomainEvent> events,
            @Nullable String refusal) {
        public Result {
            events = List.copyOf(events);
        }
    }

    /** What {@code group} would become. With {@code asOne} its transactions are mapped as if they had been one. */
    public Result preview(String group, boolean asOne) {
        try (var session = store.session()) {
            if (!session.faults().isPaused(group)) {
                return map(session.faults().parts(group), session, asOne).result(false);
            }
            var all = new Tried(0, 0, new ArrayList<>(), null);
            for (var parts = next(session, group, Long.MIN_VALUE); !parts.isEmpty(); ) {
                var tried = map(parts, session, asOne);
                all = all.and(tried);
                if (tried.refusal != null) {
                    break;
                }
                parts = next(session, group, parts.getLast().commitLsn());
            }
            return all.result(true);
        }
    }

    /**
     * Sends what {@code group} becomes to {@code hub} and {@code lake} and forgets its rows, for {@code reason}; a refusal changes nothing. Of a
     * paused table, whose rows of different shapes fit different mappings, what comes before a refusal is sent and forgotten.
     */
    public Result send(String group, boolean asOne, String reason, Hub hub, @Nullable Lake lake) throws HubUnavailable {
        if (!isPaused(group)) {
            try (var session = store.session()) {
                var tried = map(session.faults().parts(group), session, asOne);
                if (tried.refusal == null) {
                    publish("resubmitted " + group, tried.events, session, hub, lake);
                    resolve(session, group, reason, Long.MAX_VALUE, tried);
                }
                return tried.result(false);
            }
        }
        var all = new Tried(0, 0, new ArrayList<>(), null);
        while (true) {
            try (var session = store.session()) {
                var parts = next(session, group, Long.MIN_VALUE);
                var tried = map(parts, session, asOne);
                all = all.and(tried);
                var isLast = tried.refusal == null
                        && session.faults()
                                .parts(group, parts.getLast().commitLsn(), 1)
                                .isEmpty();
                if (tried.mapped > 0) {
                    publish(
                            "resubmitted " + group + " behind "
                                    + parts.getFirst().commitLsn(),
                            tried.events,
                            session,
                            hub,
                            lake);
                    resolve(
                            session,
                            group,
                            reason,
                            isLast
                                    ? Long.MAX_VALUE
                                    : parts.get(tried.mapped - 1).commitLsn(),
                            tried);
                }
                if (isLast || tried.refusal != null) {
                    return all.result(true);
                }
            }
        }
    }

    private boolean isPaused(String group) {
        try (var session = store.session()) {
            return session.faults().isPaused(group);
        }
    }

    private static List<Transaction> next(StoreSession session, String group, long from) {
        return session.faults().parts(group, from, PARTS_AT_ONCE);
    }

    private void publish(String name, List<DomainEvent> events, StoreSession session, Hub hub, @Nullable Lake lake)
            throws HubUnavailable {
        var ours = new HubPosition(
                store.storeId(), position.systemIdentifier(), position.timeline(), position.commitLsn());
        var reach = hub.open().filter(there -> there.covers(ours)).orElse(ours);
        session.keepTokens();
        if (!events.isEmpty()) {
            hub.publish(events, reach);
            if (lake != null) {
                keep(name, events, lake);
            }
        }
    }

    private void resolve(StoreSession session, String group, String reason, long to, Tried tried) {
        if (to == Long.MAX_VALUE) {
            session.faults().resolve(group, reason);
        } else {
            session.faults().resolve(group, reason, to);
        }
        session.commit(position);
        session.force();
        LOG.info("group {} resubmitted: {} transactions, {} events", group, tried.mapped, tried.events.size());
    }

    private static void keep(String name, List<DomainEvent> events, Lake lake) {
        var from = 0;
        for (var left = events.iterator(); left.hasNext(); ) {
            var part = LakePart.next(left, LakePart.Limits.DEFAULT);
            lake.appendOnce(name, from, part.events());
            from += part.events().size();
        }
    }

    /** So many of {@code parts} were mapped before the refusal, if there is one. */
    private record Tried(
            int parts,
            int mapped,
            List<DomainEvent> events,
            @Nullable String refusal) {

        Tried and(Tried next) {
            events.addAll(next.events);
            return new Tried(parts + next.parts, mapped + next.mapped, events, next.refusal);
        }

        Result result(boolean mayBePart) {
            if (refusal == null) {
                return new Result(parts, events, null);
            }
            return mayBePart ? new Result(mapped, events, refusal) : new Result(parts, List.of(), refusal);
        }
    }

    private Tried map(List<Transaction> parts, StoreSession session, boolean asOne) {
        var transactions = asOne && parts.size() > 1 ? List.of(joined(parts)) : parts;
        var events = new ArrayList<DomainEvent>();
        var mapped = 0;
        try {
            for (var transaction : transactions) {
                events.addAll(mapper.mapParked(transaction, session.images()));
                mapped++;
            }
            return new Tried(parts.size(), parts.size(), events, null);
        } catch (MappingFailed e) {
            return new Tried(parts.size(), mapped, events, e.getMessage());
        }
    }

    private static Transaction joined(List<Transaction> parts) {
        var changes = new ArrayList<Change>();
        parts.forEach(part -> changes.addAll(part.changes()));
        return parts.getLast().with(changes);
    }
}
