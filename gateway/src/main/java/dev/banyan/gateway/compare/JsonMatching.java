package dev.banyan.gateway.compare;

import dev.banyan.gateway.compare.JsonRules.Rule;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Which elements of two arrays, whose order does not matter, are equal where rules make more equal than their classes say. */
final class JsonMatching {

    /*
     * With a tolerance, being equal is not transitive: who takes the first best may leave another without a partner. So each element is held
     * against each, which takes the square of their number. It is done only among those that have in common what is cheap to see and what
     * equal elements surely have in common; most have an id there. Of what is still too many, those of one class are pairs, and if then some
     * are left, nobody knows whether they are equal.
     */

    /** Up to so many elements on each side that look alike, each is held against each. */
    static final int MATCHED_MAX = 500;

    private static final int NONE = -1;
    private static final Object MISSING = new Object();
    private static final Object PASSED_OVER = new Object();

    /** A field that all objects of the baseline have. */
    private record Field(String name, JsonSpot at) {}

    /** Elements that look alike, by index. */
    private record Bucket(List<Integer> left, List<Integer> right) {
        Bucket() {
            this(new ArrayList<>(), new ArrayList<>());
        }

        boolean isWithin(int most) {
            return left.size() <= most && right.size() <= most;
        }
    }

    private final JsonWalk walk;
    private final JsonSpot each;
    private final List<JsonNode> baseline;
    private final List<JsonNode> candidate;
    private final List<Field> fields;
    private final int[] partners;
    private final boolean[] undecided;

    /** @param each where the elements lie */
    JsonMatching(JsonWalk walk, JsonSpot each, List<JsonNode> baseline, List<JsonNode> candidate) {
        this.walk = walk;
        this.each = each;
        this.baseline = baseline;
        this.candidate = candidate;
        this.fields = fields();
        this.partners = new int[candidate.size()];
        this.undecided = new boolean[baseline.size()];
        Arrays.fill(partners, NONE);
        buckets().forEach(this::match);
    }

    /** Returns a number of its own for each element of the baseline. */
    int[] left() {
        int[] left = new int[baseline.size()];
        Arrays.setAll(left, i -> i);
        return left;
    }

    /** Returns for each element of the candidate the number of the one it is equal to, or one that none has. */
    int[] right() {
        int[] right = new int[partners.length];
        Arrays.setAll(right, j -> partners[j] == NONE ? baseline.size() + j : partners[j]);
        return right;
    }

    /** Whether nobody knows if this element of the baseline has an equal one; it has the number of some other that is as unknown. */
    boolean isUndecided(int i) {
        return undecided[i];
    }

    private List<Field> fields() {
        Set<String> names = new LinkedHashSet<>();
        boolean first = true;
        for (JsonNode node : baseline) {
            if (node instanceof ObjectNode object) {
                List<String> present = object.properties().stream()
                        .filter(field -> walk.present(field.getValue()) != null)
                        .map(Map.Entry::getKey)
                        .toList();
                if (first) {
                    names.addAll(present);
                } else {
                    names.retainAll(Set.copyOf(present));
                }
                first = false;
            }
        }
        // Which rules hold for a key of a map, both objects decide together.
        return hasMap(baseline) || hasMap(candidate)
                ? List.of()
                : names.stream()
                        .map(name -> new Field(name, each.field(name, false)))
                        .toList();
    }

    private static boolean hasMap(List<JsonNode> nodes) {
        return nodes.stream().anyMatch(node -> node instanceof ObjectNode object && JsonSpot.isMap(object));
    }

    private List<Bucket> buckets() {
        Map<Object, Bucket> buckets = new LinkedHashMap<>();
        for (int i = 0; i < baseline.size(); i++) {
            buckets.computeIfAbsent(look(baseline.get(i)), _ -> new Bucket())
                    .left()
                    .add(i);
        }
        for (int j = 0; j < candidate.size(); j++) {
            buckets.computeIfAbsent(look(candidate.get(j)), _ -> new Bucket())
                    .right()
                    .add(j);
        }
        return List.copyOf(buckets.values());
    }

    /* Equal elements look the same; what looks the same need not be equal. */
    private Object look(JsonNode node) {
        if (node instanceof ObjectNode object && each.trail().rule(Rule.Ignore.class) == null) {
            return fields.stream()
                    .map(field -> look(object.get(field.name()), field.at()))
                    .toList();
        }
        return look(node, each);
    }

    private static Object look(@Nullable JsonNode node, JsonSpot at) {
        if (at.trail().rule(Rule.Ignore.class) != null) {
            return PASSED_OVER;
        }
        if (node == null) {
            return MISSING;
        }
        boolean near = node.isContainer()
                || at.trail().rule(Rule.Near.class) != null
                || at.trail().rule(Rule.Within.class) != null;
        return near ? node.getNodeType() : JsonClasses.scalar(node);
    }

    private void match(Bucket bucket) {
        boolean few = bucket.isWithin(MATCHED_MAX);
        Bucket rest = few ? bucket : withoutSameClasses(bucket);
        boolean equallyMany = rest.left().size() == rest.right().size();
        if (!rest.isWithin(MATCHED_MAX)) {
            if (equallyMany) {
                leaveUndecided(rest);
            }
            return;
        }
        Bucket left = matched(rest);
        if (equallyMany && !(few && walk.hasEffortLeft())) {
            leaveUndecided(left);
        }
    }

    /** Pairs what is of one class; returns what is left. */
    private Bucket withoutSameClasses(Bucket bucket) {
        Map<Integer, ArrayDeque<Integer>> free = new HashMap<>();
        for (int j : bucket.right()) {
            free.computeIfAbsent(walk.classes().of(candidate.get(j), each), _ -> new ArrayDeque<>())
                    .add(j);
        }
        var rest = new Bucket();
        for (int i : bucket.left()) {
            ArrayDeque<Integer> same = free.get(walk.classes().of(baseline.get(i), each));
            if (same == null || same.isEmpty()) {
                rest.left().add(i);
            } else {
                partners[same.remove()] = i;
            }
        }
        free.values().forEach(rest.right()::addAll);
        return rest;
    }

    /** Pairs as many as can be; returns what is left. */
    private Bucket matched(Bucket bucket) {
        boolean[][] equal = new boolean[bucket.left().size()][bucket.right().size()];
        for (int row = 0; row < equal.length; row++) {
            for (int column = 0; column < equal[row].length; column++) {
                JsonNode one = baseline.get(bucket.left().get(row));
                equal[row][column] =
                        walk.areEqual(one, candidate.get(bucket.right().get(column)), each);
            }
        }
        var rest = new Bucket();
        boolean[] taken = new boolean[equal.length];
        int[] rows = Matching.of(equal, bucket.right().size());
        for (int column = 0; column < rows.length; column++) {
            int j = bucket.right().get(column);
            if (rows[column] == NONE) {
                rest.right().add(j);
            } else {
                partners[j] = bucket.left().get(rows[column]);
                taken[rows[column]] = true;
            }
        }
        for (int row = 0; row < taken.length; row++) {
            if (!taken[row]) {
                rest.left().add(bucket.left().get(row));
            }
        }
        return rest;
    }

    private void leaveUndecided(Bucket bucket) {
        for (int n = 0; n < bucket.left().size(); n++) {
            int i = bucket.left().get(n);
            partners[bucket.right().get(n)] = i;
            undecided[i] = true;
            walk.leaveUndecided();
        }
    }
}
