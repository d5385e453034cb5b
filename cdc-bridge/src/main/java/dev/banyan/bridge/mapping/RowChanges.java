package dev.banyan.bridge.mapping;

import dev.banyan.bridge.change.Row;
import dev.banyan.bridge.mapping.AggregatePlan.Listed;
import dev.banyan.bridge.mapping.EventRule.When;
import dev.banyan.bridge.mapping.Explanation.Verdict;
import dev.banyan.bridge.mapping.RowChange.Level;
import dev.banyan.bridge.mapping.RuleChoice.Difference;
import dev.banyan.bridge.mapping.RuleChoice.Op;
import dev.banyan.bridge.mapping.TransactionRows.Moment;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Finds what one transaction did to each row of one aggregate's lists, as far as rules ask. */
final class RowChanges {

    /*
     * It is the difference between the lists at the start of the transaction and at its end, as an aggregate's own event is: a row is itself as long as
     * its key and those of the rows above it stay. So one that moves is removed there and added here, and one without an aggregate is told of by nobody.
     * What a backfill read beside changes of the log was so at the start: the aggregate's state tells of it, ahead of all this.
     *
     * What is gone comes first, lowest lists first, and then the rest, highest lists first: who keeps rows by their keys never has one without the row above
     * it, and never removes what another place of the same transaction added. So the lists are gone through twice: what happened to their rows is kept nowhere.
     */

    private final TransactionRows rows;
    private final @Nullable AggregateState aggregate;
    private final boolean isExplained;
    private final boolean isOfGone;
    private final Consumer<RowChange> each;

    private RowChanges(
            TransactionRows rows,
            @Nullable AggregateState aggregate,
            boolean isExplained,
            boolean isOfGone,
            Consumer<RowChange> each) {
        this.rows = rows;
        this.aggregate = aggregate;
        this.isExplained = isExplained;
        this.isOfGone = isOfGone;
        this.each = each;
    }

    /** Those of the aggregate {@code key}, which is {@code aggregate} now; when {@code isExplained}, also those that no rule names an event for. */
    static void each(
            AggregatePlan plan,
            List<Object> key,
            TransactionRows rows,
            @Nullable AggregateState aggregate,
            boolean isExplained,
            Consumer<RowChange> each) {
        var asking = plan.listsWithRules();
        if (asking.isEmpty()) {
            return;
        }
        var slot = rows.slot(plan.root(), key);
        var before = slot.existed() ? AggregatePlan.listed(asking, rows, key, Moment.START) : List.<Listed>of();
        var after =
                slot.at(Moment.END) == null ? List.<Listed>of() : AggregatePlan.listed(asking, rows, key, Moment.END);
        for (var isOfGone : List.of(true, false)) {
            new RowChanges(rows, aggregate, isExplained, isOfGone, each).lists(asking, before, after, List.of());
        }
    }

    private void lists(List<ListPlan> lists, List<Listed> before, List<Listed> after, List<Level> above) {
        for (int i = 0; i < lists.size(); i++) {
            if (!lists.get(i).hasRules()) {
                continue;
            }
            var old = before.isEmpty() ? null : before.get(i);
            var now = after.isEmpty() ? null : after.get(i);
            if (old == null || now == null || !AggregatePlan.isSame(old, now)) {
                list(lists.get(i), places(lists.get(i), old), places(lists.get(i), now), above);
            }
        }
    }

    /** A row with the lists below it. */
    private record Placed(Row row, List<Listed> below) {}

    private static Map<List<Object>, Placed> places(ListPlan list, @Nullable Listed listed) {
        var places = new TreeMap<List<Object>, Placed>(TransactionRows::compare);
        for (int i = 0; listed != null && i < listed.rows().size(); i++) {
            var row = listed.rows().get(i);
            places.put(list.table().key(row), new Placed(row, listed.below().isEmpty() ? List.of() : below(listed, i)));
        }
        return places;
    }

    private static List<Listed> below(Listed listed, int row) {
        return listed.below().get(row);
    }

    private void list(
            ListPlan list, Map<List<Object>, Placed> before, Map<List<Object>, Placed> after, List<Level> above) {
        before.forEach((key, old) -> {
            if (!isOfGone) {
                return;
            }
            @Nullable
            List<Level> path = after.containsKey(key) ? null : AggregatePlan.known(() -> path(list, old, above));
            if (path != null) {
                removed(list, old, path);
            }
        });
        after.forEach((key, now) -> {
            var path = path(list, now, above);
            var old = before.get(key);
            if (old == null) {
                appeared(list, key, now, path);
            } else {
                stayed(list, old, now, path);
            }
        });
    }

    private void removed(ListPlan list, Placed old, List<Level> path) {
        lists(list.below(), old.below, List.of(), path);
        var before = list.choice().looksBack() ? known(list, old) : null;
        tell(path, difference(Op.REMOVED, before, null, List.of()), "it is gone");
    }

    private void appeared(ListPlan list, List<Object> key, Placed now, List<Level> path) {
        var slot = rows.known(list.table(), key);
        if (slot != null && slot.isUnseen()) {
            unseen(list, now, path);
            lists(list.below(), AggregatePlan.listed(list.below(), rows, key, Moment.START), now.below, path);
            return;
        }
        if (isOfGone) {
            return; // all below it is new
        }
        tell(path, difference(Op.CREATED, null, state(list, now), List.of()), "it is new");
        lists(list.below(), List.of(), now.below, path);
    }

    private void stayed(ListPlan list, Placed old, Placed now, List<Level> path) {
        if (!isOfGone && !list.list().rules().isEmpty() && !isUntouched(old, now)) {
            var before = known(list, old);
            if (before == null) {
                unseen(list, now, path);
            } else {
                var after = state(list, now);
                var changed = AggregatePlan.changed(list.names(), before, after);
                if (!changed.isEmpty()) {
                    tell(path, difference(Op.CHANGED, before, after, changed), "it differs");
                }
            }
        }
        lists(list.below(), old.below, now.below, path);
    }

    @SuppressWarnings("ReferenceEquality") // an untouched row is handed on as it is
    private static boolean isUntouched(Placed old, Placed now) {
        if (old.row != now.row) {
            return false;
        }
        for (int i = 0; i < now.below.size(); i++) {
            if (!AggregatePlan.isSame(old.below.get(i), now.below.get(i))) {
                return false;
            }
        }
        return true;
    }

    /** A row that was there before, of which nobody knows how it was. */
    private void unseen(ListPlan list, Placed now, List<Level> path) {
        if (isOfGone || list.list().rules().isEmpty()) {
            return;
        }
        var why = "it was there before, but nothing is known of how it was";
        var rule = list.choice().find(new When.Otherwise());
        if (rule.isPresent() || isExplained) {
            var difference = difference(Op.CHANGED, null, state(list, now), List.of());
            each.accept(new RowChange(path, difference, why, rule.orElse(null), List.of()));
        }
    }

    private void tell(List<Level> path, Difference difference, String why) {
        var choice = path.getLast().list().choice();
        if (choice.rules().isEmpty()) {
            return;
        }
        var rule = choice.find(difference);
        if (rule.isPresent() || isExplained) {
            List<Verdict> verdicts = isExplained ? choice.verdicts(difference) : List.of();
            each.accept(new RowChange(path, difference, why, rule.orElse(null), verdicts));
        }
    }

    private Difference difference(
            Op op, @Nullable AggregateState before, @Nullable AggregateState after, List<String> changed) {
        return new Difference(op, before, after, changed, aggregate);
    }

    private static AggregateState state(ListPlan list, Placed placed) {
        return AggregatePlan.state(list, placed.row, placed.below);
    }

    /** How the row was; null when that is not known whole, as of an aggregate. */
    private static @Nullable AggregateState known(ListPlan list, Placed old) {
        return AggregatePlan.known(() -> state(list, old));
    }

    private static List<Level> path(ListPlan list, Placed placed, List<Level> above) {
        var key = new LinkedHashMap<String, Object>();
        for (var field : list.list().keyFields()) {
            key.put(field.name(), field.readKey(placed.row, list.table().id()));
        }
        var path = new ArrayList<>(above);
        path.add(new Level(list, key));
        return path;
    }
}
