package dev.banyan.gateway.shift;

import dev.banyan.gateway.store.OwnName;
import dev.banyan.rules.gate.Evidence;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What this gateway has seen in the windows of routes. In each it counts from when it first heard of the window, so sums
 * of one process only ever grow, and those of a process before it stay beside them. A route that goes from the rules and comes
 * back is counted from there on. While this gateway's rules compare otherwise than those a window was begun by, or ask the candidate otherwise,
 * what it sees is not of that window.
 */
final class OwnCounts {

    private static final Logger LOG = LoggerFactory.getLogger(OwnCounts.class);

    private static final class Own {
        private final WindowKey window;
        private final dev.banyan.rules.Standpoint standpoint;
        private final PlanKeys keys;
        private Evidence before = Evidence.NONE;
        private Evidence kept = Evidence.NONE;
        private Evidence published = Evidence.NONE;
        private boolean counting;

        private Own(WindowKey window, dev.banyan.rules.Standpoint standpoint, PlanKeys keys) {
            this.window = window;
            this.standpoint = standpoint;
            this.keys = keys;
        }

        private Evidence seen(ShiftRunner.Counts counts) {
            return counting ? kept.plus(counts.soFar(window.route(), standpoint).minus(before)) : kept;
        }

        /** Counts from here on, or no more, by whether this gateway's rules are those of the window. */
        private void under(PlanKeys rules, ShiftRunner.Counts counts) {
            boolean isOfIt = keys.countsAs(rules);
            if (isOfIt == counting) {
                return;
            }
            kept = seen(counts);
            before = isOfIt ? counts.soFar(window.route(), standpoint) : Evidence.NONE;
            counting = isOfIt;
        }
    }

    private final ShiftRunner.Counts counts;
    private final Map<String, Own> byRoute = new HashMap<>();
    private final Map<String, WindowKey> begun = new HashMap<>();
    private Map<String, PlanKeys> counted = Map.of();

    OwnCounts(ShiftRunner.Counts counts) {
        this.counts = counts;
    }

    /** How a trip-wire of this gateway signs. */
    String gateway() {
        return OwnName.get();
    }

    /** Counts for the routes of these plans that have an analysis, and for no others. */
    synchronized void count(Collection<Plan> plans) {
        counts.follow(plans);
        counted = plans.stream()
                .filter(each -> each.analysis() != null)
                .collect(Collectors.toUnmodifiableMap(Plan::route, Plan::keys));
        byRoute.keySet().retainAll(counted.keySet());
        byRoute.forEach((route, own) -> under(own, counted.get(route)));
    }

    private void under(Own own, @Nullable PlanKeys rules) {
        if (rules != null) {
            own.under(rules, counts);
        }
    }

    /** Begins to count where a new window has begun. */
    synchronized void follow(Map<String, Head> heads) {
        byRoute.keySet().retainAll(heads.keySet());
        begun.keySet().retainAll(heads.keySet());
        for (Head head : heads.values()) {
            WindowKey begins = head.state() instanceof ShiftState.OnSteps steps
                    ? WindowKey.of(head, steps.at())
                    : new WindowKey(head.route(), head.generation(), head.number());
            if (!begins.equals(begun.put(head.route(), begins))) {
                counts.begins(head.route());
            }
            if (!(head.state() instanceof ShiftState.OnSteps on) || !counted.containsKey(head.route())) {
                byRoute.remove(head.route());
                continue;
            }
            WindowKey window = WindowKey.of(head, on.at());
            Own known = byRoute.get(head.route());
            if (known == null || !known.window.equals(window)) {
                var own = new Own(window, on.at().standpoint(), head.keys());
                byRoute.put(head.route(), own);
                under(own, counted.get(head.route()));
            }
        }
    }

    /** What has become more since it was published last. */
    synchronized Map<WindowKey, Evidence> changed() {
        var changed = new HashMap<WindowKey, Evidence>();
        for (Own own : byRoute.values()) {
            try {
                Evidence seen = own.seen(counts);
                if (!seen.equals(own.published)) {
                    changed.put(own.window, seen);
                }
            } catch (RuntimeException e) {
                LOG.error("route {}: what it has seen is not published", own.window.route(), e);
            }
        }
        return changed;
    }

    /** Says that the store has what {@link #changed} gave. */
    synchronized void published(Map<WindowKey, Evidence> changed) {
        for (Own own : byRoute.values()) {
            own.published = changed.getOrDefault(own.window, own.published);
        }
    }
}
