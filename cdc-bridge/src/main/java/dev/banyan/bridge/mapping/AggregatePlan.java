package dev.banyan.bridge.mapping;

import dev.banyan.bridge.change.Columns;
import dev.banyan.bridge.change.Row;
import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.mapping.AggregateState.ChildRow;
import dev.banyan.bridge.mapping.EventRule.When;
import dev.banyan.bridge.mapping.TransactionRows.Moment;
import dev.banyan.bridge.mapping.TransactionRows.Slot;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** An aggregate with its tables looked up: builds its state from rows, finds the rule that holds, names what changed. */
final class AggregatePlan {

    private final Aggregate aggregate;
    private final TablePlan root;
    private final List<ListPlan> lists;
    private final List<ListPlan> listsWithRules;
    private final List<Field> keyFields;
    private final Columns keyColumns;
    private final List<Integer> subjectFields;
    private final List<String> names;
    private final boolean isRenumberable;
    private final String idScope;
    private final RuleChoice choice;

    AggregatePlan(Aggregate aggregate, Map<TableId, TablePlan> tables, Mapping mapping) {
        this.aggregate = aggregate;
        idScope = EventIds.scope(aggregate, mapping.aggregates());
        root = table(tables, aggregate.root());
        var found = new ArrayList<ListPlan>();
        var words = StateWords.of(aggregate);
        var asked = mapping.asked();
        aggregate
                .children()
                .forEach(child ->
                        found.add(new ListPlan(this, child, null, table -> table(tables, table), words, asked)));
        lists = List.copyOf(found);
        listsWithRules = found.stream().filter(ListPlan::hasRules).toList();
        keyColumns = new Columns(aggregate.root().key());
        keyFields = aggregate.root().key().stream()
                .map(column -> field(aggregate, column))
                .toList();
        subjectFields = aggregate.subject().fields().stream()
                .map(name -> keyFields.stream().map(Field::name).toList().indexOf(name))
                .toList();
        names = new ArrayList<>();
        aggregate.root().fields().forEach(field -> names.add(field.name()));
        aggregate.children().forEach(child -> names.add(child.name()));
        choice = new RuleChoice(aggregate.name(), aggregate.rules(), names, words, asked);
        isRenumberable = aggregate.rules().stream().anyMatch(rule -> rule.when() instanceof When.Renumbered);
    }

    private static TablePlan table(Map<TableId, TablePlan> tables, SourceTable table) {
        var plan = tables.get(table.id());
        if (plan == null) {
            throw new IllegalStateException("table " + table.id() + ": not planned");
        }
        return plan;
    }

    private static Field field(Aggregate aggregate, String column) {
        return aggregate.root().fields().stream()
                .filter(field -> column.equals(field.column()))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException(aggregate.name() + ": no field for key column " + column));
    }

    Aggregate aggregate() {
        return aggregate;
    }

    RuleChoice choice() {
        return choice;
    }

    /** What {@code rule} is called in the ids of its events. */
    String idName(EventRule rule) {
        return idScope + rule.name();
    }

    TablePlan root() {
        return root;
    }

    /** The root's lists, in their order. */
    List<ListPlan> lists() {
        return lists;
    }

    /** Those that have rules about their rows, or below which one has. */
    List<ListPlan> listsWithRules() {
        return listsWithRules;
    }

    /** All its lists, each before those below it. */
    List<ListPlan> allLists() {
        var all = new ArrayList<ListPlan>();
        lists.forEach(list -> list.addAll(all));
        return all;
    }

    /** False when a new key makes a new aggregate, because no rule asks for it. */
    boolean isRenumberable() {
        return isRenumberable;
    }

    /** The fields that are the aggregate's key, with their values for {@code key}, in the one form that all keys are compared in. */
    private Map<String, Object> keyValues(List<Object> key) {
        return keyValues(keyColumns.row(key.stream()
                .map(part -> part instanceof KeyBytes bytes ? bytes.bytes() : part)
                .toArray()));
    }

    /** The same as {@code slot} writes them at {@code moment}, which is how a state shows them: {@code 1.50} of a NUMERIC(9, 2). */
    Map<String, Object> keyValues(Slot slot, Moment moment) {
        var row = slot.written(moment);
        return row != null && root.hasKey(row) ? keyValues(row) : keyValues(slot.key());
    }

    private Map<String, Object> keyValues(Row row) {
        Map<String, Object> values = new LinkedHashMap<>();
        for (var field : keyFields) {
            values.put(field.name(), field.readKey(row, root.id()));
        }
        return values;
    }

    String subject(List<Object> key) {
        var values = List.copyOf(keyValues(key).values());
        return aggregate.subject().of(subjectFields.stream().map(values::get).toList());
    }

    /** What {@code key} is called where it may be the key that the mapping has no answer for. */
    String told(List<Object> key) {
        try {
            return subject(key);
        } catch (UnmappableException e) {
            return aggregate.name() + " " + key;
        }
    }

    /** The rows a state is built from: a root's, or a list's row's, with those of its lists. */
    record Rows(Row row, List<Listed> lists) {}

    /** The rows of one list; {@code below} are the lists of each, empty where there are none. */
    record Listed(List<Row> rows, List<List<Listed>> below) {}

    /** The rows of the aggregate {@code key} whose root row is {@code rootRow}. */
    Rows rows(TransactionRows rows, List<Object> key, Row rootRow, Moment moment) {
        return new Rows(rootRow, listed(lists, rows, key, moment));
    }

    /** The rows of {@code lists} below the row {@code parent}. */
    static List<Listed> listed(List<ListPlan> lists, TransactionRows rows, List<Object> parent, Moment moment) {
        var found = new ArrayList<Listed>(lists.size());
        for (var list : lists) {
            var of = rows.children(list.table(), parent, moment);
            var below = new ArrayList<List<Listed>>();
            if (!list.below().isEmpty()) {
                var keys = of.stream().map(list.table()::key).toList();
                list.below().forEach(each -> rows.expect(each.table(), keys));
                keys.forEach(key -> below.add(listed(list.below(), rows, key, moment)));
            }
            found.add(new Listed(of, below));
        }
        return found;
    }

    /** The state that {@code rows} make. Lists whose rows are those of {@code otherRows} are taken from {@code other}. */
    AggregateState state(Rows rows, @Nullable Rows otherRows, @Nullable AggregateState other) {
        var fields = values(aggregate.root(), rows.row());
        var children = new ArrayList<List<ChildRow>>(lists.size());
        for (int i = 0; i < lists.size(); i++) {
            children.add(
                    other != null
                                    && otherRows != null
                                    && isSame(
                                            rows.lists().get(i),
                                            otherRows.lists().get(i))
                            ? other.children().get(i)
                            : list(lists.get(i), rows.lists().get(i)));
        }
        return new AggregateState(fields, children);
    }

    /**
     * What {@code before} makes of rows of before; null when they are not known whole, or the mapping has no answer for them. That is no fault of the
     * change that mends it, and no resubmission would cure it: what is remembered stands still.
     */
    static <T> @Nullable T known(Supplier<T> before) {
        try {
            return before.get();
        } catch (UnmappableException _) {
            return null;
        }
    }

    @SuppressWarnings(
            "ReferenceEquality") // an untouched list is handed on as it is; comparing rows would cost more than mapping
    // them
    static boolean isSame(Listed list, Listed other) {
        if (list.rows() != other.rows()) {
            return false;
        }
        for (int i = 0; i < list.below().size(); i++) {
            var below = list.below().get(i);
            var others = other.below().get(i);
            for (int j = 0; j < below.size(); j++) {
                if (!isSame(below.get(j), others.get(j))) {
                    return false;
                }
            }
        }
        return true;
    }

    private static List<ChildRow> list(ListPlan plan, Listed listed) {
        var list = new ArrayList<ChildRow>(listed.rows().size());
        for (int i = 0; i < listed.rows().size(); i++) {
            var row = listed.rows().get(i);
            var state = state(
                    plan,
                    row,
                    plan.below().isEmpty() ? List.of() : listed.below().get(i));
            list.add(new ChildRow(plan.table().key(row), state.fields(), state.children()));
        }
        if (list.size() > 1) {
            list.sort(Comparator.comparing(ChildRow::key, TransactionRows::compare));
        }
        return list;
    }

    /** What an event shows of {@code row} of a list, with what is {@code below} it. */
    static AggregateState state(ListPlan plan, Row row, List<Listed> below) {
        return new AggregateState(values(plan.list().table(), row), lists(plan.below(), below));
    }

    private static List<List<ChildRow>> lists(List<ListPlan> plans, List<Listed> listed) {
        var lists = new ArrayList<List<ChildRow>>(plans.size());
        for (int i = 0; i < plans.size(); i++) {
            lists.add(list(plans.get(i), listed.get(i)));
        }
        return lists;
    }

    private static List<@Nullable Object> values(SourceTable table, Row row) {
        List<@Nullable Object> values = new ArrayList<>(table.fields().size());
        for (var field : table.fields()) {
            values.add(field.read(row, table.id()));
        }
        return Collections.unmodifiableList(values);
    }

    /** The fields and lists in which two states differ. A child that only has another key shows no difference. */
    List<String> changed(AggregateState before, AggregateState after) {
        return changed(names, before, after);
    }

    /** The same of what has the fields and lists {@code names}. */
    static List<String> changed(List<String> names, AggregateState before, AggregateState after) {
        var changed = new ArrayList<String>();
        var fields = after.fields().size();
        for (int i = 0; i < fields; i++) {
            var value = after.fields().get(i);
            if (value == null
                    ? before.fields().get(i) != null
                    : !value.equals(before.fields().get(i))) {
                changed.add(names.get(i));
            }
        }
        for (int i = 0; i < after.children().size(); i++) {
            if (!sameRows(before.children().get(i), after.children().get(i))) {
                changed.add(names.get(fields + i));
            }
        }
        return changed;
    }

    private static boolean sameRows(List<ChildRow> before, List<ChildRow> after) {
        if (before.size() != after.size()) {
            return false;
        }
        for (int i = 0; i < before.size(); i++) {
            if (!before.get(i).fields().equals(after.get(i).fields())
                    || !sameLists(before.get(i).children(), after.get(i).children())) {
                return false;
            }
        }
        return true;
    }

    private static boolean sameLists(List<List<ChildRow>> before, List<List<ChildRow>> after) {
        for (int i = 0; i < before.size(); i++) {
            if (!sameRows(before.get(i), after.get(i))) {
                return false;
            }
        }
        return true;
    }
}
