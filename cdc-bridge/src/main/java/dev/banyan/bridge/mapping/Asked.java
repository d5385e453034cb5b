package dev.banyan.bridge.mapping;

import dev.banyan.bridge.change.AggregateImages.Keys;
import dev.banyan.bridge.change.Change;
import dev.banyan.bridge.change.Row;
import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.change.Transaction;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;

/** Which remembered rows will be asked for when transactions are mapped, as far as their changes tell. */
final class Asked {

    private final Plans plans;
    private final Map<TableId, Keys> keys = new HashMap<>();

    private Asked(Plans plans) {
        this.plans = plans;
    }

    static Map<TableId, Keys> of(List<Transaction> transactions, Plans plans) {
        var asked = new Asked(plans);
        for (var transaction : transactions) {
            transaction.changes().forEach(asked::add);
        }
        return asked.keys;
    }

    private void add(Change change) {
        var table = plans.table(change.table());
        if (table == null) {
            return;
        }
        switch (change) {
            case Change.Inserted(var _, var after) -> add(table, after);
            case Change.Read(var _, var after) -> add(table, after);
            case Change.Updated(var _, var before, var after) -> {
                if (before != null) {
                    add(table, before);
                }
                add(table, after);
            }
            case Change.Deleted(var _, var before) -> add(table, before);
            case Change.Truncated _ -> {}
        }
    }

    private void add(TablePlan table, Row row) {
        if (!table.hasKey(row)) {
            return;
        }
        var key = table.key(row);
        of(table).rows().add(key);
        plans.aggregatesOf(table.id()).forEach(plan -> addChildren(plan, key));
        var parent = table.parent(row);
        if (!parent.isEmpty()) {
            plans.listsOf(table.id()).forEach(list -> list.up(parent, new Up(this, list.aggregate())));
        }
        plans.listsOf(table.id()).forEach(list -> addBelow(list, key));
    }

    private void addBelow(ListPlan list, List<Object> key) {
        list.below().forEach(each -> of(each.table()).parents().add(key));
    }

    /** As far as the row above; who that belongs to is known when it has been read. */
    private record Up(Asked asked, AggregatePlan aggregate) implements ListPlan.Way {

        @Override
        public List<Row> rows(TablePlan table, List<Object> key) {
            return List.of();
        }

        @Override
        public void passes(ListPlan list, List<Object> key) {
            asked.of(list.table()).rows().add(key);
            asked.addBelow(list, key);
        }

        @Override
        public void ends(List<Object> root) {
            asked.of(aggregate.root()).rows().add(root);
            asked.addChildren(aggregate, root);
        }
    }

    private void addChildren(AggregatePlan plan, List<Object> root) {
        plan.lists().forEach(list -> of(list.table()).parents().add(root));
    }

    private Keys of(TablePlan table) {
        return keys.computeIfAbsent(table.id(), _ -> new Keys(new LinkedHashSet<>(), new LinkedHashSet<>()));
    }
}
