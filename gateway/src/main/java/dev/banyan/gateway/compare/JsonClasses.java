package dev.banyan.gateway.compare;

import dev.banyan.gateway.compare.JsonRules.Rule;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Numbers JSON values so that equal ones have equal numbers, without what is ignored, in time proportional to their size.
 * Values that only a tolerance makes equal have different numbers.
 */
final class JsonClasses {

    private record Scalar(Object value) {}

    private record Elements(List<Integer> classes) {}

    private record Members(Map<String, Integer> classes) {}

    private final Map<Object, Integer> numbers = new HashMap<>();
    private final IdentityHashMap<JsonNode, Integer> known = new IdentityHashMap<>();
    private final JsonRules rules;

    JsonClasses(JsonRules rules) {
        this.rules = rules;
    }

    /** Returns the number of {@code node}, which lies at {@code spot}. */
    int of(JsonNode node, JsonSpot spot) {
        if (!node.isContainer()) {
            return number(new Scalar(scalar(node)));
        }
        Integer before = known.get(node);
        if (before != null) {
            return before;
        }
        int number = number(node instanceof ObjectNode object ? members(object, spot) : elements(node, spot));
        known.put(node, number);
        return number;
    }

    /** Returns the numbers of all elements of an array. */
    int[] ofElements(JsonNode array, JsonSpot spot) {
        int[] classes = new int[array.size()];
        // All elements lie on one path as far as rules go.
        JsonSpot each = spot.element(0);
        for (int i = 0; i < classes.length; i++) {
            classes[i] = of(array.get(i), each);
        }
        return classes;
    }

    private Elements elements(JsonNode array, JsonSpot spot) {
        int[] classes = ofElements(array, spot);
        if (spot.trail().rule(Rule.Order.class) != null) {
            Arrays.sort(classes);
        }
        return new Elements(Arrays.stream(classes).boxed().toList());
    }

    private Members members(ObjectNode object, JsonSpot spot) {
        var classes = new TreeMap<String, Integer>();
        for (Map.Entry<String, JsonNode> field : object.properties()) {
            JsonSpot at = spot.field(field.getKey(), JsonSpot.isMap(object));
            boolean passedOver = at.trail().rule(Rule.Ignore.class) != null
                    || (rules.nullEqualsAbsent && field.getValue().isNull());
            if (!passedOver) {
                classes.put(field.getKey(), of(field.getValue(), at));
            }
        }
        return new Members(classes);
    }

    private int number(Object value) {
        Integer before = numbers.get(value);
        if (before != null) {
            return before;
        }
        int next = numbers.size();
        numbers.put(value, next);
        return next;
    }

    /** Returns the value of a scalar: numbers as decimals in their shortest form, so that 1 equals 1.0. */
    static Object scalar(JsonNode node) {
        if (node.isNumber()) {
            return shortest(node.decimalValue());
        }
        return node.isString() ? node.stringValue() : node.isBoolean() ? node.booleanValue() : Rule.class;
    }

    private static BigDecimal shortest(BigDecimal number) {
        return number.signum() == 0 ? BigDecimal.ZERO : number.stripTrailingZeros();
    }
}
