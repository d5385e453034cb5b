package dev.banyan.bridge.mapping;

import dev.banyan.bridge.mapping.EventRule.When;
import dev.banyan.bridge.mapping.Explanation.Verdict;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Which of an aggregate's rules holds for a change from one state to another. {@code names} are those of the fields, then of the lists;
 * {@code words} those of conditions. Conditions about whole transactions look at what {@code asked} events tell of.
 */
record RuleChoice(String aggregate, List<EventRule> rules, List<String> names, StateWords words, LookedAt asked) {

    /** What happened to an aggregate within a transaction. */
    enum Op {
        BACKFILL,
        CREATED,
        REMOVED,
        RENUMBERED,
        CHANGED;

        /** What conditions call it. */
        String word() {
            return name().toLowerCase(Locale.ROOT);
        }

        private boolean isDifference() {
            return this == CHANGED || this == RENUMBERED;
        }
    }

    /**
     * How an aggregate, or a row of its lists, changed: its states, where there is one and it is known, and what differs, by name. Of a row
     * {@code aggregate} is what that is now.
     */
    record Difference(
            Op op,
            @Nullable AggregateState before,
            @Nullable AggregateState after,
            List<String> changed,
            @Nullable AggregateState aggregate) {

        Difference(Op op, @Nullable AggregateState before, @Nullable AggregateState after, List<String> changed) {
            this(op, before, after, changed, null);
        }
    }

    /** True when a rule asks what an aggregate was that is gone. */
    boolean looksBack() {
        return rules.stream()
                .anyMatch(rule -> (rule.where() != null || asked.events().contains(rule.event()))
                        && (rule.when() instanceof When.Removed || rule.when() instanceof When.Anything));
    }

    /** What a condition about a transaction may ask of {@code difference}, which {@code rule} names, as {@link ToldBytes}; null when none does. */
    byte @Nullable [] told(EventRule rule, Difference difference) {
        return difference.op != Op.BACKFILL && asked.events().contains(rule.event())
                ? ToldBytes.of(difference, asked.wholes().contains(rule.event()))
                : null;
    }

    /** True when what its rules say of {@code op} is worth telling. */
    boolean isChoice(Op op) {
        return op.isDifference() || rules.stream().anyMatch(rule -> rule.where() != null);
    }

    /** The rule for any change of the kind {@code plain}; there is one, {@link RuleOrder} has seen to it. */
    EventRule of(When plain) {
        return find(plain).orElseThrow(() -> new IllegalStateException(aggregate + ": no rule for " + plain));
    }

    /** The rule for any change of the kind {@code plain}, if there is one. */
    Optional<EventRule> find(When plain) {
        return rules.stream()
                .filter(rule -> rule.where() == null && rule.when().equals(plain))
                .findFirst();
    }

    /** The first rule that holds; of an aggregate's own there is one, {@link RuleOrder} has seen to it. */
    EventRule first(Difference difference) {
        return find(difference).orElseThrow(() -> new IllegalStateException(aggregate + ": no rule for otherwise"));
    }

    /** The first rule that holds, if one does. */
    Optional<EventRule> find(Difference difference) {
        for (var rule : rules) {
            if (objection(rule, difference) == null) {
                return Optional.of(rule);
            }
        }
        return Optional.empty();
    }

    /** What each rule says, up to the first that holds. */
    List<Verdict> verdicts(Difference difference) {
        var verdicts = new ArrayList<Verdict>();
        for (var rule : rules) {
            var objection = objection(rule, difference);
            verdicts.add(new Verdict(
                    rule.name(),
                    rule.event(),
                    rule.at().line(),
                    objection == null,
                    objection == null ? holds(rule) : objection.get()));
            if (objection == null) {
                break;
            }
        }
        return verdicts;
    }

    private static String holds(EventRule rule) {
        return rule.where() == null ? "holds" : "holds: " + rule.where().text();
    }

    /** Why {@code rule} does not hold; null when it does. */
    private @Nullable Supplier<String> objection(EventRule rule, Difference difference) {
        var objection = objection(rule.when(), difference);
        return objection != null || rule.where() == null
                ? objection
                : rule.where().objection(words.of(difference), rule.event());
    }

    private @Nullable Supplier<String> objection(When when, Difference difference) {
        var op = difference.op;
        return switch (when) {
            case When.Backfilled() -> op == Op.BACKFILL ? null : () -> "no backfill read it";
            case When.Created() -> op == Op.CREATED ? null : () -> "it was there before";
            case When.Removed() -> op == Op.REMOVED ? null : () -> "it is still there";
            case When.Renumbered() -> op == Op.RENUMBERED ? null : () -> "its key is the same as before";
            case When.Otherwise() -> op.isDifference() ? null : () -> "there is nothing to compare";
            case When.Anything() -> op == Op.BACKFILL ? () -> "a backfill read it" : null;
            case When.Changed condition ->
                op.isDifference() ? objection(condition, difference) : () -> "there is nothing to compare";
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
        var before = value(difference.before, index);
        if (!isOneOf(before, condition.from())) {
            return () -> field + " was " + before + " (expected: " + condition.from() + ")";
        }
        var after = value(difference.after, index);
        return isOneOf(after, condition.to())
                ? null
                : () -> field + " is " + after + " (expected: " + condition.to() + ")";
    }

    private static @Nullable Object value(@Nullable AggregateState state, int index) {
        return state == null ? null : state.fields().get(index);
    }

    private static boolean isOneOf(@Nullable Object value, List<Object> wanted) {
        return wanted.isEmpty() || (value != null && wanted.stream().anyMatch(each -> WantedValue.is(value, each)));
    }
}
