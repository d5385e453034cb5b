package dev.banyan.gateway.compare;

import dev.banyan.gateway.compare.Comparison.NotComparable;
import dev.banyan.gateway.compare.Comparison.Reason;
import dev.banyan.gateway.compare.Difference.Kind;
import dev.banyan.gateway.compare.Difference.Part;
import dev.banyan.gateway.compare.JsonRules.Rule;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Walks two JSON values side by side and says where they differ. */
final class JsonWalk {

    /*
     * The same walk answers two questions. With a list to fill it visits everything; as a question whether two values are
     * equal at all, which aligning arrays asks often, it has no list and stops at the first difference.
     */

    private static final int NODES_MAX = 3_000_000;

    /** How many values may be looked at; beyond that, arrays are paired by what they surely have in common. */
    private static final class Effort {
        private int left = NODES_MAX;

        /** Whether something was taken for equal because nobody knows. */
        private boolean undecided;
    }

    private final JsonRules rules;
    private final @Nullable Found found;
    private final JsonClasses classes;
    private final Effort effort;
    private @Nullable String ignoredBy;
    private boolean differs;

    private JsonWalk(JsonRules rules, @Nullable Found found, JsonClasses classes, Effort effort) {
        this.rules = rules;
        this.found = found;
        this.classes = classes;
        this.effort = effort;
    }

    /** Files in {@code found} where two documents differ; returns why that is not known of all of them, or null. */
    static @Nullable NotComparable compare(
            JsonNode baseline, JsonNode candidate, JsonRules rules, Redaction redaction, Found found) {
        var walk = new JsonWalk(rules, found, new JsonClasses(rules), new Effort());
        walk.value(baseline, candidate, JsonSpot.root(rules, redaction));
        if (walk.effort.left < 0) {
            found.note("too much JSON to pair all elements of arrays by what the rules take for equal");
        }
        return walk.effort.undecided
                ? new NotComparable(
                        Reason.LIMIT,
                        "json: too many elements in any order that only rules make equal (expected: at most "
                                + JsonMatching.MATCHED_MAX + " on each side that look alike)")
                : null;
    }

    /** Whether two values at one place are equal, with everything the rules allow. */
    boolean areEqual(JsonNode baseline, JsonNode candidate, JsonSpot spot) {
        if (classes.of(baseline, spot) == classes.of(candidate, spot)) {
            return true;
        }
        if (isExact(spot) || effort.left < 0) {
            return false;
        }
        var question = new JsonWalk(rules, null, classes, effort);
        boolean undecided = effort.undecided;
        question.value(baseline, candidate, spot);
        if (question.differs || ignoredBy != null) {
            effort.undecided = undecided;
        }
        return !question.differs;
    }

    boolean hasEffortLeft() {
        return effort.left >= 0;
    }

    /** Says that something here was taken for equal because nobody knows. */
    void leaveUndecided() {
        effort.undecided |= ignoredBy == null;
    }

    /** Whether values at {@code spot} are equal only if their classes are. */
    boolean isExact(JsonSpot spot) {
        return spot.trail().isEmpty() && !rules.additionsAllowed;
    }

    /** Whether nobody wants to know more than that something differs, and something does. */
    boolean isAnswered() {
        return found == null && differs;
    }

    boolean isQuestion() {
        return found == null;
    }

    JsonClasses classes() {
        return classes;
    }

    void note(String note) {
        if (found != null) {
            found.note(note);
        }
    }

    void value(JsonNode baseline, JsonNode candidate, JsonSpot spot) {
        Rule.Ignore ignore = spot.trail().rule(Rule.Ignore.class);
        if (ignore == null || ignoredBy != null) {
            compareValue(baseline, candidate, spot);
        } else if (found != null) {
            ignoredBy = ignore.path();
            compareValue(baseline, candidate, spot);
            ignoredBy = null;
        }
    }

    private void compareValue(JsonNode baseline, JsonNode candidate, JsonSpot spot) {
        effort.left--;
        if (isAnswered()) {
            return;
        }
        if (baseline instanceof ObjectNode left && candidate instanceof ObjectNode right) {
            object(left, right, spot);
        } else if (baseline.isArray() && candidate.isArray()) {
            new JsonArrays(this).compare(baseline, candidate, spot);
        } else if (JsonScalars.areAlike(baseline, candidate, spot)) {
            covered(spot);
        } else {
            add(JsonScalars.kind(baseline, candidate), spot, baseline, candidate);
        }
    }

    private void object(ObjectNode baseline, ObjectNode candidate, JsonSpot spot) {
        boolean map = JsonSpot.isMap(baseline) || JsonSpot.isMap(candidate);
        Set<String> names = new LinkedHashSet<>();
        baseline.properties().forEach(field -> names.add(field.getKey()));
        candidate.properties().forEach(field -> names.add(field.getKey()));
        for (String name : names) {
            if (isAnswered()) {
                return;
            }
            JsonNode left = present(baseline.get(name));
            JsonNode right = present(candidate.get(name));
            JsonSpot at = spot.field(name, map);
            if (left != null && right != null) {
                value(left, right, at);
            } else if (left != null || right != null) {
                oneSided(left, right, at);
            }
        }
    }

    /** Returns a field's value, null where the rules take it for absent. */
    @Nullable
    JsonNode present(@Nullable JsonNode node) {
        return node != null && node.isNull() && rules.nullEqualsAbsent ? null : node;
    }

    private void oneSided(@Nullable JsonNode baseline, @Nullable JsonNode candidate, JsonSpot spot) {
        if (baseline == null && rules.additionsAllowed) {
            return;
        }
        add(baseline == null ? Kind.ADDED : Kind.REMOVED, spot, baseline, candidate);
    }

    /** Files a difference at {@code spot}, or that it is ignored. */
    void add(Kind kind, JsonSpot spot, @Nullable JsonNode baseline, @Nullable JsonNode candidate) {
        Rule.Ignore here = spot.trail().rule(Rule.Ignore.class);
        String ignored = ignoredBy != null ? ignoredBy : here == null ? null : here.path();
        if (ignored == null) {
            differs = true;
        }
        if (found == null) {
            return;
        }
        String path = spot.place().path();
        if (ignored != null) {
            found.hidden(ignored, path, kind);
            return;
        }
        found.add(
                Part.JSON,
                kind,
                path,
                spot.place().isWide(),
                () -> spot.place().at(),
                () -> shown(baseline, spot),
                () -> shown(candidate, spot));
    }

    private static @Nullable String shown(@Nullable JsonNode node, JsonSpot spot) {
        return node == null ? null : JsonText.of(node, spot, Redaction.VALUE_CHARS_MAX);
    }

    private void covered(JsonSpot spot) {
        if (ignoredBy != null && found != null) {
            found.covered(ignoredBy, spot.place().path());
        }
    }

    /** Visits a pair that is known to be equal, for what ignore rules hide in it. */
    void equalPair(JsonNode baseline, JsonNode candidate, JsonSpot spot) {
        if (found != null && !isExact(spot)) {
            value(baseline, candidate, spot);
        } else {
            covered(spot);
        }
    }
}
