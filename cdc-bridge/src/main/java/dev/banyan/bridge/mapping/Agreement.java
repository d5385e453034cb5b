package dev.banyan.bridge.mapping;

import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.yaml.Place;
import dev.banyan.bridge.yaml.Problems;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Checks that the uses of one table agree, over all aggregates and with themselves, and that no two subjects can be the same. */
final class Agreement {

    private final Problems problems;
    private final Map<TableId, SourceTable> firstByTable = new HashMap<>();
    private final Map<TableId, List<String>> parentByTable = new HashMap<>();
    private final Map<TableId, Map<String, Field>> plainByTable = new HashMap<>();
    private final Map<TableId, Map<String, Field>> redactedByTable = new HashMap<>();
    private final Map<TableId, Set<String>> droppedByTable = new HashMap<>();

    private Agreement(Problems problems) {
        this.problems = problems;
    }

    static void check(List<Aggregate> aggregates, Problems problems) {
        var agreement = new Agreement(problems);
        for (var aggregate : aggregates) {
            agreement.uses(aggregate.root(), aggregate.name());
            for (var placed : aggregate.lists()) {
                agreement.uses(placed.list().table(), placed.where());
                agreement.parents(placed.list(), placed.where());
            }
            agreement.once(aggregate);
        }
        agreement.redactions(aggregates);
        agreement.subjects(aggregates);
        agreement.parking(aggregates);
    }

    private void uses(SourceTable table, String where) {
        var first = firstByTable.putIfAbsent(table.id(), table);
        if (first != null && !first.key().equals(table.key())) {
            problems.add(
                    table.at(),
                    where + ".key",
                    table.key() + " for " + table.id(),
                    first.key() + ", as in line " + first.at().line());
        }
        var plain = plainByTable.computeIfAbsent(table.id(), _ -> new HashMap<>());
        var redacted = redactedByTable.computeIfAbsent(table.id(), _ -> new HashMap<>());
        for (var field : table.fields()) {
            var target = Redaction.of(field.type()) == null ? plain : redacted;
            field.columns().forEach(column -> target.putIfAbsent(column, field));
        }
        droppedByTable.computeIfAbsent(table.id(), _ -> new HashSet<>()).addAll(table.drop());
    }

    private void parents(Aggregate.ChildList child, String where) {
        var id = child.table().id();
        var first = parentByTable.putIfAbsent(id, child.parent());
        if (first != null && !first.equals(child.parent())) {
            problems.add(
                    child.table().at(),
                    where + ".parent",
                    child.parent() + " for " + id,
                    first + ", as the other aggregate has it: a row is found by one parent");
        }
    }

    /** With lists in lists, what a row's parent is must be clear from its table. */
    private void once(Aggregate aggregate) {
        if (aggregate.lists().stream().allMatch(placed -> placed.level() == 1)) {
            return;
        }
        var lineByTable = new HashMap<TableId, Integer>();
        for (var table : aggregate.sourceTables()) {
            var first = lineByTable.putIfAbsent(table.id(), table.at().line());
            if (first != null) {
                problems.add(
                        table.at(),
                        aggregate.name() + ".children",
                        table.id() + ", also in line " + first,
                        "each table once in an aggregate whose lists have lists");
            }
        }
    }

    private void redactions(List<Aggregate> aggregates) {
        for (var aggregate : aggregates) {
            redaction(aggregate.root(), List.of(), aggregate.name());
            for (var placed : aggregate.lists()) {
                redaction(placed.list().table(), placed.list().parent(), placed.where());
            }
        }
    }

    private void redaction(SourceTable table, List<String> parent, String where) {
        var id = table.id();
        var redacted = redactedByTable.getOrDefault(id, Map.of());
        var dropped = droppedByTable.getOrDefault(id, Set.of());
        for (var field : table.fields()) {
            for (var column : field.columns()) {
                if (dropped.contains(column)) {
                    conflict(field.at(), where, column, "used here and dropped for " + id, "one of the two");
                }
                var other = redacted.get(column);
                if (other != null && !Objects.equals(Redaction.of(field.type()), Redaction.of(other.type()))) {
                    conflict(
                            field.at(),
                            where,
                            column,
                            (Redaction.of(field.type()) == null ? "in clear here and redacted" : "redacted otherwise")
                                    + " in line " + other.at().line(),
                            "one of the two");
                }
            }
        }
        for (var columns : List.of(table.key(), parent)) {
            for (var column : columns) {
                if (dropped.contains(column) || redacted.containsKey(column)) {
                    conflict(
                            table.at(),
                            where,
                            column,
                            "a key column that is dropped or redacted",
                            "keys in clear: rows are found by them");
                }
            }
        }
    }

    private void conflict(Place at, String where, String column, String found, String expected) {
        problems.add(at, where, "column '" + column + "' " + found, expected);
    }

    /** What waits is not remembered yet, so nobody else may look at the rows. */
    private void parking(List<Aggregate> aggregates) {
        var usersOf = new HashMap<TableId, Set<String>>();
        for (var aggregate : aggregates) {
            aggregate.tables().forEach(id -> usersOf.computeIfAbsent(id, _ -> new TreeSet<>())
                    .add(aggregate.name()));
        }
        for (var aggregate : aggregates) {
            for (var id : aggregate.tables()) {
                var users = usersOf.getOrDefault(id, Set.of());
                if (aggregate.onFault() instanceof OnFault.Park && users.size() > 1) {
                    problems.add(
                            aggregate.at(),
                            aggregate.name() + ".onFault",
                            "park, with table " + id + " used by " + users,
                            "halt or skip, or tables that nobody else uses");
                }
            }
        }
    }

    private void subjects(List<Aggregate> aggregates) {
        for (int i = 0; i < aggregates.size(); i++) {
            var aggregate = aggregates.get(i);
            aggregates.subList(0, i).stream()
                    .filter(other -> other.topic().equals(aggregate.topic()))
                    .map(other -> shared(aggregate, other))
                    .filter(found -> !found.isEmpty())
                    .findFirst()
                    .ifPresent(found ->
                            problems.add(aggregate.at(), aggregate.name() + ".subject", found, "a subject of its own"));
        }
    }

    /** What subjects of {@code aggregate} may be of those of {@code other}; empty when nothing. */
    private static String shared(Aggregate aggregate, Aggregate other) {
        var prefix = aggregate.subject().literals().getFirst();
        var otherPrefix = other.subject().literals().getFirst();
        if (prefix.isEmpty() || otherPrefix.isEmpty()) {
            return "";
        }
        if (prefix.equals(otherPrefix)) {
            return "'" + prefix + "...', also the subject of " + other.name();
        }
        return aggregate.subject().mayEqual(numeric(aggregate), other.subject(), numeric(other))
                ? "'" + aggregate.subject().template() + "', which may be '"
                        + other.subject().template() + "' of " + other.name()
                : "";
    }

    private static Set<String> numeric(Aggregate aggregate) {
        return aggregate.root().fields().stream()
                .filter(field -> field.type() instanceof FieldType.Whole || field.type() instanceof FieldType.Date)
                .map(Field::name)
                .collect(Collectors.toSet());
    }
}
