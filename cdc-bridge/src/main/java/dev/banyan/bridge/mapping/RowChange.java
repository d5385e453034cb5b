package dev.banyan.bridge.mapping;

import dev.banyan.bridge.mapping.Explanation.Verdict;
import dev.banyan.bridge.mapping.RuleChoice.Difference;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What one transaction did to a row of an aggregate's list. {@code path} leads to it, itself the last. {@code rule} names the event; where none does, there is none, and
 * this is only for who wants to know why.
 */
record RowChange(
        List<Level> path,
        Difference difference,
        String why,
        @Nullable EventRule rule,
        List<Verdict> verdicts) {

    /** A row on the way down: its list, and the fields that tell it from the others there. */
    record Level(ListPlan list, Map<String, Object> key) {}

    RowChange {
        path = List.copyOf(path);
        verdicts = List.copyOf(verdicts);
    }

    /** The values that tell this row from all others of its list in the aggregate. */
    List<Object> key() {
        var values = new ArrayList<Object>();
        path.forEach(level -> values.addAll(level.key().values()));
        return values;
    }

    /** What a person calls the row: {@code lines 7}. */
    String told() {
        var texts = new ArrayList<String>();
        key().forEach(value -> texts.add(value.toString()));
        return (path.getLast().list().path() + " " + String.join("/", texts)).strip();
    }
}
