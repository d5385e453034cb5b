package dev.banyan.bridge.mapping;

import dev.banyan.bridge.mapping.Aggregate.ChildList;
import dev.banyan.bridge.yaml.Problems;
import java.util.HashMap;

/** Checks what the rules about rows of an aggregate's lists need: names of their own, and fields that tell the rows apart. */
record RowRuleChecks(Aggregate aggregate, Problems problems) {

    /** Which events tell of what. */
    private record Scope(String where, int line) {}

    void check() {
        var scopeByEvent = new HashMap<String, Scope>();
        var lineByName = new HashMap<String, Integer>();
        aggregate.rules().forEach(rule -> lineByName.put(rule.name(), rule.at().line()));
        aggregate.rules().forEach(rule -> checkEvents(rule, aggregate.name(), scopeByEvent));
        for (var placed : aggregate.lists()) {
            for (var rule : placed.list().rules()) {
                checkEvents(rule, placed.where(), scopeByEvent);
                var same = lineByName.get(rule.name());
                if (same != null) {
                    problems.add(
                            rule.at(),
                            placed.where() + ".events",
                            "the name '" + rule.name() + "', also in line " + same,
                            "another name");
                }
            }
        }
        aggregate.children().forEach(list -> checkKeys(list, aggregate.name()));
    }

    /** An event tells of rows of one list or of aggregates: they look different. */
    private void checkEvents(EventRule rule, String where, HashMap<String, Scope> scopeByEvent) {
        for (var event : rule.events()) {
            var first =
                    scopeByEvent.putIfAbsent(event, new Scope(where, rule.at().line()));
            if (first != null && !first.where.equals(where)) {
                problems.add(
                        rule.at(),
                        where + ".events",
                        "'" + event + "', also an event of " + first.where + " in line " + first.line,
                        "another event: each tells of one kind of thing");
            }
        }
    }

    /** True when {@code list} or one below it has rules; its rows are then named by their keys. */
    private boolean checkKeys(ChildList list, String above) {
        var where = above + ".children." + list.name();
        var hasRules = !list.rules().isEmpty();
        for (var child : list.children()) {
            hasRules |= checkKeys(child, where);
        }
        if (!hasRules) {
            return false;
        }
        list.keyFields().forEach(field -> checkKeyField(field, where, problems));
        for (var column : list.table().key()) {
            if (!list.parent().contains(column) && list.table().field(column).isEmpty()) {
                problems.add(
                        list.table().at(),
                        where + ".fields",
                        "no field for key column '" + column + "'",
                        "a field with this column: events about rows name them by their key");
            }
        }
        return true;
    }

    /** Notes that {@code field}, which is made of a key column, is not the key as it is, or is called what an event adds to the key. */
    static void checkKeyField(Field field, String where, Problems problems) {
        if (field.name().equals(EventData.DELETED)) {
            problems.add(
                    field.at(),
                    where + ".fields." + field.name(),
                    "a key field with the name that says that a thing is gone",
                    "another name");
        }
        var fits =
                switch (field.type()) {
                    case FieldType.Text _, FieldType.Whole _, FieldType.Date _ -> true;
                    default -> false;
                };
        if (!fits || field.currency() != null) {
            problems.add(
                    field.at(),
                    where + ".fields." + field.name(),
                    "a key column with a conversion",
                    "string, char, integer or date: a key is passed on as it is");
        }
    }
}
