package dev.banyan.bridge.mapping;

import dev.banyan.bridge.change.AggregateImages;
import dev.banyan.bridge.change.Change;
import dev.banyan.bridge.change.Compared;
import dev.banyan.bridge.change.DomainEvent;
import dev.banyan.bridge.change.EventLimit;
import dev.banyan.bridge.change.EventMapper;
import dev.banyan.bridge.change.Faults;
import dev.banyan.bridge.change.Faults.Waiting;
import dev.banyan.bridge.change.MappingFailed;
import dev.banyan.bridge.change.NoFaults;
import dev.banyan.bridge.change.PartEvent;
import dev.banyan.bridge.change.Row;
import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.change.Transaction;
import dev.banyan.bridge.change.UnstoredFaults;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Applies a {@link Mapping} to transactions. Each aggregate a transaction touches becomes at most one event (and one before it with the state that a backfill read), named by the first of its
 * rules that holds for the difference between the start and the end of the transaction, and each row of its lists at most one where these have rules. Used by one thread; the counts may be read by any.
 */
public final class Mapper implements EventMapper {

    private final Plans plans;
    private final EventIds ids;
    private final List<TransactionRule> transactionRules;
    private final List<Together> together;
    private TransactionEvents ofTransaction;
    private final Secrets secrets;
    private final Parting parting;
    private final AggregateNumbers numbers;
    private final Map<String, StateWords> askedWords;
    private final NumberedRules numberedRules;
    private final GivenEvents.Room room;
    private final Map<TableId, Map<String, String>> remembers;
    private final Tally tally;
    private EventLimit limit;
    private PausedAggregates paused = PausedAggregates.NONE;
    /** Those whose rows are asked for: without what is paused. */
    private Plans asked;

    /**
     * A mapper whose ids belong to {@code bridge}: two bridges with the same name give the same event the same id. {@code hashKey} (16
     * bytes at least) is needed when the mapping hashes a column.
     */
    public Mapper(Mapping mapping, String bridge, byte @Nullable [] hashKey) {
        this(
                mapping,
                bridge,
                new Secrets(hashKey == null ? null : new KeyedHash(hashKey), null, null),
                EventLimit.NONE);
    }

    /** The same with the keys for all that the mapping redacts, for a hub that takes events up to {@code limit}. */
    public Mapper(Mapping mapping, String bridge, Secrets secrets, EventLimit limit) {
        this(mapping, bridge, secrets, limit, GivenEvents.IN_MEMORY);
    }

    /** The same with at most {@code eventsInMemory} of a transaction in memory. */
    Mapper(Mapping mapping, String bridge, Secrets secrets, EventLimit limit, int eventsInMemory) {
        this.limit = limit;
        plans = Plans.of(mapping);
        asked = plans;
        remembers = plans.remembers(mapping);
        tally = new Tally(remembers.keySet());
        parting = new Parting(plans);
        numbers = new AggregateNumbers(plans);
        askedWords = mapping.askedWords();
        numberedRules = new NumberedRules(mapping);
        room = new GivenEvents.Room(numberedRules, eventsInMemory);
        ids = new EventIds(bridge);
        transactionRules = mapping.transactions();
        together = mapping.together();
        ofTransaction = new TransactionEvents(transactionRules, askedWords, ids, limit);
        this.secrets = secrets;
        plans.tables().forEach(table -> table.use()
                .redactions()
                .forEach((column, redaction) -> secrets.requireFor(redaction, table.id() + "." + column)));
    }

    /** The events of {@code transaction}; an {@link UnmappableException} when it has none to give, and then nothing was remembered. */
    @Override
    public List<DomainEvent> map(Transaction transaction, AggregateImages images) {
        return map(transaction, images, NoFaults.HALT);
    }

    @Override
    public List<DomainEvent> map(Transaction transaction, AggregateImages images, Faults faults) {
        return map(transaction, images, faults, false, null);
    }

    @Override
    public List<DomainEvent> mapParked(Transaction part, AggregateImages images, Faults faults) {
        return map(part, images, faults, true, null);
    }

    @Override
    public @Nullable String wholeFor() {
        return null;
    }

    @Override
    public List<PartEvent> mapPart(
            Transaction part, ToIntFunction<Change> place, AggregateImages images, Faults faults) {
        return attempted(part, images, faults, false, place, null).bulk.ofPart();
    }

    @Override
    public void whole(
            Transaction transaction, Collection<PartEvent> events, Runnable eachRead, Consumer<DomainEvent> each) {
        var digits = Sequence.digits(events.size() + transactionRules.size());
        var named = numberedRules.named(transaction.commitLsn(), events, digits);
        if (numberedRules.hasBulk()) {
            new BulkParts(transaction, ids, limit).tell(named, each);
        } else {
            named.forEach(one -> each.accept(one.event()));
        }
        var last = ofTransaction.of(transaction, named, events.size(), eachRead, null);
        last.forEach(each);
        tally.ofTransaction(last.size());
    }

    private List<DomainEvent> map(
            Transaction transaction,
            AggregateImages images,
            Faults faults,
            boolean isParked,
            Explanation.@Nullable Notes notes) {
        return attempted(transaction, images, faults, isParked, null, notes).events();
    }

    /** The attempt that came to an end; with {@code place} the transaction is a part, and the rest of it is told later. */
    private Attempt attempted(
            Transaction transaction,
            AggregateImages images,
            Faults faults,
            boolean isParked,
            @Nullable ToIntFunction<Change> place,
            Explanation.@Nullable Notes notes) {
        var rest = transaction;
        if (!faults.isEmpty()) {
            refuseTruncation(transaction, faults);
            rest = park(rest, images, faults, faults::isWaiting, Map.of(), notes);
        }
        while (true) {
            var attempt = attempt(rest, images, isParked, place, notes);
            if (attempt.poisoned.isEmpty()) {
                for (var skipped : attempt.skipped) {
                    faults.skip(skipped.aggregate(), rest, skipped.message(), skipped.reason());
                }
                attempt.done(tally);
                return attempt;
            }
            rest = park(rest, images, faults, attempt.poisoned::containsKey, attempt.poisoned, notes);
        }
    }

    /** Parks what of {@code transaction} belongs to the aggregates that {@code isParted}, and returns the rest. */
    private Transaction park(
            Transaction transaction,
            AggregateImages images,
            Faults faults,
            Predicate<Waiting> isParted,
            Map<Waiting, String> messages,
            Explanation.@Nullable Notes notes) {
        var parts = parting.of(transaction, images, faults, isParted);
        if (parts.parted().isEmpty() && !messages.isEmpty()) {
            throw new UnmappableException(messages.values().iterator().next());
        }
        parts.parted().forEach((aggregates, part) -> {
            var message = aggregates.stream()
                    .filter(messages::containsKey)
                    .map(messages::get)
                    .collect(Collectors.joining("\n"));
            if (notes != null) {
                parting.subjects(part, images)
                        .forEach((aggregate, subject) ->
                                notes.parked(aggregate, subject, messages.get(aggregate), faults.isWaiting(aggregate)));
            }
            faults.park(aggregates, part, message);
        });
        return parts.rest();
    }

    /** A truncation touches rows that wait, and nobody could say in which order. */
    private void refuseTruncation(Transaction transaction, Faults faults) {
        for (var change : transaction.changes()) {
            if (!(change instanceof Change.Truncated(var table))) {
                continue;
            }
            for (var plan : plans.aggregates()) {
                var name = plan.aggregate().name();
                var waiting = plan.aggregate().tables().contains(table) ? faults.waiting(name) : 0;
                if (waiting > 0) {
                    throw new UnmappableException(
                            table,
                            "truncate",
                            waiting + " of " + name + " are parked",
                            "none; events faults resubmit comes first");
                }
            }
        }
    }

    @Override
    public Map<String, Set<String>> torn(Map<TableId, Set<String>> namesByTable, Faults faults) {
        return PausedAggregates.torn(together, namesByTable, faults);
    }

    @Override
    public void pause(Map<TableId, Paused> pauses) {
        paused = PausedAggregates.of(together, pauses);
        asked = plans.without(paused::isPaused);
    }

    @Override
    public Transaction withoutPaused(Transaction transaction, Faults faults) {
        return withoutPaused(transaction, faults, null);
    }

    private Transaction withoutPaused(Transaction transaction, Faults faults, Explanation.@Nullable Notes notes) {
        var waiting = paused.of(transaction);
        waiting.forEach((aggregate, part) -> {
            faults.parkPaused(aggregate, part);
            if (notes != null) {
                notes.paused(aggregate, part.changes().size());
            }
        });
        return waiting.isEmpty() ? transaction : paused.rest(transaction);
    }

    @Override
    public void refuse(Map<String, String> whyById) {
        limit = limit.without(whyById);
        ofTransaction = new TransactionEvents(transactionRules, askedWords, ids, limit);
    }

    @Override
    public void expect(List<Transaction> transactions, AggregateImages images) {
        images.expect(() -> Asked.of(transactions, asked));
    }

    @Override
    public Map<TableId, Map<String, String>> remembers() {
        return remembers;
    }

    @Override
    public @Nullable Keys keys(TableId table, Row remembered) {
        var plan = plans.table(table);
        return plan == null || !plan.hasKey(remembered)
                ? null
                : new Keys(plan.key(remembered), plan.parent(remembered));
    }

    @Override
    public List<Long> aggregates(Change change, long commitLsn, AggregateImages images) {
        var together = paused.number(change.table(), commitLsn);
        return together == null ? numbers.of(change, images) : List.of(together);
    }

    @Override
    public void expectAggregates(List<Change> changes, AggregateImages images) {
        images.expect(() -> numbers.asked(changes));
    }

    @Override
    public Change.@Nullable Read missing(Change.Read read, AggregateImages images) {
        var table = plans.table(read.table());
        if (table == null) {
            return null;
        }
        var known = images.get(table.id(), table.key(read.after()));
        var missing = known == null ? null : table.missing(read.after(), known);
        return missing == null ? null : new Change.Read(table.id(), missing);
    }

    @Override
    public @Nullable Compared compare(Change.Read read, AggregateImages images) {
        var table = plans.table(read.table());
        if (table == null) {
            return null;
        }
        try {
            var redactor = new Redactor(secrets, images::tokens);
            var key = table.key(read.after());
            var known = table.remembered(images.get(table.id(), key), redactor);
            return known == null
                    ? new Compared(key, false, List.of())
                    : new Compared(key, true, table.differing(known, table.image(read.after(), known, redactor)));
        } catch (UnmappableException _) {
            return null;
        }
    }

    @Override
    public boolean waits(Change change, AggregateImages images, Faults faults) {
        if (paused.isPaused(change.table())) {
            return true;
        }
        var alone = new Transaction(0, "0", Instant.EPOCH, List.of(change));
        return !faults.isEmpty()
                && !parting.of(alone, images, faults, faults::isWaiting)
                        .parted()
                        .isEmpty();
    }

    /** What {@link #map} would do where nothing waits, with the reasons. */
    public Explanation explain(Transaction transaction, AggregateImages images) {
        return explain(transaction, images, new UnstoredFaults(NoFaults.HALT));
    }

    /** What {@link #withoutPaused} and {@link #map} do, with the reasons; a transaction that cannot be mapped is explained, too. */
    public Explanation explain(Transaction transaction, AggregateImages images, Faults faults) {
        return explain(transaction, images, faults, false);
    }

    /** What {@link #mapParked} does, with the reasons. */
    public Explanation explainParked(Transaction part, AggregateImages images, Faults faults) {
        return explain(part, images, faults, true);
    }

    private Explanation explain(Transaction transaction, AggregateImages images, Faults faults, boolean isParked) {
        var notes = new Explanation.Notes();
        var unmapped = new HashMap<TableId, Integer>();
        try {
            var passing = withoutPaused(transaction, faults, notes);
            for (var change : passing.changes()) {
                if (plans.table(change.table()) == null) {
                    unmapped.merge(change.table(), 1, Integer::sum);
                }
            }
            var events = map(passing, images, faults, isParked, notes);
            return new Explanation(events, notes.decisions(), unmapped, notes.rootless, null);
        } catch (MappingFailed e) {
            return new Explanation(List.of(), notes.decisions(), unmapped, notes.rootless, e.getMessage());
        }
    }

    private Attempt attempt(
            Transaction transaction,
            AggregateImages images,
            boolean isParked,
            @Nullable ToIntFunction<Change> place,
            Explanation.@Nullable Notes notes) {
        if (notes != null) {
            notes.attempt();
        }
        var touches = new Touches(plans);
        var rows = new TransactionRows(images, new Redactor(secrets, images::tokens), touches);
        apply(transaction, rows, touches, place);
        touches.resolve(rows);
        if (notes != null) {
            notes.rootless = touches.rootless();
        }
        var bulk = new BulkEvents(
                isParked ? BulkParts.none(transaction, ids) : new BulkParts(transaction, ids, limit),
                new GivenEvents(room, transaction.commitLsn()),
                transactionRules.size());
        var attempt = new Attempt(transaction, rows, bulk, touches.rootless());
        var evaluation = new Evaluation(transaction, rows, ids, limit, attempt, room, notes);
        for (var touch : touches.inOrder()) {
            var aggregate = touch.plan().aggregate();
            try {
                evaluation.evaluate(touch);
            } catch (UnmappableException e) {
                var named = e.in("transaction " + transaction.txId() + ", " + aggregate.name() + " " + touch.key());
                attempt.fault(touch, named);
                if (aggregate.onFault() instanceof OnFault.Skip(var reason)) {
                    evaluation.noteSkipped(touch, named, reason);
                }
            }
        }
        if (attempt.poisoned.isEmpty() && place == null && transaction.go() == null) {
            attempt.ofTransaction.addAll(ofTransaction.of(transaction, bulk.given(), bulk.next(), () -> {}, notes));
        }
        return attempt;
    }

    private void apply(
            Transaction transaction, TransactionRows rows, Touches touches, @Nullable ToIntFunction<Change> place) {
        for (var change : transaction.changes()) {
            if (place != null) {
                touches.next(place.applyAsInt(change));
            }
            var table = plans.table(change.table());
            if (table == null) {
                continue;
            }
            try {
                rows.apply(table, change);
            } catch (UnmappableException e) {
                throw e.in("transaction " + transaction.txId());
            }
        }
    }

    /** What this mapper has done since it was made. */
    public MapperCounts counts() {
        return tally.counts();
    }

    @Override
    public Map<TableId, Long> withoutEvent() {
        return tally.withoutEvent();
    }
}
