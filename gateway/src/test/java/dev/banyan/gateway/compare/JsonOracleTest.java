package dev.banyan.gateway.compare;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.rules.Compare;
import dev.banyan.rules.JsonPath;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import net.javacrumbs.jsonunit.core.Configuration;
import net.javacrumbs.jsonunit.core.Option;
import net.javacrumbs.jsonunit.core.internal.Diff;
import net.javacrumbs.jsonunit.core.listener.Difference;
import net.javacrumbs.jsonunit.core.listener.DifferenceListener;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** JsonUnit judges the same generated pairs by the same options. */
class JsonOracleTest {

    private static final int PAIRS = 1_500;
    private static final JsonMapper MAPPER = new JsonMapper();
    private static final BigDecimal TOLERANCE = new BigDecimal("0.5");

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void sameAndDifferentAreAsJsonUnitSays(long seed) {
        var random = new Random(seed);
        int same = 0;
        for (int i = 0; i < PAIRS; i++) {
            JsonNode baseline = Generated.value(random, 4);
            JsonNode candidate = Generated.changed(baseline, random, random.nextInt(4));
            var options = new Options(random, baseline, candidate);

            boolean expected = options.judge(baseline, candidate, Configuration.dummyDifferenceListener());
            Comparison actual = Replies.compare(
                    options.rules(), Replies.json(baseline.toString()), Replies.json(candidate.toString()));

            assertThat(actual instanceof Comparison.Same)
                    .as("seed %d pair %d%n%s%n%s%n%s%n%s", seed, i, baseline, candidate, options, Replies.text(actual))
                    .isEqualTo(expected);
            same += expected ? 1 : 0;
        }
        // Both answers must have been asked for.
        assertThat(same).isBetween(PAIRS / 10, PAIRS * 9 / 10);
    }

    @ParameterizedTest
    @ValueSource(longs = {11, 12})
    void withoutArraysThePlacesAreAsJsonUnitSays(long seed) {
        var random = new Random(seed);
        int found = 0;
        for (int i = 0; i < PAIRS; i++) {
            JsonNode baseline = Generated.object(random, 4, false);
            JsonNode candidate = Generated.changed(baseline, random, 3);
            if (hasArray(baseline) || hasArray(candidate)) {
                continue;
            }
            Set<String> expected = new TreeSet<>();
            DifferenceListener listener = (difference, context) -> expected.add(place(difference));
            Diff diff = Diff.create(
                    baseline.toString(),
                    candidate.toString(),
                    "actual",
                    "",
                    Configuration.empty().withTolerance(BigDecimal.ZERO).withDifferenceListener(listener));
            diff.similar();

            Comparison actual = Replies.compare(Replies.json(baseline.toString()), Replies.json(candidate.toString()));
            Set<String> places = new TreeSet<>();
            if (actual instanceof Comparison.Differs differs) {
                differs.differences().forEach(each -> places.add(each.at()));
            }
            assertThat(places)
                    .as("seed %d pair %d%n%s%n%s", seed, i, baseline, candidate)
                    .isEqualTo(expected);
            found += places.size();
        }
        assertThat(found).isGreaterThan(PAIRS / 2);
    }

    private static String place(Difference difference) {
        String path = difference.getExpectedPath() != null ? difference.getExpectedPath() : difference.getActualPath();
        return path == null || path.isEmpty() ? "$" : "$." + path;
    }

    private static boolean hasArray(JsonNode node) {
        return node.isArray() || node.values().stream().anyMatch(JsonOracleTest::hasArray);
    }

    /** The same wishes, said to both. */
    private static final class Options {

        private final boolean anyOrder;
        private final boolean near;
        private final boolean nullEqualsAbsent;
        private final boolean additionsAllowed;
        private final Set<String> arrays = new LinkedHashSet<>();
        private final Set<String> numbers = new LinkedHashSet<>();
        private final Set<String> ignored = new LinkedHashSet<>();

        Options(Random random, JsonNode baseline, JsonNode candidate) {
            anyOrder = random.nextInt(3) == 0;
            near = random.nextInt(3) == 0;
            nullEqualsAbsent = random.nextInt(3) == 0;
            additionsAllowed = random.nextInt(4) == 0;
            Set<String> all = new LinkedHashSet<>();
            collect(baseline, "$", all);
            collect(candidate, "$", all);
            if (random.nextBoolean()) {
                List<String> paths = new ArrayList<>(all);
                paths.remove("$");
                // An ignored element may also be missing here; JsonUnit still counts elements.
                paths.removeIf(path -> path.endsWith("[*]"));
                for (int i = 0; i < 2 && !paths.isEmpty(); i++) {
                    ignored.add(paths.get(random.nextInt(paths.size())));
                }
            }
        }

        private void collect(JsonNode node, String path, Set<String> all) {
            all.add(path);
            if (node.isArray()) {
                arrays.add(path);
                node.forEach(each -> collect(each, path + "[*]", all));
            } else if (node.isNumber()) {
                numbers.add(path);
            } else {
                node.properties().forEach(field -> collect(field.getValue(), path + "." + field.getKey(), all));
            }
        }

        Compare rules() {
            var json = new Compare.Json(
                    ignored.stream()
                            .map(path -> new Compare.Ignored(path, "generated", null))
                            .toList(),
                    anyOrder
                            ? arrays.stream()
                                    .map(path -> new Compare.ArrayOrder(JsonPath.parse(path), null))
                                    .toList()
                            : List.of(),
                    near
                            ? numbers.stream()
                                    .map(path -> new Compare.Tolerance(JsonPath.parse(path), TOLERANCE, null))
                                    .toList()
                            : List.of(),
                    List.of(),
                    nullEqualsAbsent,
                    additionsAllowed);
            return new Compare(false, List.of(), json, Compare.UNSET.html(), List.of(), List.of(), List.of(), 0);
        }

        boolean judge(JsonNode baseline, JsonNode candidate, DifferenceListener listener) {
            Configuration configuration = Configuration.empty()
                    .withTolerance(near ? TOLERANCE : BigDecimal.ZERO)
                    .withDifferenceListener(listener)
                    .whenIgnoringPaths(ignored.stream()
                            .map(path -> path.substring(path.startsWith("$.") ? 2 : 1))
                            .toList());
            if (anyOrder) {
                configuration = configuration.when(Option.IGNORING_ARRAY_ORDER);
            }
            if (nullEqualsAbsent) {
                configuration = configuration.when(Option.TREATING_NULL_AS_ABSENT);
            }
            if (additionsAllowed) {
                configuration = configuration.when(Option.IGNORING_EXTRA_FIELDS);
            }
            // JsonUnit takes null for absent in what it calls actual only.
            String expected = (nullEqualsAbsent ? withoutNulls(baseline) : baseline).toString();
            return Diff.create(expected, candidate.toString(), "actual", "", configuration)
                    .similar();
        }

        private static JsonNode withoutNulls(JsonNode node) {
            JsonNode copy = MAPPER.readTree(node.toString());
            removeNulls(copy);
            return copy;
        }

        private static void removeNulls(JsonNode node) {
            if (node instanceof ObjectNode object) {
                object.removeIf(JsonNode::isNull);
            }
            node.forEach(Options::removeNulls);
        }

        @Override
        public String toString() {
            return "anyOrder=%s near=%s nullEqualsAbsent=%s additionsAllowed=%s ignored=%s"
                    .formatted(anyOrder, near, nullEqualsAbsent, additionsAllowed, ignored);
        }
    }

    /** Small documents over few names and values, so that much is equal by chance. */
    private static final class Generated {

        private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

        static JsonNode value(Random random, int depth) {
            return switch (random.nextInt(depth > 0 ? 4 : 2)) {
                case 0, 1 -> scalar(random);
                case 2 -> object(random, depth - 1, true);
                default -> array(random, depth - 1);
            };
        }

        static ObjectNode object(Random random, int depth, boolean arrays) {
            ObjectNode object = NODES.objectNode();
            int size = random.nextInt(4);
            for (int i = 0; i < size; i++) {
                JsonNode value = arrays
                        ? value(random, depth)
                        : depth > 0 && random.nextBoolean() ? object(random, depth - 1, false) : scalar(random);
                object.set("abcd".substring(random.nextInt(4)).substring(0, 1), value);
            }
            return object;
        }

        private static ArrayNode array(Random random, int depth) {
            ArrayNode array = NODES.arrayNode();
            int size = random.nextInt(5);
            for (int i = 0; i < size; i++) {
                array.add(value(random, depth));
            }
            return array;
        }

        private static JsonNode scalar(Random random) {
            return switch (random.nextInt(6)) {
                case 0 -> NODES.nullNode();
                case 1 -> NODES.booleanNode(random.nextBoolean());
                case 2 -> NODES.stringNode("v" + random.nextInt(3));
                case 3 -> NODES.numberNode(new BigDecimal(random.nextInt(3) + ".0"));
                case 4 -> NODES.numberNode(new BigDecimal("0." + random.nextInt(10)));
                default -> NODES.numberNode(random.nextInt(3));
            };
        }

        /** The same value with so many changes somewhere in it. */
        static JsonNode changed(JsonNode node, Random random, int changes) {
            JsonNode copy = MAPPER.readTree(node.toString());
            for (int i = 0; i < changes; i++) {
                copy = changedOnce(copy, random);
            }
            return copy;
        }

        private static JsonNode changedOnce(JsonNode node, Random random) {
            if (node instanceof ObjectNode object && !object.isEmpty() && random.nextInt(5) > 0) {
                List<String> names = new ArrayList<>(object.propertyNames());
                String name = names.get(random.nextInt(names.size()));
                switch (random.nextInt(4)) {
                    case 0 -> object.remove(name);
                    case 1 -> object.set("abcde".substring(random.nextInt(5)).substring(0, 1), scalar(random));
                    default -> object.set(name, changedOnce(object.get(name), random));
                }
                return object;
            }
            if (node instanceof ArrayNode array && !array.isEmpty() && random.nextInt(5) > 0) {
                int index = random.nextInt(array.size());
                switch (random.nextInt(5)) {
                    case 0 -> array.remove(index);
                    case 1 -> array.insert(index, scalar(random));
                    case 2 -> array.add(array.remove(index));
                    default -> array.set(index, changedOnce(array.get(index), random));
                }
                return array;
            }
            return node.isNumber() && random.nextBoolean()
                    ? NODES.numberNode(node.decimalValue().add(new BigDecimal("0.3")))
                    : scalar(random);
        }
    }
}
