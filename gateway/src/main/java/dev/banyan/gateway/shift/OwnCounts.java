package dev.banyan.gateway.shift;

import dev.banyan.rules.gate.Evidence;
import java.lang.management.ManagementFactory;
import java.util.HashMap;
import java.util.Map;

/**
 * What this gateway has seen in the windows of routes. In each it counts from when it first heard of the window, so sums
 * of one process only ever grow, and those of a process before it stay beside them.
 */
final class OwnCounts {

    private static final class Own {
        private final WindowKey window;
        private final dev.banyan.rules.Standpoint standpoint;
        private final Evidence before;
        private Evidence published = Evidence.NONE;

        private Own(WindowKey window, dev.banyan.rules.Standpoint standpoint, Evidence before) {
            this.window = window;
            this.standpoint = standpoint;
            this.before = before;
        }
    }

    private final ShiftRunner.Counts counts;
    private final Map<String, Own> byRoute = new HashMap<>();

    OwnCounts(ShiftRunner.Counts counts) {
        this.counts = counts;
    }

    /** How a trip-wire of this gateway signs. */
    String gateway() {
        return ManagementFactory.getRuntimeMXBean().getName();
    }

    /** Begins to count where a new window has begun. */
    synchronized void follow(Map<String, Head> heads) {
        byRoute.keySet().retainAll(heads.keySet());
        for (Head head : heads.values()) {
            if (!(head.state() instanceof ShiftState.OnSteps on)) {
                byRoute.remove(head.route());
                continue;
            }
            WindowKey window = WindowKey.of(head, on.at());
            Own known = byRoute.get(head.route());
            if (known == null || !known.window.equals(window)) {
                var standpoint = on.at().standpoint();
                byRoute.put(head.route(), new Own(window, standpoint, counts.soFar(head.route(), standpoint)));
            }
        }
    }

    /** What has become more since it was published last. */
    synchronized Map<WindowKey, Evidence> changed() {
        var changed = new HashMap<WindowKey, Evidence>();
        for (Own own : byRoute.values()) {
            Evidence seen = counts.soFar(own.window.route(), own.standpoint).minus(own.before);
            if (!seen.equals(own.published)) {
                changed.put(own.window, seen);
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
