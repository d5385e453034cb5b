package dev.banyan.bridge.mapping;

import dev.banyan.bridge.change.AggregateImages;
import dev.banyan.bridge.change.DomainEvent;
import dev.banyan.bridge.change.EventMapper;
import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.change.Transaction;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Applies a {@link Mapping} to transactions. Each aggregate a transaction touches becomes at most one event, named by the first of its
 * rules that holds for the difference between the start and the end of the transaction. Used by one thread; the counts may be read by any.
 */
public final class Mapper implements EventMapper {

    private final Map<TableId, TablePlan> tables;
    private final Map<TableId, List<AggregatePlan>> aggregatesByRoot = new HashMap<>();
    private final Map<TableId, List<AggregatePlan>> aggregatesByChild = new HashMap<>();
    private final EventIds ids;
    private final @Nullable KeyedHash hash;
    private final Tally tally = new Tally();

    /**
     * A mapper whose ids belong to {@code bridge}: two bridges with the same name give the same event the same id. {@code hashKey} (16
     * bytes at least) is needed when the mapping hashes a column.
     */
    public Mapper(Mapping mapping, String bridge, byte @Nullable [] hashKey) {
        tables = plan(mapping);
        ids = new EventIds(bridge);
        hash = hashKey == null ? null : new KeyedHash(hashKey);
        for (var table : tables.values()) {
            table.use().redactions().forEach((column, redaction) -> {
                if (hash == null && redaction instanceof Redaction.Hash) {
                    throw new IllegalArgumentException(
                            "hash key: none (expected: one, " + table.id() + "." + column + " is hashed)");
                }
            });
        }
        for (var aggregate : mapping.aggregates()) {
            var plan = new AggregatePlan(aggregate, tables);
            aggregatesByRoot
                    .computeIfAbsent(aggregate.root().id(), _ -> new ArrayList<>())
                    .add(plan);
            for (var child : aggregate.children()) {
                aggregatesByChild
                        .computeIfAbsent(child.table().id(), _ -> new ArrayList<>())
                        .add(plan);
            }
        }
    }

    /** The events of {@code transaction}; an {@link UnmappableException} when it has none to give, and then nothing was remembered. */
    @Override
    public List<DomainEvent> map(Transaction transaction, AggregateImages images) {
        var result = map(transaction, images, null);
        tally.events.add(result.size());
        return result;
    }

    /** The same as {@link #map}, with the reasons; a transaction that cannot be mapped is explained, too. */
    public Explanation explain(Transaction transaction, AggregateImages images) {
        var notes = new Explanation.Notes();
        var unmapped = new HashMap<TableId, Integer>();
        for (var change : transaction.changes()) {
            if (!tables.containsKey(change.table())) {
                unmapped.merge(change.table(), 1, Integer::sum);
            }
        }
        try {
            return new Explanation(map(transaction, images, notes), notes.decisions, unmapped, null);
        } catch (UnmappableException e) {
            return new Explanation(List.of(), notes.decisions, unmapped, e.getMessage());
        }
    }

    private List<DomainEvent> map(Transaction transaction, AggregateImages images, Explanation.@Nullable Notes notes) {
        var touches = new Touches(aggregatesByRoot, aggregatesByChild);
        var rows = new TransactionRows(images, hash, touches);
        apply(transaction, rows);
        var events = new BulkEvents(transaction, ids);
        var evaluation = new Evaluation(transaction, rows, ids, tally, events, notes);
        for (var touch : touches.inOrder()) {
            try {
                evaluation.evaluate(touch);
            } catch (UnmappableException e) {
                throw e.in("transaction " + transaction.txId() + ", "
                        + touch.plan().aggregate().name() + " " + touch.key());
            }
        }
        rows.write();
        return events.result();
    }

    private void apply(Transaction transaction, TransactionRows rows) {
        for (var change : transaction.changes()) {
            var table = tables.get(change.table());
            if (table == null) {
                tally.ignored(change.table());
                continue;
            }
            tally.changes.increment();
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

    private static Map<TableId, TablePlan> plan(Mapping mapping) {
        Map<TableId, Set<String>> padded = new HashMap<>();
        for (var aggregate : mapping.aggregates()) {
            var rootPadded = padded(padded, aggregate.root());
            for (var child : aggregate.children()) {
                var childPadded = padded(padded, child.table());
                for (int i = 0; i < child.parent().size(); i++) {
                    if (rootPadded.contains(aggregate.root().key().get(i))) {
                        childPadded.add(child.parent().get(i));
                    }
                }
            }
        }
        var plans = new HashMap<TableId, TablePlan>();
        for (var use : mapping.tables()) {
            plans.put(use.table(), new TablePlan(use, padded.getOrDefault(use.table(), Set.of())));
        }
        return Map.copyOf(plans);
    }

    private static Set<String> padded(Map<TableId, Set<String>> padded, SourceTable table) {
        var columns = padded.computeIfAbsent(table.id(), _ -> new HashSet<>());
        for (var field : table.fields()) {
            if (field.column() != null && field.type() instanceof FieldType.Text(var isPadded) && isPadded) {
                columns.add(field.column());
            }
        }
        return columns;
    }
}
