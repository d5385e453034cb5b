package dev.banyan.bridge.mapping;

import dev.banyan.bridge.change.AggregateImages;
import dev.banyan.bridge.change.Change;
import dev.banyan.bridge.change.Faults;
import dev.banyan.bridge.change.Faults.Waiting;
import dev.banyan.bridge.change.KeyText;
import dev.banyan.bridge.change.Row;
import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.change.Transaction;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Takes the changes of some aggregates out of a transaction, together with those of aggregates they share a change with. */
final class Parting {

    /*
     * A change can belong to two aggregates of a kind: a child row that moves to another parent, a root that is renumbered. Then what
     * one of them waits for the other waits for, too. So aggregates that share a change are parted together or not at all.
     *
     * Whose a row is may stand in what waits alone, which is not remembered: in the line that an option names, or in the row itself when the log has only its
     * key. So each row of a list waits by its own key, too, beside its aggregate, and what comes later finds it there.
     */

    /** A transaction in two: what waits, by the aggregates that wait together, and what may pass. */
    record Parts(Map<Set<Waiting>, Transaction> parted, Transaction rest) {}

    private final Plans plans;

    Parting(Plans plans) {
        this.plans = plans;
    }

    Parts of(Transaction transaction, AggregateImages images, Faults faults, Predicate<Waiting> isParted) {
        var touched = touched(transaction, images);
        var groupOf = groups(touched, faults);
        var partedGroups = new HashSet<Waits>();
        groupOf.forEach((aggregate, group) -> {
            if (isParted.test(aggregate)) {
                partedGroups.add(group.all());
            }
        });
        var changesOf = new LinkedHashMap<Waits, List<Change>>();
        var rest = new ArrayList<Change>();
        for (int i = 0; i < touched.size(); i++) {
            var group = touched.get(i).isEmpty()
                    ? null
                    : Objects.requireNonNull(
                                    groupOf.get(touched.get(i).iterator().next()))
                            .all();
            if (group != null && partedGroups.contains(group)) {
                changesOf
                        .computeIfAbsent(group, _ -> new ArrayList<>())
                        .add(transaction.changes().get(i));
            } else {
                rest.add(transaction.changes().get(i));
            }
        }
        var parted = new LinkedHashMap<Set<Waiting>, Transaction>();
        changesOf.forEach((group, changes) -> parted.put(aggregatesFirst(group.members()), transaction.with(changes)));
        return new Parts(parted, transaction.with(rest));
    }

    /** What {@code transaction} belongs to, and what each is called: aggregates, or rows where nobody can say of which. */
    Map<Waiting, String> subjects(Transaction transaction, AggregateImages images) {
        var subjects = new LinkedHashMap<Waiting, String>();
        var touched = touched(transaction, images, (plan, key) -> subjects.put(waiting(plan, key), plan.told(key)));
        if (subjects.isEmpty()) {
            touched.forEach(aggregates -> aggregates.forEach(each -> subjects.put(each, each.aggregate())));
        }
        return subjects;
    }

    /** A part is known by the first of those that wait. */
    private static Set<Waiting> aggregatesFirst(List<Waiting> ordered) {
        ordered.sort(Comparator.comparing(Waiting::isRow)); // the sort is stable
        return new LinkedHashSet<>(ordered);
    }

    private List<Set<Waiting>> touched(Transaction transaction, AggregateImages images) {
        return touched(transaction, images, (_, _) -> {});
    }

    /** For each change the aggregates it belongs to; {@code each} hears of them. */
    private List<Set<Waiting>> touched(
            Transaction transaction, AggregateImages images, BiConsumer<AggregatePlan, List<Object>> each) {
        var now = new HashMap<TableId, Map<List<Object>, @Nullable Row>>();
        var seen = new Seen(images, new HashMap<>());
        var rowsOf = new ArrayList<List<Row>>();
        for (var change : transaction.changes()) {
            var table = plans.table(change.table());
            var rows = table == null ? List.<Row>of() : rows(table, change, images, now);
            if (table != null && hasListBelow(table)) {
                rows.stream().filter(table::hasKey).forEach(row -> seen.add(table, row));
            }
            rowsOf.add(rows);
        }
        var touched = new ArrayList<Set<Waiting>>();
        for (int i = 0; i < rowsOf.size(); i++) {
            var aggregates = new LinkedHashSet<Waiting>();
            var table = plans.table(transaction.changes().get(i).table());
            if (table != null) {
                rowsOf.get(i).forEach(row -> add(table, row, seen, aggregates, each));
            }
            touched.add(aggregates);
        }
        return touched;
    }

    private boolean hasListBelow(TablePlan table) {
        return plans.listsOf(table.id()).stream().anyMatch(list -> !list.below().isEmpty());
    }

    /** The rows of lists with lists below them: as a transaction has them, all along, and as they are remembered. */
    private record Seen(AggregateImages images, Map<TableId, Map<List<Object>, Set<Row>>> rowsByTable) {

        void add(TablePlan table, Row row) {
            rowsByTable
                    .computeIfAbsent(table.id(), _ -> new HashMap<>())
                    .computeIfAbsent(table.key(row), _ -> new LinkedHashSet<>())
                    .add(row);
        }

        Collection<Row> of(TablePlan table, List<Object> key) {
            var rows = rowsByTable.getOrDefault(table.id(), Map.of()).getOrDefault(key, Set.of());
            var remembered = images.get(table.id(), key);
            if (remembered == null) {
                return rows;
            }
            var all = new LinkedHashSet<>(rows);
            all.add(remembered);
            return all;
        }
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

    private void add(
            TablePlan table,
            Row row,
            Seen seen,
            Set<Waiting> aggregates,
            BiConsumer<AggregatePlan, List<Object>> each) {
        for (var plan : plans.aggregatesOf(table.id())) {
            if (table.hasKey(row)) {
                aggregates.add(waiting(plan, table.key(row)));
                each.accept(plan, table.key(row));
            }
        }
        var parent = table.parent(row);
        for (var list : plans.listsOf(table.id())) {
            if (!parent.isEmpty()) {
                list.up(parent, new Up(list.aggregate(), seen, aggregates, each));
            }
            if (table.hasKey(row)) {
                aggregates.add(waiting(list, table.key(row)));
            }
        }
    }

    private record Up(
            AggregatePlan aggregate, Seen seen, Set<Waiting> aggregates, BiConsumer<AggregatePlan, List<Object>> each)
            implements ListPlan.Way {

        @Override
        public Collection<Row> rows(TablePlan table, List<Object> key) {
            return seen.of(table, key);
        }

        @Override
        public void passes(ListPlan list, List<Object> key) {
            aggregates.add(waiting(list, key));
        }

        @Override
        public void ends(List<Object> root) {
            aggregates.add(waiting(aggregate, root));
            each.accept(aggregate, root);
        }
    }

    private static Waiting waiting(ListPlan list, List<Object> key) {
        return Waiting.row(list.aggregate().aggregate().name(), list.table().id(), KeyText.of(key));
    }

    static Waiting waiting(AggregatePlan plan, List<Object> key) {
        return new Waiting(plan.aggregate().name(), KeyText.of(key));
    }

    /** One that waits, among those that wait with it: a chain of them, which joins another without being gone through. */
    private static final class Waits {
        private final Waiting self;
        private Waits towardsAll = this;
        private @Nullable Waits next;
        private Waits first = this;
        private Waits last = this;
        private int size = 1;

        private Waits(Waiting self) {
            this.self = self;
        }

        /** What stands for all that wait together; the first, the last and the number of them are known of it. */
        @SuppressWarnings("ReferenceEquality") // the very one
        private Waits all() {
            var all = this;
            while (all.towardsAll != all) {
                all.towardsAll = all.towardsAll.towardsAll;
                all = all.towardsAll;
            }
            return all;
        }

        /** From now on those of {@code other} wait with these, behind them. */
        @SuppressWarnings("ReferenceEquality") // the very one
        private void join(Waits other) {
            var ours = all();
            var theirs = other.all();
            if (ours == theirs) {
                return;
            }
            ours.last.next = theirs.first;
            var larger = ours.size < theirs.size ? theirs : ours;
            (larger == ours ? theirs : ours).towardsAll = larger;
            larger.size = ours.size + theirs.size;
            var last = theirs.last;
            larger.first = ours.first;
            larger.last = last;
        }

        private List<Waiting> members() {
            var members = new ArrayList<Waiting>(size);
            for (@Nullable Waits each = first; each != null; each = each.next) {
                members.add(each.self);
            }
            return members;
        }
    }

    /** Each aggregate among those it shares changes with, or waits with already. */
    private static Map<Waiting, Waits> groups(List<Set<Waiting>> touched, Faults faults) {
        var groupOf = new LinkedHashMap<Waiting, Waits>();
        var firstByName = new HashMap<String, Waits>();
        for (var aggregates : touched) {
            @Nullable Waits group = null;
            for (var aggregate : aggregates) {
                var waits = groupOf.computeIfAbsent(aggregate, Waits::new);
                group = group == null ? waits : group;
                group.join(waits);
                var name = faults.group(aggregate);
                var first = name == null ? null : firstByName.putIfAbsent(name, waits);
                if (first != null) {
                    group.join(first);
                }
            }
        }
        return groupOf;
    }
}
