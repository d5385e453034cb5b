package dev.banyan.gateway.shift;

import dev.banyan.rules.Analysis;
import dev.banyan.rules.Route;
import dev.banyan.rules.gate.Evidence;
import dev.banyan.rules.gate.Judge;
import dev.banyan.rules.gate.Judgement;
import dev.banyan.rules.gate.SideCounts;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/** Asks the gates about a route, by what all gateways have seen. */
public final class Judging {

    private Judging() {}

    /** The windows whose counts say something about a route now. */
    static List<WindowKey> windowsOf(Head head) {
        List<WindowKey> windows = new ArrayList<>();
        if (head.state() instanceof ShiftState.OnSteps on) {
            windows.add(WindowKey.of(head, on.at()));
            Long split = on.at().splitWindow();
            if (split != null) {
                windows.add(new WindowKey(head.route(), head.generation(), split));
            }
        }
        return windows;
    }

    static List<WindowKey> windowsOf(Collection<Head> heads) {
        return heads.stream().flatMap(each -> windowsOf(each).stream()).toList();
    }

    /**
     * What was seen in a route's window. Where nobody gets the baseline, nor copies go to it, its last window that had one stands
     * in: what the new window has of it are only the requests that were under way as the route moved.
     */
    static Evidence evidence(Plan plan, Head head, At at, Map<WindowKey, Evidence> sums) {
        Evidence now = sums.getOrDefault(WindowKey.of(head, at), Evidence.NONE);
        Long split = at.splitWindow();
        boolean hasBaseline = at.standpoint().weight() < Route.EVERYONE || plan.mirrorsReverse();
        if (split == null || hasBaseline) {
            return now;
        }
        SideCounts before = sums.getOrDefault(new WindowKey(head.route(), head.generation(), split), Evidence.NONE)
                .baseline();
        return before.requests() > now.baseline().requests() ? now.withBaseline(before) : now;
    }

    /** What the gates say about a route at a step. */
    static Judgement judge(
            Plan plan, Head head, At at, Map<WindowKey, Evidence> sums, Observations observations, Instant now) {
        Analysis analysis = plan.analysis();
        return analysis == null
                ? Judgement.UNGATED
                : Judge.judge(analysis, plan.window(at, now), evidence(plan, head, at, sums), observations.of(plan));
    }
}
