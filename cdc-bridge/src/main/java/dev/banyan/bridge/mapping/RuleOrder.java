package dev.banyan.bridge.mapping;

import dev.banyan.bridge.mapping.EventRule.When;
import dev.banyan.bridge.yaml.Problems;
import dev.banyan.bridge.yaml.Yaml;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Checks that the rules of an aggregate leave no change without an event, and that each rule, of a list too, has a chance. */
record RuleOrder(String aggregate, Problems problems) {

    /** What a rule asks for. Of an expression nobody knows when it is true, so only what has none holds for sure. */
    private record Asked(When when, @Nullable String where) {}

    void checkComplete(Yaml.Items items, List<EventRule> rules) {
        require(items, rules, "backfill", new When.Backfilled());
        require(items, rules, "created", new When.Created());
        require(items, rules, "removed", new When.Removed());
        if (rules.stream().anyMatch(rule -> rule.when() instanceof When.Renumbered)) {
            require(items, rules, "renumbered", new When.Renumbered());
        }
        require(items, rules, "otherwise", new When.Otherwise());
    }

    private void require(Yaml.Items items, List<EventRule> rules, String word, When when) {
        if (rules.stream().noneMatch(rule -> rule.where() == null && rule.when().equals(when))) {
            problems.add(
                    items.at(),
                    aggregate + ".events",
                    "no rule for '" + word + "'",
                    "{event: ..., when: " + word + "}, so that no change goes without an event");
        }
    }

    void checkReachable(List<EventRule> rules) {
        var lineByAsked = new HashMap<Asked, Integer>();
        var lineByName = new HashMap<String, Integer>();
        for (var rule : rules) {
            var asked = new Asked(
                    rule.when(), rule.where() == null ? null : rule.where().text());
            var same = lineByAsked.getOrDefault(new Asked(rule.when(), null), lineByAsked.get(asked));
            var otherwise = lineByAsked.get(new Asked(new When.Otherwise(), null));
            lineByAsked.putIfAbsent(asked, rule.at().line());
            if (same != null) {
                neverHolds(rule, "line " + same + " asks for the same", "one of them");
            } else if (otherwise != null && isCovered(rule.when(), lineByAsked)) {
                neverHolds(rule, "'otherwise' in line " + otherwise + " comes first", "'otherwise' as the last rule");
            } else {
                checkName(rule, lineByName.putIfAbsent(rule.name(), rule.at().line()));
            }
        }
    }

    /** True when 'otherwise', with what else stands before, leaves nothing to {@code when}. */
    private static boolean isCovered(When when, Map<Asked, Integer> before) {
        return when instanceof When.Changed
                || when instanceof When.Renumbered
                || (when instanceof When.Anything
                        && before.containsKey(new Asked(new When.Created(), null))
                        && before.containsKey(new Asked(new When.Removed(), null)));
    }

    private void neverHolds(EventRule rule, String why, String expected) {
        problems.add(rule.at(), aggregate + ".events", "a rule that never holds: " + why, expected);
    }

    private void checkName(EventRule rule, @Nullable Integer same) {
        if (same != null) {
            problems.add(
                    rule.at(),
                    aggregate + ".events",
                    "the name '" + rule.name() + "', also in line " + same,
                    "another name");
        }
    }
}
