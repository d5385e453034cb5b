package dev.banyan.bridge.mapping;

import dev.banyan.bridge.change.TableId;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The aggregates a transaction touches, in the order it first touches them, and how. */
final class Touches implements TransactionRows.Listener {

    /** One aggregate, touched by live changes, by a backfill that read its root, or only by one that read its children. */
    static final class Touch {

        private final AggregatePlan plan;
        private final List<Object> key;
        private boolean live;
        private boolean rootRead;
        private boolean untold;
        private final Set<TableId> tables = new LinkedHashSet<>();

        private Touch(AggregatePlan plan, List<Object> key) {
            this.plan = plan;
            this.key = key;
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

    private final Map<TableId, List<AggregatePlan>> byRoot;
    private final Map<TableId, List<AggregatePlan>> byChild;
    private final Map<Identity, Touch> touches = new LinkedHashMap<>();

    Touches(Map<TableId, List<AggregatePlan>> byRoot, Map<TableId, List<AggregatePlan>> byChild) {
        this.byRoot = byRoot;
        this.byChild = byChild;
    }

    @Override
    public void rootTouched(TableId table, List<Object> key, boolean backfill) {
        for (var plan : byRoot.getOrDefault(table, List.of())) {
            var touch = touch(plan, key);
            touch.live |= !backfill;
            touch.rootRead |= backfill;
            touch.tables.add(table);
        }
    }

    @Override
    public void childTouched(TableId table, List<Object> parent, boolean backfill) {
        for (var plan : byChild.getOrDefault(table, List.of())) {
            var touch = touch(plan, parent);
            touch.live |= !backfill;
            touch.tables.add(table);
        }
    }

    @Override
    public void untold(TableId table, List<Object> key, List<Object> parent) {
        byRoot.getOrDefault(table, List.of()).forEach(plan -> touch(plan, key).untold = true);
        if (!parent.isEmpty()) {
            byChild.getOrDefault(table, List.of()).forEach(plan -> touch(plan, parent).untold = true);
        }
    }

    Collection<Touch> inOrder() {
        return touches.values();
    }

    private Touch touch(AggregatePlan plan, List<Object> key) {
        return touches.computeIfAbsent(new Identity(plan, key), identity -> new Touch(identity.plan, identity.key));
    }
}
