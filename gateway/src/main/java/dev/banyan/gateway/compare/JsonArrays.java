package dev.banyan.gateway.compare;

import dev.banyan.gateway.compare.Difference.Kind;
import dev.banyan.gateway.compare.JsonRules.Rule;
import java.math.BigDecimal;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Pairs the elements of two arrays, in order, in any order or by a key, and compares the pairs. */
final class JsonArrays {

    private static final int DIGITS_MAX = 100;

    private final JsonWalk walk;

    JsonArrays(JsonWalk walk) {
        this.walk = walk;
    }

    void compare(JsonNode baseline, JsonNode candidate, JsonSpot spot) {
        Rule.Order order = spot.trail().rule(Rule.Order.class);
        if (order == null) {
            inOrder(baseline, candidate, spot);
        } else if (order.keyedBy() == null) {
            inAnyOrder(elements(baseline), elements(candidate), spot);
        } else {
            byKey(baseline, candidate, order.keyedBy(), spot);
        }
    }

    /** An element with its index, which pairing in any order would lose. */
    private record Element(int index, JsonNode node) {}

    private static List<Element> elements(JsonNode array) {
        var elements = new ArrayList<Element>(array.size());
        for (int i = 0; i < array.size(); i++) {
            elements.add(new Element(i, array.get(i)));
        }
        return elements;
    }

    private void inOrder(JsonNode baseline, JsonNode candidate, JsonSpot spot) {
        if (walk.isQuestion()) {
            askInOrder(baseline, candidate, spot);
            return;
        }
        JsonSpot each = spot.element(0);
        if (baseline.size() == candidate.size() && allEqual(baseline, candidate, each)) {
            for (int i = 0; i < baseline.size(); i++) {
                walk.equalPair(baseline.get(i), candidate.get(i), spot.element(i));
            }
            return;
        }
        int[] left = walk.classes().ofElements(baseline, spot);
        int[] right = walk.classes().ofElements(candidate, spot);
        if (!walk.isExact(each)) {
            unifyAtBothEnds(left, right, baseline, candidate, each);
        }
        Align aligned = Align.inOrder(left, right, (i, j) -> likeness(baseline.get(i), candidate.get(j), each));
        boolean moved = false;
        for (Align.Pair pair : aligned.pairs()) {
            moved |= pair.equal() && pair.baseline() != pair.candidate();
            pair(
                    pair.baseline() < 0 ? null : new Element(pair.baseline(), baseline.get(pair.baseline())),
                    pair.candidate() < 0 ? null : new Element(pair.candidate(), candidate.get(pair.candidate())),
                    pair.equal(),
                    spot);
        }
        if (!aligned.ordered()) {
            walk.note("arrays with changes across more than " + Align.IN_ORDER_MAX
                    + " elements are paired whatever their order");
            if (moved && baseline.size() == candidate.size()) {
                walk.add(Kind.ORDER, spot, baseline, candidate);
            }
        }
    }

    private void askInOrder(JsonNode baseline, JsonNode candidate, JsonSpot spot) {
        if (baseline.size() != candidate.size()) {
            walk.add(Kind.ITEM_REMOVED, spot, baseline, candidate);
            return;
        }
        JsonSpot each = spot.element(0);
        for (int i = 0; i < baseline.size() && !walk.isAnswered(); i++) {
            walk.value(baseline.get(i), candidate.get(i), each);
        }
    }

    private boolean allEqual(JsonNode baseline, JsonNode candidate, JsonSpot each) {
        for (int i = 0; i < baseline.size(); i++) {
            if (!walk.areEqual(baseline.get(i), candidate.get(i), each)) {
                return false;
            }
        }
        return true;
    }

    /* What only a tolerance makes equal has different classes; from both ends, such pairs become one class. */
    private void unifyAtBothEnds(int[] left, int[] right, JsonNode baseline, JsonNode candidate, JsonSpot each) {
        int shorter = Math.min(left.length, right.length);
        int start = 0;
        while (start < shorter && walk.areEqual(baseline.get(start), candidate.get(start), each)) {
            right[start] = left[start];
            start++;
        }
        for (int end = 1; end <= shorter - start; end++) {
            int i = left.length - end;
            int j = right.length - end;
            if (!walk.areEqual(baseline.get(i), candidate.get(j), each)) {
                return;
            }
            right[j] = left[i];
        }
    }

    private void inAnyOrder(List<Element> baseline, List<Element> candidate, JsonSpot spot) {
        if (walk.isQuestion() && baseline.size() != candidate.size()) {
            walk.add(Kind.ITEM_REMOVED, spot, null, null);
            return;
        }
        JsonSpot each = spot.element(0);
        JsonMatching matching =
                walk.isExact(each) ? null : new JsonMatching(walk, each, nodes(baseline), nodes(candidate));
        Align aligned = Align.anyOrder(
                matching == null ? classes(baseline, each) : matching.left(),
                matching == null ? classes(candidate, each) : matching.right(),
                (i, j) -> likeness(baseline.get(i).node(), candidate.get(j).node(), each));
        for (Align.Pair pair : aligned.pairs()) {
            if (walk.isAnswered()) {
                return;
            }
            if (matching != null && pair.equal() && matching.isUndecided(pair.baseline())) {
                continue;
            }
            pair(
                    pair.baseline() < 0 ? null : baseline.get(pair.baseline()),
                    pair.candidate() < 0 ? null : candidate.get(pair.candidate()),
                    pair.equal(),
                    spot);
        }
    }

    private static List<JsonNode> nodes(List<Element> elements) {
        return elements.stream().map(Element::node).toList();
    }

    private int[] classes(List<Element> elements, JsonSpot each) {
        return elements.stream()
                .mapToInt(element -> walk.classes().of(element.node(), each))
                .toArray();
    }

    private void byKey(JsonNode baseline, JsonNode candidate, String key, JsonSpot spot) {
        Map<String, ArrayDeque<Element>> candidates = new LinkedHashMap<>();
        var keylessLeft = new ArrayList<Element>();
        var keylessRight = new ArrayList<Element>();
        for (Element element : elements(candidate)) {
            String value = keyOf(element.node(), key);
            if (value == null) {
                keylessRight.add(element);
            } else {
                candidates.computeIfAbsent(value, _ -> new ArrayDeque<>()).add(element);
            }
        }
        for (Element element : elements(baseline)) {
            String value = keyOf(element.node(), key);
            if (walk.isAnswered()) {
                return;
            }
            if (value == null) {
                keylessLeft.add(element);
                continue;
            }
            ArrayDeque<Element> partners = candidates.get(value);
            Element partner = partners == null ? null : partners.poll();
            keyed(element, partner, spot.element(label(key, value, spot)));
        }
        candidates.forEach(
                (value, left) -> left.forEach(element -> keyed(null, element, spot.element(label(key, value, spot)))));
        inAnyOrder(keylessLeft, keylessRight, spot);
    }

    private static String label(String key, String value, JsonSpot spot) {
        boolean hidden = spot.element(0).field(key, false).hidden();
        return key + "=" + (hidden ? Redaction.HIDDEN : spot.redaction().text(value));
    }

    private void keyed(@Nullable Element baseline, @Nullable Element candidate, JsonSpot at) {
        if (baseline != null && candidate != null) {
            walk.value(baseline.node(), candidate.node(), at);
        } else if (baseline != null) {
            walk.add(Kind.ITEM_REMOVED, at, baseline.node(), null);
        } else if (candidate != null) {
            walk.add(Kind.ITEM_ADDED, at, null, candidate.node());
        }
    }

    private static @Nullable String keyOf(JsonNode element, String key) {
        JsonNode value = element instanceof ObjectNode object ? object.get(key) : null;
        if (value == null || value.isContainer() || value.isNull()) {
            return null;
        }
        Object scalar = JsonClasses.scalar(value);
        // As people write it, 100 and not 1E+2; 1e999999999 would fill the memory.
        return scalar instanceof BigDecimal number && Math.abs((long) number.scale()) <= DIGITS_MAX
                ? number.toPlainString()
                : scalar.toString();
    }

    private void pair(@Nullable Element baseline, @Nullable Element candidate, boolean equal, JsonSpot spot) {
        if (baseline != null && candidate != null) {
            JsonSpot at = spot.element(baseline.index());
            if (equal) {
                walk.equalPair(baseline.node(), candidate.node(), at);
            } else {
                walk.value(baseline.node(), candidate.node(), at);
            }
        } else if (baseline != null) {
            walk.add(Kind.ITEM_REMOVED, spot.element(baseline.index()), baseline.node(), null);
        } else if (candidate != null) {
            walk.add(Kind.ITEM_ADDED, spot.element(candidate.index()), null, candidate.node());
        }
    }

    /* Objects are alike by the fields they share, beside that they are objects at all. */
    private int likeness(JsonNode baseline, JsonNode candidate, JsonSpot each) {
        if (baseline instanceof ObjectNode left && candidate instanceof ObjectNode right) {
            int shared = 0;
            for (Map.Entry<String, JsonNode> field : left.properties()) {
                JsonNode other = right.get(field.getKey());
                if (other != null) {
                    JsonSpot at = each.field(field.getKey(), JsonSpot.isMap(left));
                    shared += walk.classes().of(field.getValue(), at)
                                    == walk.classes().of(other, at)
                            ? 10
                            : 1;
                }
            }
            return 1 + shared;
        }
        return baseline.getNodeType() == candidate.getNodeType() ? 1 : 0;
    }
}
