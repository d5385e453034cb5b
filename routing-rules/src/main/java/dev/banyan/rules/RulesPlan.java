package dev.banyan.rules;

import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What changes between two rule sets, by meaning: the order and layout of files never count.
 *
 * @param entries everything that was added, removed or changed, by kind and name
 * @param newlyCovered matches of the new rules that can never win, and could before or were not there
 */
public record RulesPlan(List<Entry> entries, List<Reachability.Covered> newlyCovered) {

    public RulesPlan {
        entries = List.copyOf(entries);
        newlyCovered = List.copyOf(newlyCovered);
    }

    /** What became of an entry. */
    public enum Change {
        ADDED,
        REMOVED,
        CHANGED
    }

    /**
     * One route, backend or cohort, or the trusted networks.
     *
     * @param where {@code routes[orders]}
     * @param keys what of a changed entry differs
     * @param movedBuckets of 10,000, how many get another side on this route; 0 for what is no route
     */
    public record Entry(String where, Change change, List<KeyChange> keys, int movedBuckets) {
        public Entry {
            keys = List.copyOf(keys);
        }
    }

    /** One key that differs. */
    public record KeyChange(String key, String before, String after) {}

    private static final Map<String, Function<Route, @Nullable Object>> ROUTE_KEYS = routeKeys();

    /** What has so many keys of its own that each change of one is a line. */
    private static final Set<String> SECTIONS = Set.of("mirror", "compare", "analysis");

    private static Map<String, Function<Route, @Nullable Object>> routeKeys() {
        Map<String, Function<Route, @Nullable Object>> keys = new LinkedHashMap<>();
        keys.put("hostnames", route -> new LinkedHashSet<>(route.hostnames()));
        keys.put("matches", route -> new LinkedHashSet<>(route.matches()));
        keys.put("candidate", Route::candidate);
        keys.put("cohort", Route::cohort);
        keys.put(
                "stage",
                route -> route.isDriven() ? null : route.stage()); // as the file has it: its steps say the rest
        keys.put("weight", Route::weight);
        keys.put("maxBodySize", Route::bodyBytesMax);
        keys.put("timeouts.request", Route::requestTimeout);
        keys.put("fallback", route -> route.fallback() ? "baseline" : "none");
        keys.put("rewrite", Route::rewrite);
        keys.put("redirect", Route::redirect);
        keys.put("retired", Route::retired);
        keys.put("schedule", Route::schedule);
        keys.put("filters", Route::filters);
        keys.put("mirror", Route::mirror);
        keys.put("compare", route -> Objects.requireNonNullElse(route.compare(), Compare.UNSET));
        keys.put("analysis", Route::analysis);
        keys.put("steps", Route::steps);
        keys.put("priority", Route::priority);
        keys.put("lint.allow", route -> new LinkedHashSet<>(route.lintAllowed()));
        return keys;
    }

    /** What {@code after} does differently. */
    public static RulesPlan of(RuleSet before, RuleSet after) {
        List<Entry> entries = new ArrayList<>();
        entries.addAll(plain(
                "trustedNetworks",
                Map.of("", inOrder(before.trustedNetworks())),
                Map.of("", inOrder(after.trustedNetworks()))));
        entries.addAll(
                plain("backends", byName(before.backends(), Backend::name), byName(after.backends(), Backend::name)));
        entries.addAll(plain("cohorts", byName(before.cohorts(), Cohort::name), byName(after.cohorts(), Cohort::name)));
        entries.addAll(routes(before, after));
        return new RulesPlan(entries, newlyCovered(before, after));
    }

    /** Whether the rules say the same. */
    public boolean isEmpty() {
        return entries.isEmpty();
    }

    private static Set<Network> inOrder(List<Network> networks) {
        return networks.stream()
                .sorted(Comparator.comparing(Network::toString))
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    private static <T> Map<String, T> byName(List<T> all, Function<T, String> name) {
        Map<String, T> byName = new TreeMap<>();
        all.forEach(each -> byName.put(name.apply(each), each));
        return byName;
    }

    private static List<Entry> plain(String kind, Map<String, ?> before, Map<String, ?> after) {
        List<Entry> entries = new ArrayList<>();
        for (String name : names(before, after)) {
            Object old = before.get(name);
            Object now = after.get(name);
            if (!Objects.equals(old, now)) {
                String where = name.isEmpty() ? kind : kind + "[" + name + "]";
                List<KeyChange> keys = old == null || now == null ? List.of() : keys("", old, now);
                entries.add(new Entry(where, change(old, now), keys, 0));
            }
        }
        return entries;
    }

    /** What differs between two values: of two records part by part, of two sets entry by entry. */
    private static List<KeyChange> keys(String key, @Nullable Object before, @Nullable Object after) {
        if (Objects.equals(before, after)) {
            return List.of();
        }
        List<KeyChange> keys = new ArrayList<>();
        if (before instanceof Record a && after instanceof Record b && a.getClass() == b.getClass()) {
            for (RecordComponent part : a.getClass().getRecordComponents()) {
                String word = RuleWords.key(part);
                String name = key.isEmpty() ? word : key + "." + word;
                keys.addAll(keys(name, RuleWords.part(part, a), RuleWords.part(part, b)));
            }
        } else if (before instanceof Map<?, ?> a && after instanceof Map<?, ?> b) {
            Set<Object> all = new LinkedHashSet<>(a.keySet());
            all.addAll(b.keySet());
            all.forEach(each -> keys.addAll(keys(key + "[" + each + "]", a.get(each), b.get(each))));
        } else if (key.equals("urls") && before instanceof List<?> a && after instanceof List<?> b && only(a, b)) {
            keys.addAll(keys("url", a.getFirst(), b.getFirst()));
        } else if (before instanceof Set<?> a && after instanceof Set<?> b) {
            a.stream()
                    .filter(each -> !b.contains(each))
                    .forEach(each -> keys.add(new KeyChange(key, RuleWords.of(each), RuleWords.of(null))));
            b.stream()
                    .filter(each -> !a.contains(each))
                    .forEach(each -> keys.add(new KeyChange(key, RuleWords.of(null), RuleWords.of(each))));
        } else {
            keys.add(new KeyChange(key, RuleWords.of(key, before), RuleWords.of(key, after)));
        }
        return keys;
    }

    private static boolean only(List<?> before, List<?> after) {
        return before.size() == 1 && after.size() == 1;
    }

    private static Set<String> names(Map<String, ?> before, Map<String, ?> after) {
        Set<String> names = new TreeSet<>(before.keySet());
        names.addAll(after.keySet());
        return names;
    }

    private static Change change(@Nullable Object before, @Nullable Object after) {
        return before == null ? Change.ADDED : after == null ? Change.REMOVED : Change.CHANGED;
    }

    private static List<Entry> routes(RuleSet before, RuleSet after) {
        Map<String, Route> old = byName(before.routes(), Route::name);
        Map<String, Route> now = byName(after.routes(), Route::name);
        List<Entry> entries = new ArrayList<>();
        for (String name : names(old, now)) {
            Route a = old.get(name);
            Route b = now.get(name);
            List<KeyChange> keys = a == null || b == null ? List.of() : keys(a, b);
            int moved = moved(side(a), cohort(before, a), side(b), cohort(after, b));
            if (a == null || b == null || !keys.isEmpty() || moved > 0) {
                entries.add(new Entry("routes[" + name + "]", change(a, b), keys, moved));
            }
        }
        return entries;
    }

    private static List<KeyChange> keys(Route before, Route after) {
        List<KeyChange> keys = new ArrayList<>();
        ROUTE_KEYS.forEach((key, value) -> {
            Object old = value.apply(before);
            Object now = value.apply(after);
            boolean each = SECTIONS.contains(key) || (old instanceof Set && now instanceof Set);
            if (each) {
                keys.addAll(keys(key, old, now));
            } else if (!Objects.equals(old, now)) {
                keys.add(new KeyChange(key, RuleWords.of(key, old), RuleWords.of(key, now)));
            }
        });
        return keys;
    }

    /** Below which bucket a route has its candidate's side; a route that is not there has none. */
    static int side(@Nullable Route route) {
        if (route == null) {
            return 0;
        }
        return switch (route.stage()) {
            case OFF, SHADOW -> 0;
            case LIVE -> route.weight();
            case COMPLETE, RETIRED -> Route.EVERYONE;
        };
    }

    static @Nullable Cohort cohort(RuleSet rules, @Nullable Route route) {
        return rules.cohorts().stream()
                .filter(each -> route != null && each.name().equals(route.cohort()))
                .findFirst()
                .orElse(null);
    }

    /** With one order of callers, those between the two weights; with two orders, what is to be expected of chance. */
    private static int moved(int before, @Nullable Cohort old, int after, @Nullable Cohort now) {
        if (sameOrder(old, now)) {
            return Math.abs(before - after);
        }
        long all = Route.EVERYONE;
        return (int) ((before * (all - after) + after * (all - before)) / all);
    }

    /** Whether both put callers in one order; where nobody is told apart, any order will do. */
    static boolean sameOrder(@Nullable Cohort old, @Nullable Cohort now) {
        return old == null
                || now == null
                || (old.salt().equals(now.salt()) && old.key().equals(now.key()));
    }

    private static List<Reachability.Covered> newlyCovered(RuleSet before, RuleSet after) {
        Map<String, Set<Match>> coveredBefore = new HashMap<>();
        Reachability.covered(before).forEach(each -> coveredBefore
                .computeIfAbsent(each.route().name(), _ -> new HashSet<>())
                .add(each.route().matches().get(each.match())));
        return Reachability.covered(after).stream()
                .filter(each -> !coveredBefore
                        .getOrDefault(each.route().name(), Set.of())
                        .contains(each.route().matches().get(each.match())))
                .toList();
    }
}
