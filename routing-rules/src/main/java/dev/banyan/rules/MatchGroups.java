package dev.banyan.rules;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BinaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * All matches of a rule set, those of one host and one path together and in order. Only within a group can two routes
 * tie: different paths that fit one request differ in rank.
 */
final class MatchGroups {

    /** The most matches on one path of one host. */
    static final int MATCHES_PER_PATH_MAX = 64;

    /** The most regular expressions on one host: they are tried one after the other. */
    static final int REGEXES_PER_HOST_MAX = 100;

    /** The most nodes a walk through the elements of one host's paths may visit: it may go back and try {@code {x}}. */
    static final int WALK_STEPS_MAX = 512;

    /**
     * What a group has in common.
     *
     * @param host empty for every host
     * @param path with {@code {}} for every variable; empty for expressions, which all stand in one group
     */
    record Key(String host, Match.Path.Kind kind, String path) {}

    private static final Comparator<Key> MOST_VARIABLES = Comparator.comparingLong(
                    (Key each) -> each.path.chars().filter(c -> c == '{').count())
            .thenComparing(Key::path)
            .thenComparing(Key::kind);

    private final Map<Key, List<RankedMatch>> groups = new HashMap<>();
    private final boolean foldCase;

    /** With {@code foldCase}, paths that differ in case only are one path. */
    MatchGroups(List<Route> routes, boolean foldCase) {
        this.foldCase = foldCase;
        for (Route route : routes) {
            for (int i = 0; i < route.matches().size(); i++) {
                add(route, i);
            }
        }
        groups.values().forEach(each -> each.sort(RankedMatch.STABLE));
    }

    private void add(Route route, int index) {
        Match.Path path = route.matches().get(index).path();
        String text = text(path);
        for (String host : hosts(route)) {
            groups.computeIfAbsent(new Key(host, path.kind(), text), _ -> new ArrayList<>())
                    .add(new RankedMatch(route, index));
        }
    }

    private String text(Match.Path path) {
        return switch (path.kind()) {
            case EXACT -> fold(path.value());
            case PATH_TEMPLATE -> fold(template(path.value()));
            case PATH_PREFIX -> fold(prefix(path.value()));
            case REGULAR_EXPRESSION -> "";
        };
    }

    /** The hosts of a route as keys have them. */
    static List<String> hosts(Route route) {
        return route.hostnames().isEmpty() ? List.of("") : route.hostnames();
    }

    /** All matches of one host and one path, the first before the others; of expressions all of the host. */
    List<RankedMatch> of(String host, Match.Path path) {
        return groups.getOrDefault(new Key(host, path.kind(), text(path)), List.of());
    }

    Map<Key, List<RankedMatch>> groups() {
        return groups;
    }

    boolean foldsCase() {
        return foldCase;
    }

    /** Every tie, and everything beyond a limit. */
    List<Problem> problems(Map<String, RouteSource> sources) {
        List<Problem> problems = new ArrayList<>();
        walks(sources, problems);
        groups.forEach((key, group) -> {
            boolean regexes = key.kind == Match.Path.Kind.REGULAR_EXPRESSION;
            int max = regexes ? REGEXES_PER_HOST_MAX : MATCHES_PER_PATH_MAX;
            if (group.size() > max) {
                String what = regexes ? " regular expressions on one host" : " matches on one path";
                problems.add(
                        problem(sources, ProblemKind.LIMIT, group.get(max), group.size() + what, "at most " + max));
            } else {
                ties(key, group, sources, problems);
            }
        });
        return problems;
    }

    private void walks(Map<String, RouteSource> sources, List<Problem> problems) {
        Map<String, PathNode> roots = new HashMap<>();
        Map<String, Key> worst = new HashMap<>();
        for (Key key : groups.keySet()) {
            boolean elements = key.kind == Match.Path.Kind.PATH_PREFIX || key.kind == Match.Path.Kind.PATH_TEMPLATE;
            if (elements) {
                roots.computeIfAbsent(key.host, _ -> new PathNode("")).reach(PathPattern.prefixElements(key.path));
                worst.merge(key.host, key, BinaryOperator.maxBy(MOST_VARIABLES));
            }
        }
        roots.forEach((host, root) -> {
            int steps = root.stepsMax();
            Key key = worst.get(host);
            List<RankedMatch> group = key == null ? null : groups.get(key);
            if (steps > WALK_STEPS_MAX && group != null) {
                String found = "with the other paths of its host, " + steps + " ways to go through {name} or a literal";
                problems.add(problem(sources, ProblemKind.LIMIT, group.getFirst(), found, "at most " + WALK_STEPS_MAX));
            }
        });
    }

    private void ties(Key key, List<RankedMatch> group, Map<String, RouteSource> sources, List<Problem> problems) {
        for (int i = 1; i < group.size(); i++) {
            RankedMatch second = group.get(i);
            RankedMatch first = firstTie(group.subList(0, i), second);
            if (first == null) {
                continue;
            }
            String found = "a tie with " + name(first) + at(sources, first);
            if (key.kind == Match.Path.Kind.REGULAR_EXPRESSION) {
                found += ": one path may fit both expressions";
            } else if (foldCase) {
                found += ": a backend ignores case";
            }
            String expected = "a match that asks for more, or priority on one of the routes";
            problems.add(problem(sources, ProblemKind.TIE, second, found, expected));
        }
    }

    private static @Nullable RankedMatch firstTie(List<RankedMatch> before, RankedMatch second) {
        for (RankedMatch first : before) {
            if (second.tiesWith(first)) {
                return first;
            }
        }
        return null;
    }

    private static Problem problem(
            Map<String, RouteSource> sources, ProblemKind kind, RankedMatch of, String found, String expected) {
        RouteSource source = sources.get(of.route().name());
        Yaml.Place place =
                source == null ? new Yaml.Place(0, 0) : source.matches().get(of.index());
        Path file = source == null ? Path.of("") : source.file();
        return new Problem(file, place.line(), place.column(), name(of), found, expected, kind);
    }

    private static String name(RankedMatch match) {
        return "routes[" + match.route().name() + "].matches[" + match.index() + "]";
    }

    private static String at(Map<String, RouteSource> sources, RankedMatch match) {
        RouteSource source = sources.get(match.route().name());
        if (source == null) {
            return "";
        }
        Yaml.Place place = source.matches().get(match.index());
        return " at " + source.file() + ":" + place.line() + ":" + place.column();
    }

    private String fold(String path) {
        return foldCase ? Letters.folded(path) : path;
    }

    private static String template(String path) {
        return path.indexOf('{') < 0 ? path : anonymous(PathPattern.elements(path));
    }

    private static String prefix(String path) {
        if (path.indexOf('{') >= 0) {
            return anonymous(PathPattern.prefixElements(path));
        }
        return path.length() > 1 && path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
    }

    private static String anonymous(List<String> elements) {
        return elements.stream()
                .map(each -> PathPattern.isVariable(each) ? "{}" : each)
                .collect(Collectors.joining("/", "/", ""));
    }
}
