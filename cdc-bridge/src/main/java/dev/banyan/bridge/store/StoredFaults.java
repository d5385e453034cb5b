package dev.banyan.bridge.store;

import dev.banyan.bridge.change.Cause;
import dev.banyan.bridge.change.Faults;
import dev.banyan.bridge.change.KeyText;
import dev.banyan.bridge.change.MappingFailed;
import dev.banyan.bridge.change.Transaction;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Faults in the store's tables. What waits is held in memory; writes are gathered and go out together with the position. */
public final class StoredFaults implements Faults {

    /** More pieces than this are no longer a few odd aggregates: the bridge stops. */
    public static final int PARKED_MAX = 10_000;

    /** More pieces than this of paused tables, and the bridge stops: somebody has to mend the mapping. */
    public static final int PAUSED_MAX = 1_000_000;

    /** More than this of aggregates and rows of lists, which are all in memory, and the bridge stops. */
    private static final int WAITING_MAX = 1_000_000;

    /** The key of all aggregates of a name, which wait together because a table of theirs is paused. */
    private static final String ALL = KeyText.NONE;

    /** Of what nobody has to look at any more, skipped or resubmitted, so many are kept. */
    private static final int SETTLED_MAX = 100_000;

    /** Counting reads all of a large store, and who resubmits opens many sessions of it, and parks nothing. */
    private static final long UNCOUNTED = -1;

    /** A part is kept in pieces of so many bytes; a change that is larger is one by itself. */
    private static final int PIECE_BYTES = 1_000_000;

    private static final int CHANGE_BYTES_MAX = 8_000_000;

    private static final int MESSAGE_CHARACTERS_MAX = 2_000;

    /** A fault that is not written yet, with its encrypted rows. */
    private static final class New {
        private final Fault fault;
        private final Cause cause;
        private final @Nullable Long go;
        private final byte @Nullable [] sealed;
        private final int piece;

        New(Fault fault, Cause cause, @Nullable Long go, byte @Nullable [] sealed, int piece) {
            this.fault = fault;
            this.cause = cause;
            this.go = go;
            this.sealed = sealed;
            this.piece = piece;
        }
    }

    private record Joined(String from, String to) {}

    /** How many pieces are parked of those that {@code which} says, a condition, and no more than {@code most}. */
    private final class Kept {
        private final String what;
        private final String which;
        private final int most;
        private long pieces = UNCOUNTED;

        Kept(String what, String which, int most) {
            this.what = what;
            this.which = which;
            this.most = most;
        }

        void addOne(String why) {
            if (pieces == UNCOUNTED) {
                pieces = count("state = 'parked' AND " + which);
            }
            if (pieces >= most) {
                throw new MappingFailed(what + ": " + pieces + " parts of transactions (expected: at most " + most
                        + "; mend the mapping, then events faults resubmit)" + (why.isEmpty() ? "" : "\n" + why));
            }
            pieces++;
        }
    }

    private final Connection connection;
    private final @Nullable FaultSeal seal;
    private final InstantSource clock;
    private final Map<Waiting, String> groupOf = new HashMap<>();
    private final Map<Waiting, String> newlyWaiting = new HashMap<>();
    private final List<Joined> joined = new ArrayList<>();
    private final List<New> unwritten = new ArrayList<>();
    private final Set<String> resolvedGroups = new LinkedHashSet<>();
    private final List<String> resolvedIds = new ArrayList<>();
    private final SkippedFaults skipped = new SkippedFaults();
    private final int settledMax;
    private final int waitingMax;
    private int aggregatesWaiting;
    private String resolvedBecause = "";
    private final Map<String, String> whyPaused = new HashMap<>();
    private final Kept parked = new Kept("parked", "aggregate_key <> '" + ALL + "'", PARKED_MAX);
    private final Kept paused = new Kept("parked of paused tables", "aggregate_key = '" + ALL + "'", PAUSED_MAX);
    private long settled = UNCOUNTED;
    private boolean isParking;
    private @Nullable Transaction lastParked;
    private Instant lastNoted = Instant.EPOCH;

    StoredFaults(Connection connection, @Nullable FaultSeal seal, InstantSource clock) throws SQLException {
        this(connection, seal, clock, SETTLED_MAX, WAITING_MAX);
    }

    StoredFaults(Connection connection, @Nullable FaultSeal seal, InstantSource clock, int settledMax, int waitingMax)
            throws SQLException {
        this.settledMax = settledMax;
        this.waitingMax = waitingMax;
        this.connection = connection;
        this.seal = seal;
        this.clock = clock;
        try (var select = connection.prepareStatement("SELECT aggregate, aggregate_key, group_id FROM bridge_waiting");
                var result = select.executeQuery()) {
            while (result.next()) {
                groupOf.put(new Waiting(result.getString(1), result.getString(2)), result.getString(3));
            }
        }
        countAggregates();
        for (var pause : Pauses.all(connection)) {
            whyPaused.put(pause.aggregate(), pause.why());
        }
    }

    @Override
    public boolean isEmpty() {
        return groupOf.isEmpty();
    }

    @Override
    public boolean isWaiting(Waiting aggregate) {
        return groupOf.containsKey(aggregate);
    }

    @Override
    public @Nullable String group(Waiting aggregate) {
        return groupOf.get(aggregate);
    }

    @Override
    public int waiting(String aggregate) {
        return (int) groupOf.keySet().stream()
                .filter(waiting -> waiting.aggregate().equals(aggregate))
                .count();
    }

    /** How many aggregates wait. */
    public int waiting() {
        return aggregatesWaiting; // asked after each unit, of very many rows
    }

    private void countAggregates() {
        aggregatesWaiting =
                (int) groupOf.keySet().stream().filter(each -> !each.isRow()).count();
    }

    /** The groups that wait. */
    public SortedSet<String> groups() {
        return new TreeSet<>(groupOf.values());
    }

    @Override
    public boolean isParking() {
        return isParking;
    }

    @Override
    public void park(Set<Waiting> aggregates, Transaction part, String message) {
        var group = joined(aggregates);
        park(group, named(aggregates, group), part, message, parked);
    }

    /** Keeps {@code part} in pieces, of which the first says of how many changes and why. */
    private void park(String group, Waiting named, Transaction part, String message, Kept kept) {
        var noted = noted(part);
        var number = 0;
        for (var pieces = new ChangeBytes.Pieces(part.changes(), PIECE_BYTES); pieces.hasNext(); number++) {
            var written = pieces.next();
            kept.addOne(message);
            var shown = number == 0 ? part : part.with(written.changes());
            var fault = fault(Fault.State.PARKED, group, named, shown, number == 0 ? message : "", "", noted);
            unwritten.add(new New(fault, part.cause(), part.go(), sealed(fault.id(), written), number));
            FaultLog.noted(fault);
        }
        isParking = true;
    }

    /** Which of {@code aggregates} a fault names: where all are rows, one that they wait with. */
    private Waiting named(Set<Waiting> aggregates, String group) {
        return aggregates.stream()
                .filter(each -> !each.isRow())
                .findFirst()
                .or(() -> groupOf.entrySet().stream()
                        .filter(entry -> entry.getValue().equals(group))
                        .map(Map.Entry::getKey)
                        .filter(each -> !each.isRow())
                        .min(Comparator.comparing(Waiting::toString)))
                .orElseGet(() -> aggregates.iterator().next());
    }

    @Override
    public void parkPaused(String aggregate, Transaction part) {
        var all = new Waiting(aggregate, ALL);
        var isFirst = !groupOf.containsKey(all);
        var before = new LinkedHashSet<>(Set.of(all));
        if (isFirst) {
            groupOf.keySet().stream()
                    .filter(waiting -> waiting.aggregate().equals(aggregate))
                    .forEach(before::add);
        }
        park(joined(before), all, part, isFirst ? whyPaused.getOrDefault(aggregate, "") : "", paused);
    }

    private long count(String which) {
        try {
            return FaultRows.count(connection, which);
        } catch (SQLException e) {
            throw new StoreFailed("counting the faults", e);
        }
    }

    /** The one group of {@code aggregates}; groups that meet are joined. */
    private String joined(Set<Waiting> aggregates) {
        @Nullable String group = null;
        for (var aggregate : aggregates) {
            var own = groupOf.get(aggregate);
            if (own == null || own.equals(group)) {
                continue;
            }
            if (group == null) {
                group = own;
            } else {
                join(own, group);
            }
        }
        var target = group == null ? UUID.randomUUID().toString() : group;
        for (var aggregate : aggregates) {
            if (groupOf.putIfAbsent(aggregate, target) == null) {
                newlyWaiting.put(aggregate, target);
                aggregatesWaiting += aggregate.isRow() ? 0 : 1;
            }
        }
        if (groupOf.size() > waitingMax) {
            throw new MappingFailed("parked: " + groupOf.size() + " aggregates and rows of lists (expected: at most "
                    + waitingMax + "; mend the mapping, then events faults resubmit)");
        }
        return target;
    }

    private void join(String from, String to) {
        joined.add(new Joined(from, to));
        groupOf.replaceAll((aggregate, group) -> group.equals(from) ? to : group);
        newlyWaiting.replaceAll((aggregate, group) -> group.equals(from) ? to : group);
    }

    @Override
    public void skip(Waiting aggregate, Transaction transaction, String message, String reason) {
        var fault = fault(Fault.State.SKIPPED, "", aggregate, transaction, message, reason, clock.instant());
        if (skipped.isListed(fault)) {
            unwritten.add(new New(fault, transaction.cause(), transaction.go(), null, 0));
            FaultLog.noted(fault);
        }
    }

    /** When {@code part} is parked: one time for all its pieces, and a later one than what was parked before of the same transaction, whose order is that. */
    private Instant noted(Transaction part) {
        var now = clock.instant();
        var isOfLast = lastParked != null
                && part.commitLsn() == lastParked.commitLsn()
                && Objects.equals(part.go(), lastParked.go());
        lastNoted = isOfLast && !now.isAfter(lastNoted.plusMillis(1)) ? lastNoted.plusMillis(1) : now;
        lastParked = part.with(List.of());
        return lastNoted;
    }

    private Fault fault(
            Fault.State state,
            String group,
            Waiting aggregate,
            Transaction part,
            String message,
            String reason,
            Instant noted) {
        return new Fault(
                UUID.randomUUID().toString(),
                state,
                group,
                aggregate.aggregate(),
                aggregate.key(),
                part.txId(),
                part.commitLsn(),
                part.commitTime(),
                part.changes().size(),
                message.length() > MESSAGE_CHARACTERS_MAX ? message.substring(0, MESSAGE_CHARACTERS_MAX) : message,
                reason,
                noted);
    }

    private byte[] sealed(String id, ChangeBytes.Written written) {
        if (seal == null) {
            throw new MappingFailed("faultKeyFile: none (expected: one, parked rows are encrypted)");
        }
        var bytes = written.bytes();
        if (bytes.length > CHANGE_BYTES_MAX) {
            throw new MappingFailed("parking " + written.changes().size() + " changes: " + bytes.length
                    + " bytes (expected: at most " + CHANGE_BYTES_MAX + ")");
        }
        return seal.seal(id, bytes);
    }

    /** True when {@code group} is all of an aggregate's name, whose table is paused. */
    public boolean isPaused(String group) {
        return groupOf.entrySet().stream()
                .anyMatch(entry ->
                        entry.getValue().equals(group) && entry.getKey().key().equals(ALL));
    }

    /** The group of what is parked of paused {@code aggregate}; null when nothing is. */
    public @Nullable String groupOfPaused(String aggregate) {
        return groupOf.get(new Waiting(aggregate, ALL));
    }

    /**
     * Marks {@code group} as resubmitted: nothing of it waits any more, its rows are forgotten, and the pause that it came of is over, unless there is
     * a spool. Durable with the next commit.
     */
    public void resolve(String group, String reason) {
        resolvedGroups.add(group);
        resolvedBecause = reason;
        groupOf.values().removeIf(group::equals);
        countAggregates();
    }

    /** Marks {@code parts} of a group as resubmitted, while the rest of it waits. Durable with the next commit. */
    public void resolve(List<ParkedPart> parts, String reason) {
        parts.forEach(part -> resolvedIds.addAll(part.ids()));
        resolvedBecause = reason;
    }

    /** Writes what was gathered; true when there was anything. */
    boolean flush() throws SQLException {
        skipped.rest().forEach(fault -> unwritten.add(new New(fault, Cause.UNKNOWN, null, null, 0)));
        write();
        joinGroups();
        FaultRows.resolve(connection, resolvedIds, resolvedBecause, clock.millis());
        for (var group : resolvedGroups) {
            FaultRows.resolve(connection, group, resolvedBecause, clock.millis());
            FaultRows.release(connection, group);
        }
        forgetOldest();
        return !unwritten.isEmpty() || !resolvedIds.isEmpty() || !resolvedGroups.isEmpty();
    }

    private void write() throws SQLException {
        if (unwritten.isEmpty()) {
            return;
        }
        try (var insert = connection.prepareStatement("""
                INSERT INTO bridge_fault (id, state, group_id, aggregate, aggregate_key, tx_id, commit_lsn, commit_time, changes,
                                          message, reason, sealed, noted_ms, cause_id, traceparent, piece, go)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""")) {
            for (var each : unwritten) {
                FaultRows.set(insert, each.fault);
                insert.setBytes(12, each.sealed);
                insert.setLong(13, each.fault.noted().toEpochMilli());
                insert.setString(14, each.cause.id());
                insert.setString(15, each.cause.traceparent());
                insert.setInt(16, each.piece);
                insert.setObject(17, each.go, Types.BIGINT);
                insert.addBatch();
            }
            insert.executeBatch();
        }
        try (var insert = connection.prepareStatement(
                "INSERT INTO bridge_waiting (aggregate, aggregate_key, group_id) VALUES (?, ?, ?)")) {
            for (var each : newlyWaiting.entrySet()) {
                insert.setString(1, each.getKey().aggregate());
                insert.setString(2, each.getKey().key());
                insert.setString(3, each.getValue());
                insert.addBatch();
            }
            insert.executeBatch();
        }
    }

    private void forgetOldest() throws SQLException {
        var settledNow = unwritten.stream()
                .filter(each -> each.fault.state() != Fault.State.PARKED)
                .count();
        var isStep = !resolvedIds.isEmpty(); // of a group of which more is resubmitted soon
        if (resolvedGroups.isEmpty() && (settledNow == 0 || isStep)) {
            return;
        }
        settled = settled == UNCOUNTED || !resolvedGroups.isEmpty()
                ? FaultRows.count(connection, "state <> 'parked'")
                : settled + settledNow;
        if (settled > settledMax + settledMax / 10) { // not one by one
            FaultRows.forgetOldest(connection, settledMax);
            settled = settledMax;
        }
    }

    private void joinGroups() throws SQLException {
        for (var each : joined) {
            FaultRows.join(connection, each.from, each.to);
        }
    }

    void committed() {
        unwritten.clear();
        newlyWaiting.clear();
        joined.clear();
        resolvedGroups.clear();
        resolvedIds.clear();
        skipped.clear();
        isParking = false;
    }
}
