package dev.banyan.bridge.run;

import dev.banyan.bridge.change.Change;
import dev.banyan.bridge.change.DomainEvent;
import dev.banyan.bridge.change.EventBytes;
import dev.banyan.bridge.change.EventMapper;
import dev.banyan.bridge.change.Faults;
import dev.banyan.bridge.change.LargeList;
import dev.banyan.bridge.change.MappingFailed;
import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.change.Transaction;
import dev.banyan.bridge.hub.EventsRefused;
import dev.banyan.bridge.hub.Hub;
import dev.banyan.bridge.hub.HubPosition;
import dev.banyan.bridge.hub.HubUnavailable;
import dev.banyan.bridge.lake.Lake;
import dev.banyan.bridge.store.Backfill;
import dev.banyan.bridge.store.BridgeStore;
import dev.banyan.bridge.store.ParkedPart;
import dev.banyan.bridge.store.Position;
import dev.banyan.bridge.store.StoreSession;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Maps what was parked once more, in the order it came, and sends it. The caller holds the store's lease. */
public final class Resubmission {

    /*
     * The events get the ids that they would have had. They go to the hub first, under the position that the hub has already, then
     * images and faults are stored together; a crash between the two sends the same events again, with the same ids. What is parked may be
     * more than memory holds, and is mapped some parts at a time. Of a paused table each of these steps is sent and stored by itself; of other groups
     * all together or none. Each is begun under the lease; one that a bridge takes over meanwhile is not stored.
     *
     * What the hub refuses for good is told to the mapper, as when it is met in the log, and the step is mapped once more: then that event has no answer,
     * and its group waits on, or it is skipped. What of it has arrived before is sent again, by the same ids.
     */
    private static final Logger LOG = LoggerFactory.getLogger(Resubmission.class);

    /** So many parts are mapped at once, and of a paused table sent, and about so many bytes of them. */
    private static final int PARTS_AT_ONCE = 500;

    private static final long BYTES_AT_ONCE = 16_000_000;

    /** How many events of a step are in memory before they go to a file; few parts may have many. */
    private static final int EVENTS_IN_MEMORY = 20_000;

    private final BridgeStore store;
    private final EventMapper mapper;
    private final Position position;
    private final int eventsInMemory;
    private final int partsAtOnce;
    private final Map<String, String> refusedById = new HashMap<>();

    public Resubmission(BridgeStore store, EventMapper mapper) {
        this(store, mapper, EVENTS_IN_MEMORY, PARTS_AT_ONCE);
    }

    /** The same with at most {@code eventsInMemory} events and {@code partsAtOnce} parts in memory. */
    Resubmission(BridgeStore store, EventMapper mapper, int eventsInMemory, int partsAtOnce) {
        this.store = store;
        this.mapper = mapper;
        this.eventsInMemory = eventsInMemory;
        this.partsAtOnce = partsAtOnce;
        this.position = store.position()
                .orElseThrow(
                        () -> new IllegalStateException("the store has no position (expected: a bridge that ran)"));
    }

    /**
     * How a step of a group went: the events of so many {@code transactions} are in the hub, or would be, and a {@code refusal} says why no more are.
     * So often had an aggregate none because the mapping skips what it has no answer for: {@code skipped}. Many events lie in a file, and are read in
     * their order alone. The tables {@code again} are, or would be, read anew by the next run, because rows that come back with these events may have
     * gone while they waited, or lack a value that a backfill has read meanwhile.
     */
    public record Result(
            int transactions,
            List<DomainEvent> events,
            int skipped,
            Set<TableId> again,
            @Nullable String refusal) {
        public Result {
            events = events instanceof LargeList<DomainEvent> ? events : List.copyOf(events);
            again = Set.copyOf(again);
        }

        private static Result refused(@Nullable String why) {
            return new Result(0, List.of(), 0, Set.of(), why);
        }
    }

    /** Parts that are in memory at once. */
    private record Step(List<ParkedPart> parts, boolean isLast, boolean isPaused) {

        long last() {
            return last(parts);
        }

        private static long last(List<ParkedPart> parts) {
            return parts.getLast().transaction().commitLsn();
        }
    }

    /** The step of {@code group} behind the position {@code from}; all of a group that has no paused table if it is to be {@code whole}. */
    private Step step(StoreSession session, String group, long from, boolean whole) {
        var isPaused = session.faults().isPaused(group);
        if (whole && !isPaused) {
            return new Step(session.parked().parts(group), true, false);
        }
        var parts = session.parked().parts(group, from, partsAtOnce, BYTES_AT_ONCE);
        return new Step(parts, parts.isEmpty() || !session.parked().hasMore(group, Step.last(parts)), isPaused);
    }

    /**
     * Tells {@code told} step by step what {@code group} would become, and returns what it told last. With {@code asOne} its transactions are mapped as
     * if they had been one.
     */
    public Result preview(String group, boolean asOne, Consumer<Result> told) {
        try (var session = store.session()) {
            var torn = torn(session, group);
            if (torn != null) {
                told.accept(torn);
                return torn;
            }
            var from = Long.MIN_VALUE;
            while (true) {
                var step = step(session, group, from, asOne);
                var mapping = new Mapping(session, null);
                var isLast = mapping.map(group, step, asOne);
                var result = mapping.result();
                told.accept(result);
                if (isLast || result.refusal != null) {
                    return result;
                }
                session.write(); // out of memory; never committed
                from = step.last();
            }
        }
    }

    /**
     * Sends what {@code group} becomes to {@code hub} and {@code lake} and forgets its rows, for {@code reason}; a refusal changes nothing. Of a
     * paused table, whose rows of different shapes fit different mappings, what comes before a refusal is sent and forgotten. {@code told} and what is
     * returned are as of {@link #preview}.
     */
    public Result send(String group, boolean asOne, String reason, Hub hub, @Nullable Lake lake, Consumer<Result> told)
            throws HubUnavailable {
        while (true) {
            try (var session = store.session()) {
                var torn = torn(session, group);
                if (torn != null) {
                    told.accept(torn);
                    return torn;
                }
                var step = step(session, group, Long.MIN_VALUE, asOne);
                var mapping = new Mapping(session, session.faults());
                var isLast = mapping.map(group, step, asOne);
                var result = mapping.result();
                var isAll = isLast && result.refusal == null;
                if (isAll || result.transactions > 0) {
                    NewColumns.see(mapper.remembers(), store, session.images()); // the rows have this mapping's columns
                    try {
                        publish(name(group, result.events), result.events, session, hub, lake);
                    } catch (EventsRefused e) {
                        learn(e);
                        continue;
                    }
                    if (isAll) {
                        session.faults().resolve(group, reason);
                    } else {
                        session.faults().resolve(step.parts.subList(0, result.transactions), reason);
                    }
                    session.hideAgain(result.again, position);
                    session.commit(position);
                    session.force();
                    LOG.info(
                            "group {} resubmitted: {} transactions, {} events, {} skipped",
                            group,
                            result.transactions,
                            result.events.size(),
                            result.skipped);
                }
                told.accept(result);
                if (isLast || result.refusal != null) {
                    return result;
                }
            }
        }
    }

    /** Has the mapper know what the hub will never take; throws {@code refused} when it knew. */
    private void learn(EventsRefused refused) {
        if (refusedById.keySet().containsAll(refused.whyById().keySet())) {
            throw refused;
        }
        refusedById.putAll(refused.whyById());
        mapper.refuse(refusedById);
        LOG.warn("{}; what becomes of it is for the mapping's onFault", refused.getMessage());
    }

    /** The refusal of {@code group}, if with the mapping as it is now it has no order of its own. */
    private @Nullable Result torn(StoreSession session, String group) {
        var another = KeyForms.another(mapper, store);
        if (another != null) {
            return Result.refused(another);
        }
        var why = PausedTables.torn(mapper, store.pauses().all(), session.faults())
                .get(group);
        return why == null ? null : Result.refused(why);
    }

    /** Another mapping may give other events: those of the one before, which may be in the lake, must not be taken for them. */
    static String name(String group, List<DomainEvent> events) {
        var ids = md5();
        var isFirst = true;
        for (var event : events) {
            ids.update((isFirst ? event.id() : "\n" + event.id()).getBytes(StandardCharsets.UTF_8));
            isFirst = false;
        }
        var digest = ids.digest();
        digest[6] = (byte) ((digest[6] & 0x0f) | 0x30); // UUID.nameUUIDFromBytes, which wants all of them at once
        digest[8] = (byte) ((digest[8] & 0x3f) | 0x80);
        var halves = ByteBuffer.wrap(digest);
        return "resubmitted " + group + " " + new UUID(halves.getLong(), halves.getLong());
    }

    private static MessageDigest md5() {
        try {
            return MessageDigest.getInstance("MD5");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("MD5, which every Java has, is missing", e);
        }
    }

    private void publish(String name, List<DomainEvent> events, StoreSession session, Hub hub, @Nullable Lake lake)
            throws HubUnavailable {
        var ours = new HubPosition(
                store.storeId(), position.systemIdentifier(), position.timeline(), position.commitLsn());
        hub.sendWhile(session::holdsLease);
        session.checkLease(); // before a bridge that has taken over is shut out
        var reach = hub.open().filter(there -> there.covers(ours)).orElse(ours);
        session.checkLease(); // nor after: it may have been lost meanwhile
        session.keepTokens();
        if (!events.isEmpty()) {
            publish(events, reach, session, hub);
            if (lake != null) {
                keep(name, events, lake);
            }
        }
    }

    /** A hub without transactions gains nothing from having all at once. */
    private void publish(List<DomainEvent> events, HubPosition reach, StoreSession session, Hub hub)
            throws HubUnavailable {
        if (hub.fences()) {
            hub.publish(events, reach);
            return;
        }
        var piece = LakePart.Limits.of(eventsInMemory);
        for (var left = events.iterator(); left.hasNext(); ) {
            session.checkLease();
            hub.publish(LakePart.next(left, piece).events(), reach);
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

    /** The tables that a backfill has read, or is to read. */
    private Set<TableId> backfilled() {
        return store.backfills().all().stream()
                .filter(each -> !each.isParity() && each.state() != Backfill.State.CANCELLED)
                .flatMap(each -> each.tables().stream())
                .map(Backfill.Table::id)
                .collect(Collectors.toSet());
    }

    /** True while a parity run is under way, or next. */
    private boolean isCompared() {
        return Backfill.head(store.backfills().line())
                .filter(Backfill::isParity)
                .isPresent();
    }

    /** The events of a step of a paused table, or of all steps of another group. */
    private final class Mapping {

        private final StoreSession session;
        private final LargeList<DomainEvent> events = new LargeList<>(eventsInMemory, EventBytes.CODEC);
        private final ResubmittedFaults faults;
        private final ResubmittedImages images;
        private int mapped;
        private @Nullable String refusal;

        Mapping(StoreSession session, @Nullable Faults noted) {
            this.session = session;
            this.faults = new ResubmittedFaults(noted);
            this.images = new ResubmittedImages(
                    session.images(), session.hiddenBehind(), backfilled(), isCompared() ? session::touch : _ -> {});
        }

        /** Maps {@code first}, and of a group that has no paused table all that is behind it; true when no more is. */
        boolean map(String group, Step first, boolean asOne) {
            if (asOne && !first.isLast) {
                refusal = "--as-one: a table is paused, and too much waits for one transaction (expected: at most "
                        + PARTS_AT_ONCE + " parts and " + BYTES_AT_ONCE + " bytes)";
                return false;
            }
            var step = first;
            while (true) {
                try {
                    map(step.parts, asOne);
                } catch (MappingFailed e) {
                    refusal = e.getMessage();
                    if (!step.isPaused) {
                        mapped = 0;
                    }
                }
                if (refusal != null || step.isPaused || step.isLast) {
                    return step.isLast;
                }
                session.write(); // out of memory, and not committed yet
                step = step(session, group, step.last(), false);
            }
        }

        private void map(List<ParkedPart> parked, boolean asOne) {
            var parts = parked.stream().map(ParkedPart::transaction).toList();
            var isJoined = asOne && parts.size() > 1;
            for (var transaction : isJoined ? List.of(joined(parts)) : parts) {
                images.at((isJoined ? parts.getFirst() : transaction).commitLsn());
                GoneRows.tell(transaction, mapper.mapParked(transaction, images, faults), session, events::add);
                mapped += isJoined ? parts.size() : 1;
            }
        }

        Result result() {
            return mapped == 0 && refusal != null
                    ? Result.refused(refusal)
                    : new Result(mapped, events, faults.skipped(), images.doubtful(), refusal);
        }
    }

    private static Transaction joined(List<Transaction> parts) {
        var changes = new ArrayList<Change>();
        parts.forEach(part -> changes.addAll(part.changes()));
        return parts.getLast().with(changes);
    }
}
