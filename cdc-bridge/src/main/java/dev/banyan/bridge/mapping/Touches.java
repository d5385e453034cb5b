package dev.banyan.bridge.mapping;

import dev.banyan.bridge.change.Row;
import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.mapping.TransactionRows.Moment;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;

/** The aggregates a transaction touches, in the order it first touches them, and how. */
final class Touches implements TransactionRows.Listener {

    /** One aggregate, touched by live changes, by a backfill that read its root, or only by one that read its children. */
    static final class Touch {

        private final AggregatePlan plan;
        private final List<Object> key;
        private boolean live;
        private boolean rootRead;
        private boolean read;
        private boolean untold;
        private int place;
        private int change;
        private final Set<TableId> tables = new LinkedHashSet<>();

        private Touch(AggregatePlan plan, List<Object> key, int place, int change) {
            this.plan = plan;
            this.key = key;
            this.place = place;
            this.change = change;
        }

        AggregatePlan plan() {
            return plan;
        }

        List<Object> key() {
            return key;
        }

        boolean isLive() {
            return live;
        }

        boolean isRootRead() {
            return rootRead;
        }

        /** A backfill read its root or a row of its lists. */
        boolean isRead() {
            return read;
        }

        /** The place of the change that touched it first. */
        int change() {
            return change;
        }

        /** The tables of this aggregate that the transaction changed a row of. */
        Set<TableId> tables() {
            return tables;
        }

        /** A part of it was there before, but no event has told of that. */
        boolean isUntold() {
            return untold;
        }
    }

    private record Identity(AggregatePlan plan, List<Object> key) {}

    /** Rows of a list whose root is found when all changes are known: by the row above them, {@code parent}. */
    private record Below(ListPlan list, List<Object> parent) {}

    /** How such rows were touched. */
    private static final class BelowTouch {
        private final int place;
        private final int change;
        private boolean live;
        private boolean read;
        private boolean untold;

        private BelowTouch(int place, int change) {
            this.place = place;
            this.change = change;
        }
    }

    private final Plans plans;
    private final Map<Identity, Touch> touches = new LinkedHashMap<>();
    private final Map<Below, BelowTouch> below = new LinkedHashMap<>();
    private final Map<TableId, Integer> rootless = new LinkedHashMap<>();
    private int places;
    private int change;

    Touches(Plans plans) {
        this.plans = plans;
    }

    /** What is touched from now on, the change at {@code place} touches; one whose place nobody knows (-1) is taken to stand where that before it does. */
    void next(int place) {
        change = Math.max(change, place);
    }

    @Override
    public void rootTouched(TableId table, List<Object> key, boolean backfill) {
        for (var plan : plans.aggregatesOf(table)) {
            var touch = touch(plan, key);
            touch.live |= !backfill;
            touch.rootRead |= backfill;
            touch.read |= backfill;
            touch.tables.add(table);
        }
    }

    @Override
    public void childTouched(TableId table, List<Object> parent, boolean backfill) {
        for (var list : plans.listsOf(table)) {
            if (list.isFirst()) {
                var touch = touch(list.aggregate(), parent);
                touch.live |= !backfill;
                touch.read |= backfill;
                touch.tables.add(table);
            } else {
                var touch = below(list, parent);
                touch.live |= !backfill;
                touch.read |= backfill;
            }
        }
    }

    @Override
    public void untold(TableId table, List<Object> key, List<Object> parent) {
        plans.aggregatesOf(table).forEach(plan -> touch(plan, key).untold = true);
        if (parent.isEmpty()) {
            return;
        }
        for (var list : plans.listsOf(table)) {
            if (list.isFirst()) {
                touch(list.aggregate(), parent).untold = true;
            } else {
                below(list, parent).untold = true;
            }
        }
    }

    /** Finds the roots of the rows that name only a row above them, by {@code rows} as they were and as they are. */
    void resolve(TransactionRows rows) {
        below.forEach((key, how) -> {
            var roots = new LinkedHashSet<List<Object>>();
            key.list.up(key.parent, new UpThrough(rows, roots));
            if (roots.isEmpty()) {
                rootless.merge(key.list.table().id(), 1, Integer::sum);
            }
            for (var root : roots) {
                var touch = touch(key.list.aggregate(), root);
                touch.live |= how.live;
                touch.read |= how.read;
                touch.untold |= how.untold;
                touch.place = Math.min(touch.place, how.place);
                touch.change = Math.min(touch.change, how.change);
                touch.tables.add(key.list.table().id());
            }
        });
    }

    private record UpThrough(TransactionRows rows, Collection<List<Object>> roots) implements ListPlan.Way {

        @Override
        public List<Row> rows(TablePlan table, List<Object> key) {
            var slot = rows.slot(table, key);
            return Stream.of(Moment.values())
                    .map(slot::at)
                    .filter(Objects::nonNull)
                    .distinct()
                    .toList();
        }

        @Override
        public void passes(ListPlan list, List<Object> key) {}

        @Override
        public void ends(List<Object> root) {
            roots.add(root);
        }
    }

    Collection<Touch> inOrder() {
        return below.isEmpty()
                ? touches.values()
                : touches.values().stream()
                        .sorted(Comparator.comparingInt(touch -> touch.place))
                        .toList();
    }

    /** By table of a list in a list, how many rows above were named that lead to no root: what is below them is of no aggregate yet. */
    Map<TableId, Integer> rootless() {
        return rootless;
    }

    private Touch touch(AggregatePlan plan, List<Object> key) {
        return touches.computeIfAbsent(
                new Identity(plan, key), identity -> new Touch(identity.plan, identity.key, places++, change));
    }

    private BelowTouch below(ListPlan list, List<Object> parent) {
        return below.computeIfAbsent(new Below(list, parent), _ -> new BelowTouch(places++, change));
    }
}
