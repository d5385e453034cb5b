package dev.banyan.bridge.mapping;

import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.yaml.Problem;
import dev.banyan.bridge.yaml.Problems;
import java.util.HashMap;
import java.util.List;

/** Which mappings hold where rows come one by one: each aggregate is one row of one table, and a changed row is one event at most. */
public final class RowScope {

    private RowScope() {}

    /** What {@code mapping} asks for that needs more than one row, or something remembered; empty when it can be applied row by row. */
    public static List<Problem> refusals(Mapping mapping) {
        var problems = new Problems(mapping.file());
        for (var rule : mapping.transactions()) {
            problems.add(
                    rule.at(),
                    "transactions",
                    "a rule about whole transactions",
                    "none: records come row by row, and nobody knows where a transaction ends");
        }
        var aggregateByTable = new HashMap<TableId, Aggregate>();
        for (var aggregate : mapping.aggregates()) {
            var name = aggregate.name();
            var first = aggregateByTable.putIfAbsent(aggregate.root().id(), aggregate);
            if (first != null) {
                problems.add(
                        aggregate.root().at(),
                        name + ".table",
                        aggregate.root().id() + ", whose rows are " + first.name() + ", too",
                        "a table for each aggregate: a record becomes one event at most");
            }
            for (var placed : aggregate.lists()) {
                problems.add(
                        placed.list().table().at(),
                        placed.where(),
                        "rows of another table",
                        "an aggregate of one row: records come row by row, and no other row is known");
            }
            if (aggregate.onFault() instanceof OnFault.Park) {
                problems.add(
                        aggregate.at(),
                        name + ".onFault",
                        "park",
                        "halt or skip: there is nowhere to wait between two");
            }
            for (var field : aggregate.root().fields()) {
                if (Redaction.hides(field.type())) {
                    problems.add(
                            field.at(),
                            name + ".fields." + field.name() + ".as",
                            "encrypt or token",
                            "hash, mask or drop: keysets and the token vault belong to a bridge");
                }
            }
            for (var rule : aggregate.rules()) {
                if (rule.bulk() != null) {
                    problems.add(
                            rule.at(),
                            name + ".events." + rule.name() + ".bulk",
                            "one event for many rows",
                            "an event for each row: nobody knows where a transaction ends");
                }
            }
        }
        return problems.inOrder();
    }

    /** What {@code mapping} asks for that needs whole old rows; empty when their keys will do. */
    public static List<Problem> comparisons(Mapping mapping) {
        var problems = new Problems(mapping.file());
        for (var aggregate : mapping.aggregates()) {
            for (var rule : aggregate.rules()) {
                if (rule.when() instanceof EventRule.When.Changed) {
                    problems.add(
                            rule.at(),
                            aggregate.name() + ".events." + rule.name() + ".when",
                            "compares with the row before",
                            "identity=full, and a log that has whole old rows");
                }
            }
        }
        return problems.inOrder();
    }
}
