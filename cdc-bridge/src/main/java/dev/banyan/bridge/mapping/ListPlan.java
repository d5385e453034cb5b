package dev.banyan.bridge.mapping;

import dev.banyan.bridge.change.Row;
import dev.banyan.bridge.mapping.Aggregate.ChildList;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** One list of an aggregate, with its table looked up: {@code above} is the list it stands in, null for one of the root's. */
final class ListPlan {

    /** A way from a row up to the root. */
    interface Way {

        /** The rows that are known under {@code key}, each as it was or is at some time; none when nobody knows of it. */
        Collection<Row> rows(TablePlan table, List<Object> key);

        /** It leads over the row {@code key} of {@code list}, of which nothing else may be known. */
        void passes(ListPlan list, List<Object> key);

        /** It ends at this root. */
        void ends(List<Object> root);
    }

    private final AggregatePlan aggregate;
    private final ChildList list;
    private final TablePlan table;
    private final @Nullable ListPlan above;
    private final List<ListPlan> below;
    private final String path;
    private final List<String> names = new ArrayList<>();
    private final RuleChoice choice;
    private final boolean hasRules;

    ListPlan(
            AggregatePlan aggregate,
            ChildList list,
            @Nullable ListPlan above,
            Function<SourceTable, TablePlan> tables,
            StateWords whole,
            LookedAt asked) {
        this.aggregate = aggregate;
        this.list = list;
        this.above = above;
        table = tables.apply(list.table());
        path = above == null ? list.name() : above.path + "." + list.name();
        var lists = new ArrayList<ListPlan>();
        list.children().forEach(child -> lists.add(new ListPlan(aggregate, child, this, tables, whole, asked)));
        below = List.copyOf(lists);
        list.table().fields().forEach(field -> names.add(field.name()));
        list.children().forEach(child -> names.add(child.name()));
        choice = new RuleChoice(path, list.rules(), names, StateWords.ofRow(path, list, whole), asked);
        hasRules = !list.rules().isEmpty() || below.stream().anyMatch(ListPlan::hasRules);
    }

    /** The names of the lists down to this one. */
    String path() {
        return path;
    }

    /** The names of a row's fields, then of its lists. */
    List<String> names() {
        return names;
    }

    /** The rules about its rows. */
    RuleChoice choice() {
        return choice;
    }

    /** True when it or a list below it has rules about its rows. */
    boolean hasRules() {
        return hasRules;
    }

    AggregatePlan aggregate() {
        return aggregate;
    }

    /** The list that its rows stand in; empty for one of the root's. */
    Optional<ListPlan> above() {
        return Optional.ofNullable(above);
    }

    ChildList list() {
        return list;
    }

    TablePlan table() {
        return table;
    }

    /** Its rows' own lists, in their order. */
    List<ListPlan> below() {
        return below;
    }

    /** True for a list of the root's: the key of the root is in each row. */
    boolean isFirst() {
        return above == null;
    }

    /** Itself and all lists below it. */
    void addAll(Collection<ListPlan> lists) {
        lists.add(this);
        below.forEach(each -> each.addAll(lists));
    }

    /** Goes from a row of this list whose parent columns hold {@code parent} to all roots that it may belong to. */
    void up(List<Object> parent, Way way) {
        if (above == null) {
            way.ends(parent);
            return;
        }
        way.passes(above, parent);
        for (var row : way.rows(above.table, parent)) {
            var next = above.table.parent(row);
            if (!next.isEmpty()) {
                above.up(next, way);
            }
        }
    }
}
