package dev.banyan.rules;

import com.google.re2j.Pattern;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Finds matches that no request can win with, or that a route could do without. */
public final class Reachability {

    /*
     * A match is covered by another when every request that fits it fits the other as well, and the other goes first. What
     * is said here is certain: hosts, paths and conditions are compared one by one, and where expressions would have to be
     * compared nothing is said. Two matches that cover a third only together are not looked for.
     */

    /**
     * A match that another covers.
     *
     * @param by the other's route, which may be the same one
     */
    public record Covered(Route route, int match, Route by, int byMatch) {}

    /** Those that could cover a path, found by walking its elements. */
    private static final class Node {
        private final Map<String, Node> children = new HashMap<>();
        private final List<RankedMatch> prefixes = new ArrayList<>();
        private final List<RankedMatch> wholes = new ArrayList<>();

        Node reach(List<String> elements) {
            Node node = this;
            for (String element : elements) {
                node = node.children.computeIfAbsent(key(element), _ -> new Node());
            }
            return node;
        }

        private static String key(String element) {
            return PathPattern.isVariable(element) ? "{}" : element;
        }

        void collect(List<String> elements, int at, boolean whole, List<RankedMatch> found) {
            found.addAll(prefixes);
            if (at == elements.size()) {
                found.addAll(whole ? wholes : List.of());
                return;
            }
            String element = elements.get(at);
            Node same = children.get(key(element));
            if (same != null) {
                same.collect(elements, at + 1, whole, found);
            }
            Node variable = PathPattern.isVariable(element) || element.isEmpty() ? null : children.get("{}");
            if (variable != null) {
                variable.collect(elements, at + 1, whole, found);
            }
        }
    }

    private final Node root = new Node();
    private final Map<String, List<RankedMatch>> expressions = new HashMap<>();
    private final List<RankedMatch> all = new ArrayList<>();

    private Reachability(RuleSet rules) {
        for (Route route : rules.routes()) {
            for (int i = 0; i < route.matches().size(); i++) {
                add(new RankedMatch(route, i));
            }
        }
    }

    private void add(RankedMatch each) {
        all.add(each);
        Match.Path path = each.match().path();
        switch (path.kind()) {
            case EXACT, PATH_TEMPLATE ->
                root.reach(PathPattern.elements(path.value())).wholes.add(each);
            case PATH_PREFIX ->
                root.reach(PathPattern.prefixElements(path.value())).prefixes.add(each);
            case REGULAR_EXPRESSION ->
                expressions
                        .computeIfAbsent(path.value(), _ -> new ArrayList<>())
                        .add(each);
        }
    }

    /** Every match that can never win, once, with one that goes first instead. */
    public static List<Covered> covered(RuleSet rules) {
        var reachability = new Reachability(rules);
        List<Covered> covered = new ArrayList<>();
        for (RankedMatch each : reachability.all) {
            RankedMatch by = reachability.coveringEveryHost(each);
            if (by != null) {
                covered.add(new Covered(each.route(), each.index(), by.route(), by.index()));
            }
        }
        return covered;
    }

    /** One that covers a match on its first host, when on every host there is one. */
    private @Nullable RankedMatch coveringEveryHost(RankedMatch covered) {
        List<RankedMatch> near = near(covered.match().path());
        RankedMatch first = null;
        for (String host : hosts(covered.route())) {
            RankedMatch by = covering(near, new Standing(covered, host));
            if (by == null) {
                return null;
            }
            first = first == null ? by : first;
        }
        return first;
    }

    private List<RankedMatch> near(Match.Path path) {
        List<RankedMatch> near = new ArrayList<>();
        switch (path.kind()) {
            case EXACT, PATH_TEMPLATE -> root.collect(PathPattern.elements(path.value()), 0, true, near);
            case PATH_PREFIX -> root.collect(PathPattern.prefixElements(path.value()), 0, false, near);
            case REGULAR_EXPRESSION -> {
                near.addAll(root.prefixes);
                near.addAll(expressions.getOrDefault(path.value(), List.of()));
            }
        }
        return near;
    }

    private static @Nullable RankedMatch covering(List<RankedMatch> near, Standing covered) {
        for (RankedMatch each : near) {
            if (each.equals(covered.ranked())
                    || !covers(each.match(), covered.ranked().match())) {
                continue;
            }
            for (String host : hosts(each.route())) {
                if (coversHost(host, covered.host()) && Standing.ORDER.compare(new Standing(each, host), covered) < 0) {
                    return each;
                }
            }
        }
        return null;
    }

    private static List<String> hosts(Route route) {
        return route.hostnames().isEmpty() ? List.of("") : route.hostnames();
    }

    private static boolean coversHost(String host, String other) {
        return host.isEmpty()
                || host.equals(other)
                || (host.startsWith("*.")
                        && other.endsWith(host.substring(1))
                        && other.length() >= host.length()
                        && other.length() <= HostIndex.HOST_CHARS_MAX);
    }

    /** Whether all that fits the method and fields of {@code other} fits those of {@code match}. */
    private static boolean covers(Match match, Match other) {
        return (match.method() == null || match.method().equals(other.method()))
                && implied(match.headers(), other.headers(), false)
                && implied(match.queryParams(), other.queryParams(), true)
                && implied(match.cookies(), other.cookies(), true);
    }

    private static boolean implied(List<Match.Field> fields, List<Match.Field> given, boolean caseMatters) {
        return fields.stream().allMatch(field -> given.stream()
                .anyMatch(each -> isSameName(each.name(), field.name(), caseMatters) && implies(each, field)));
    }

    private static boolean isSameName(String one, String other, boolean caseMatters) {
        return caseMatters ? one.equals(other) : one.toLowerCase(Locale.ROOT).equals(other.toLowerCase(Locale.ROOT));
    }

    private static boolean implies(Match.Field given, Match.Field field) {
        return switch (field) {
            case Match.Field.Exact exact ->
                given instanceof Match.Field.Exact && given.value().equals(exact.value());
            case Match.Field.RegularExpression regex ->
                given instanceof Match.Field.Exact
                        ? Pattern.matches(regex.value(), given.value())
                        : given.value().equals(regex.value());
        };
    }
}
