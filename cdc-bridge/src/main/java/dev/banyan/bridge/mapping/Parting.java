package dev.banyan.bridge.mapping;

import dev.banyan.bridge.change.AggregateImages;
import dev.banyan.bridge.change.Change;
import dev.banyan.bridge.change.Faults.Waiting;
import dev.banyan.bridge.change.KeyText;
import dev.banyan.bridge.change.Row;
import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.change.Transaction;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Takes the changes of some aggregates out of a transaction, together with those of aggregates they share a change with. */
final class Parting {

    /*
     * A change can belong to two aggregates of a kind: a child row that moves to another parent, a root that is renumbered. Then what
     * one of them waits for the other waits for, too. So aggregates that share a change are parted together or not at all.
     */

    /** A transaction in two: what waits, by the aggregates that wait together, and what may pass. */
    record Parts(Map<Set<Waiting>, Transaction> parted, Transaction rest) {}

    private final Map<TableId, TablePlan> tables;
    private final Map<TableId, List<AggregatePlan>> byRoot;
    private final Map<TableId, List<AggregatePlan>> byChild;

    Parting(
            Map<TableId, TablePlan> tables,
            Map<TableId, List<AggregatePlan>> byRoot,
            Map<TableId, List<AggregatePlan>> byChild) {
        this.tables = tables;
        this.byRoot = byRoot;
        this.byChild = byChild;
    }

    Parts of(Transaction transaction, AggregateImages images, Predicate<Waiting> isParted) {
        var touched = touched(transaction, images);
        var groupOf = groups(touched);
        var partedGroups = Collections.<Set<Waiting>>newSetFromMap(new LinkedHashMap<>());
        groupOf.forEach((aggregate, group) -> {
            if (isParted.test(aggregate)) {
                partedGroups.add(group);
            }
        });
        var changesOf = new LinkedHashMap<Set<Waiting>, List<Change>>();
        var rest = new ArrayList<Change>();
        for (int i = 0; i < touched.size(); i++) {
            var group = touched.get(i).isEmpty()
                    ? null
                    : groupOf.get(touched.get(i).iterator().next());
            if (group != null && partedGroups.contains(group)) {
                changesOf
                        .computeIfAbsent(group, _ -> new ArrayList<>())
                        .add(transaction.changes().get(i));
            } else {
                rest.add(transaction.changes().get(i));
            }
        }
        var parted = new LinkedHashMap<Set<Waiting>, Transaction>();
        changesOf.forEach((group, changes) -> parted.put(group, transaction.with(changes)));
        return new Parts(parted, transaction.with(rest));
    }

    /** The aggregates that {@code transaction} belongs to, and what each is called. */
    Map<Waiting, String> subjects(Transaction transaction, AggregateImages images) {
        var subjects = new LinkedHashMap<Waiting, String>();
        touched(transaction, images, (plan, key) -> subjects.put(waiting(plan, key), plan.told(key)));
        return subjects;
    }

    private List<Set<Waiting>> touched(Transaction transaction, AggregateImages images) {
        return touched(transaction, images, (_, _) -> {});
    }

    /** For each change the aggregates it belongs to; {@code each} hears of them. */
    private List<Set<Waiting>> touched(
            Transaction transaction, AggregateImages images, BiConsumer<AggregatePlan, List<Object>> each) {
        var now = new HashMap<TableId, Map<List<Object>, @Nullable Row>>();
        var touched = new ArrayList<Set<Waiting>>();
        for (var change : transaction.changes()) {
            var aggregates = new LinkedHashSet<Waiting>();
            var table = tables.get(change.table());
            if (table != null) {
                for (var row : rows(table, change, images, now)) {
                    add(table, row, (plan, key) -> {
                        aggregates.add(waiting(plan, key));
                        each.accept(plan, key);
                    });
                }
            }
            touched.add(aggregates);
        }
        return touched;
    }

    /** The rows that {@code change} is about: as they were, as far as that is known, and as they are. */
    private static List<Row> rows(
            TablePlan table,
            Change change,
            AggregateImages images,
            Map<TableId, Map<List<Object>, @Nullable Row>> now) {
        var known = now.computeIfAbsent(table.id(), _ -> new HashMap<>());
        var rows = new ArrayList<Row>();
        switch (change) {
            case Change.Inserted(var _, var after) -> rows.add(after);
            case Change.Read(var _, var after) -> rows.add(after);
            case Change.Updated(var _, var before, var after) -> {
                if (before != null && table.hasKey(before)) {
                    rows.add(before);
                }
                rows.add(after);
            }
            case Change.Deleted(var _, var before) -> rows.add(before);
            case Change.Truncated _ -> {
                return List.of();
            }
        }
        for (var row : List.copyOf(rows)) {
            var key = table.key(row);
            var last = known.containsKey(key) ? known.get(key) : images.get(table.id(), key);
            if (last != null) {
                rows.add(last);
            }
            known.put(key, row);
        }
        return rows;
    }

    private void add(TablePlan table, Row row, BiConsumer<AggregatePlan, List<Object>> each) {
        for (var plan : byRoot.getOrDefault(table.id(), List.of())) {
            if (table.hasKey(row)) {
                each.accept(plan, table.key(row));
            }
        }
        var parent = table.parent(row);
        if (!parent.isEmpty()) {
            byChild.getOrDefault(table.id(), List.of()).forEach(plan -> each.accept(plan, parent));
        }
    }

    static Waiting waiting(AggregatePlan plan, List<Object> key) {
        return new Waiting(plan.aggregate().name(), KeyText.of(key));
    }

    /** For each aggregate the set of those it shares changes with, itself among them. */
    private static Map<Waiting, Set<Waiting>> groups(List<Set<Waiting>> touched) {
        var groupOf = new LinkedHashMap<Waiting, Set<Waiting>>();
        for (var aggregates : touched) {
            var group = new LinkedHashSet<Waiting>();
            for (var aggregate : aggregates) {
                group.addAll(groupOf.getOrDefault(aggregate, Set.of(aggregate)));
            }
            group.forEach(aggregate -> groupOf.put(aggregate, group));
        }
        return groupOf;
    }
}
