package dev.banyan.bridge.mapping;

import dev.banyan.bridge.change.EventMapper;
import dev.banyan.bridge.change.TableId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** What a mapping says of each table, worked out once: how its rows are read, whose root it is, and whose list. */
final class Plans {

    private final Map<TableId, TablePlan> tables;
    private final Map<TableId, List<AggregatePlan>> byRoot;
    private final Map<TableId, List<ListPlan>> byChild;

    private Plans(
            Map<TableId, TablePlan> tables,
            Map<TableId, List<AggregatePlan>> byRoot,
            Map<TableId, List<ListPlan>> byChild) {
        this.tables = tables;
        this.byRoot = byRoot;
        this.byChild = byChild;
    }

    static Plans of(Mapping mapping) {
        var tables = tables(mapping);
        var byRoot = new HashMap<TableId, List<AggregatePlan>>();
        var byChild = new HashMap<TableId, List<ListPlan>>();
        for (var aggregate : mapping.aggregates()) {
            var plan = new AggregatePlan(aggregate, tables, mapping);
            byRoot.computeIfAbsent(aggregate.root().id(), _ -> new ArrayList<>())
                    .add(plan);
            for (var list : plan.allLists()) {
                byChild.computeIfAbsent(list.table().id(), _ -> new ArrayList<>())
                        .add(list);
            }
        }
        return new Plans(tables, byRoot, byChild);
    }

    /** The same, as if the tables that {@code isLeftOut} were not read. */
    Plans without(Predicate<TableId> isLeftOut) {
        var others = new HashMap<>(tables);
        others.keySet().removeIf(isLeftOut);
        return new Plans(others, byRoot, byChild);
    }

    /** Null for a table that is not read. */
    @Nullable
    TablePlan table(TableId id) {
        return tables.get(id);
    }

    Collection<TablePlan> tables() {
        return tables.values();
    }

    /** The aggregates that {@code table} is the root of. */
    List<AggregatePlan> aggregatesOf(TableId table) {
        return byRoot.getOrDefault(table, List.of());
    }

    /** The lists whose rows are those of {@code table}. */
    List<ListPlan> listsOf(TableId table) {
        return byChild.getOrDefault(table, List.of());
    }

    Set<AggregatePlan> aggregates() {
        var plans = new LinkedHashSet<AggregatePlan>();
        byRoot.values().forEach(plans::addAll);
        return plans;
    }

    /** What is remembered of each table's rows, as {@link EventMapper#remembers} has it, by {@code mapping}, which these are of. */
    Map<TableId, Map<String, String>> remembers(Mapping mapping) {
        var places = mapping.places();
        var remembers = new LinkedHashMap<TableId, Map<String, String>>();
        for (var plan : tables.values()) {
            var table = plan.use().table();
            var columns = new HashMap<>(plan.remembers());
            columns.put(EventMapper.PLACE, EventMapper.PLACE);
            places.getOrDefault(table, Set.of())
                    .forEach(place -> columns.put(EventMapper.PLACE + place, EventMapper.PLACE + place));
            columns.put(plan.keyForm(), mapping.named(table));
            remembers.put(table, Map.copyOf(columns));
        }
        return Collections.unmodifiableMap(remembers);
    }

    private static Map<TableId, TablePlan> tables(Mapping mapping) {
        Map<TableId, Set<String>> padded = new HashMap<>();
        for (var aggregate : mapping.aggregates()) {
            padded(padded, aggregate.root());
            for (var placed : aggregate.lists()) {
                var parent = placed.list().parent();
                var abovePadded = padded(padded, placed.above());
                var childPadded = padded(padded, placed.list().table());
                for (int i = 0; i < parent.size(); i++) {
                    if (abovePadded.contains(placed.above().key().get(i))) {
                        childPadded.add(parent.get(i));
                    }
                }
            }
        }
        var plans = new LinkedHashMap<TableId, TablePlan>();
        for (var use : mapping.tables()) {
            plans.put(use.table(), new TablePlan(use, padded.getOrDefault(use.table(), Set.of())));
        }
        return plans;
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
