package dev.banyan.bridge.mapping;

import dev.banyan.bridge.mapping.EventRule.When;
import dev.banyan.bridge.mapping.Explanation.Verdict;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Which of an aggregate's rules holds for a change from one state to another. {@code names} are those of the fields, then of the lists. */
record RuleChoice(String aggregate, List<EventRule> rules, List<String> names) {

    /** How an aggregate changed within a transaction: what differs, by name, and whether its key is another. */
    record Difference(AggregateState before, AggregateState after, List<String> changed, boolean renumbered) {}

    /** The rule for a change of the kind {@code plain}; there is one, {@link RuleReader} has seen to it. */
    EventRule of(When plain) {
        return rules.stream()
                .filter(rule -> rule.when().equals(plain))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException(aggregate + ": no rule for " + plain));
    }

    /** The first rule that holds. */
    EventRule first(Difference difference) {
        for (var rule : rules) {
            if (objection(rule, difference) == null) {
                return rule;
            }
        }
        throw new IllegalStateException(aggregate + ": no rule for otherwise");
    }

    /** What each rule says, up to the first that holds. */
    List<Verdict> verdicts(Difference difference) {
        var verdicts = new ArrayList<Verdict>();
        for (var rule : rules) {
            var objection = objection(rule, difference);
            verdicts.add(verdict(rule, objection == null, objection == null ? "holds" : objection.get()));
            if (objection == null) {
                break;
            }
        }
        return verdicts;
    }

    /** What {@code rule} says when it is the only one that can be meant. */
    static Verdict verdict(EventRule rule, boolean holds, String why) {
        return new Verdict(rule.name(), rule.event(), rule.at().line(), holds, why);
    }

    /** Why {@code rule} does not hold; null when it does. */
    private @Nullable Supplier<String> objection(EventRule rule, Difference difference) {
        return switch (rule.when()) {
            case When.Backfilled() -> () -> "no backfill read it";
            case When.Created() -> () -> "it was there before";
            case When.Removed() -> () -> "it is still there";
            case When.Renumbered() -> difference.renumbered ? null : () -> "its key is the same as before";
            case When.Otherwise() -> null;
            case When.Changed condition -> objection(condition, difference);
        };
    }

    private @Nullable Supplier<String> objection(When.Changed condition, Difference difference) {
        if (!condition.changed().isEmpty() && Collections.disjoint(condition.changed(), difference.changed)) {
            return () -> "none of " + condition.changed() + " changed";
        }
        var field = condition.field();
        if (field == null) {
            return null;
        }
        if (!difference.changed.contains(field)) {
            return () -> field + " did not change";
        }
        var index = names.indexOf(field);
        var before = difference.before.fields().get(index);
        if (!isOneOf(before, condition.from())) {
            return () -> field + " was " + before + " (expected: " + condition.from() + ")";
        }
        var after = difference.after.fields().get(index);
        return isOneOf(after, condition.to())
                ? null
                : () -> field + " is " + after + " (expected: " + condition.to() + ")";
    }

    private static boolean isOneOf(@Nullable Object value, List<Object> wanted) {
        return wanted.isEmpty() || (value != null && wanted.contains(value));
    }
}
