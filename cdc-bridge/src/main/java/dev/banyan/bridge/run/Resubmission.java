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

    /** How a group went: without a {@code refusal} its {@code events} are in the hub, or would be. */
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
            return map(session.faults().parts(group), session, asOne);
        }
    }

    /** Sends what {@code group} becomes to {@code hub} and {@code lake} and forgets its rows, for {@code reason}; a refusal changes nothing. */
    public Result send(String group, boolean asOne, String reason, Hub hub, @Nullable Lake lake) throws HubUnavailable {
        try (var session = store.session()) {
            var result = map(session.faults().parts(group), session, asOne);
            if (result.refusal == null) {
                var ours = new HubPosition(
                        store.storeId(), position.systemIdentifier(), position.timeline(), position.commitLsn());
                var reach = hub.open().filter(there -> there.covers(ours)).orElse(ours);
                session.keepTokens();
                if (!result.events.isEmpty()) {
                    hub.publish(result.events, reach);
                    if (lake != null) {
                        keep("resubmitted " + group, result.events, lake);
                    }
                }
                session.faults().resolve(group, reason);
                session.commit(position);
                session.force();
                LOG.info(
                        "group {} resubmitted: {} transactions, {} events",
                        group,
                        result.transactions,
                        result.events.size());
            }
            return result;
        }
    }

    private static void keep(String name, List<DomainEvent> events, Lake lake) {
        var from = 0;
        for (var left = events.iterator(); left.hasNext(); ) {
            var part = LakePart.next(left, LakePart.Limits.DEFAULT);
            lake.appendOnce(name, from, part.events());
            from += part.events().size();
        }
    }

    private Result map(List<Transaction> parts, dev.banyan.bridge.store.StoreSession session, boolean asOne) {
        var transactions = asOne && parts.size() > 1 ? List.of(joined(parts)) : parts;
        var events = new ArrayList<DomainEvent>();
        try {
            for (var transaction : transactions) {
                events.addAll(mapper.mapParked(transaction, session.images()));
            }
            return new Result(parts.size(), events, null);
        } catch (MappingFailed e) {
            return new Result(parts.size(), List.of(), e.getMessage());
        }
    }

    private static Transaction joined(List<Transaction> parts) {
        var changes = new ArrayList<Change>();
        parts.forEach(part -> changes.addAll(part.changes()));
        return parts.getLast().with(changes);
    }
}
