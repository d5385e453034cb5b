package dev.banyan.rules;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Finds the best match of all: the host first, the longest name before the longest wildcard before every host. */
final class HostIndex {

    static final int HOST_CHARS_MAX = 255;

    private final Map<String, PathIndex> names = new HashMap<>();
    /** By what follows the asterisk: {@code .example.com}. */
    private final Map<String, PathIndex> wildcards = new HashMap<>();

    private final PathIndex everyHost = new PathIndex();

    HostIndex(MatchGroups groups, Map<String, RoutePlan> planByRoute) {
        groups.groups().forEach((key, group) -> {
            MatchEntry best = null;
            for (RankedMatch each : group.reversed()) {
                best = MatchEntry.of(each, plan(planByRoute, each.route()), groups.foldsCase(), best);
            }
            if (best != null) {
                of(key.host()).put(key, best);
            }
        });
    }

    private static RoutePlan plan(Map<String, RoutePlan> planByRoute, Route route) {
        RoutePlan plan = planByRoute.get(route.name());
        if (plan == null) {
            throw new IllegalArgumentException("route: " + route.name() + " (expected: one with a plan)");
        }
        return plan;
    }

    private PathIndex of(String host) {
        if (host.isEmpty()) {
            return everyHost;
        }
        return host.startsWith("*.")
                ? wildcards.computeIfAbsent(host.substring(1), _ -> new PathIndex())
                : names.computeIfAbsent(host, _ -> new PathIndex());
    }

    /** The best match; null when none fits. */
    @Nullable
    MatchEntry find(String path, RequestFacts facts) {
        MatchEntry found = names.isEmpty() && wildcards.isEmpty() ? null : byHost(path, facts);
        if (found == null) {
            found = everyHost.find(path, facts);
        }
        return found;
    }

    private @Nullable MatchEntry byHost(String path, RequestFacts facts) {
        String host = normal(facts.host());
        if (host.length() > HOST_CHARS_MAX) {
            return null;
        }
        PathIndex named = names.get(host);
        MatchEntry found = named == null ? null : named.find(path, facts);
        int dot = wildcards.isEmpty() ? -1 : host.indexOf('.', 1);
        while (found == null && dot >= 0) {
            PathIndex wildcard = wildcards.get(host.substring(dot));
            found = wildcard == null ? null : wildcard.find(path, facts);
            dot = host.indexOf('.', dot + 1);
        }
        return found;
    }

    /** Lower case, without a port or the root's dot. */
    static String normal(String host) {
        int colon = host.lastIndexOf(':');
        boolean port =
                colon >= 0 && host.indexOf(']', colon) < 0 && (host.startsWith("[") || host.indexOf(':') == colon);
        String name = port ? host.substring(0, colon) : host;
        name = name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
        return name.toLowerCase(Locale.ROOT);
    }
}
