package dev.banyan.gateway.shift;

import dev.banyan.gateway.store.StoreUnavailable;
import dev.banyan.rules.Analysis;
import dev.banyan.rules.Standpoint;
import dev.banyan.rules.gate.Evidence;
import dev.banyan.rules.gate.Forecast;
import dev.banyan.rules.gate.Judgement;
import dev.banyan.rules.gate.SideCounts;
import dev.banyan.rules.gate.Window;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What people are told about shifts, as plain maps in the order they are read. */
public record ShiftStatus(
        Supplier<Collection<Plan>> plans,
        ShiftRunner runner,
        ShiftStore store,
        Observations observations,
        InstantSource clock) {

    private static final String NEEDS = "needs";
    private static final int ENTRIES_SHOWN = 50;

    /** Of so many routes at once it is said how long they still need: that takes some milliseconds for each. */
    private static final int FORECASTS_MAX = 100;

    /** Every route that moves by steps, or that has a history, with what its gates say, without the evidence. */
    public Map<String, Object> all() {
        Map<String, Head> heads = runner.heads();
        Map<WindowKey, Evidence> sums = sumsIfUp(heads.values());
        List<Object> routes = new ArrayList<>();
        int forecasts = 0;
        for (Plan plan : plans.get()) {
            Head head = heads.get(plan.route());
            if (head == null && plan.drive() == Plan.Drive.HAND) {
                continue;
            }
            Map<String, Object> map = state(plan, head);
            if (sums != null && head != null && head.state() instanceof ShiftState.OnSteps on && awaitsGates(on)) {
                map.putAll(verdict(judged(plan, head, on.at(), sums)));
                if (plan.analysis() != null && forecasts++ < FORECASTS_MAX) {
                    map.put(NEEDS, needs(plan.analysis(), plan, head, on.at(), sums));
                }
            }
            routes.add(map);
        }
        Head all = heads.get(Plan.ALL);
        var map = new LinkedHashMap<String, Object>();
        map.put("frozen", all != null && all.frozen());
        map.put("leads", store.leads());
        map.put("storeUp", runner.isUp());
        map.put("unreadSeconds", Math.round(runner.unreadSeconds()));
        map.put("routes", routes);
        return map;
    }

    private static boolean awaitsGates(ShiftState.OnSteps state) {
        return switch (state) {
            case ShiftState.Running _, ShiftState.Holding _ -> true;
            case ShiftState.Waiting _, ShiftState.Paused _, ShiftState.RolledBack _, ShiftState.Done _ -> false;
        };
    }

    private @Nullable Map<WindowKey, Evidence> sumsIfUp(Collection<Head> heads) {
        if (!runner.isUp()) {
            return null;
        }
        try {
            return store.sums(Judging.windowsOf(heads));
        } catch (StoreUnavailable e) {
            return null; // said by the runner: where routes stand is told without it
        }
    }

    private Map<String, Object> state(Plan plan, @Nullable Head head) {
        Standpoint stands = runner.inForce(plan);
        var map = new LinkedHashMap<String, Object>();
        map.put("route", plan.route());
        map.put("state", head == null ? "new" : head.state().word());
        map.put("stage", stands.stage().name().toLowerCase(Locale.ROOT));
        map.put("weight", stands.weight());
        map.put("frozen", head != null && head.frozen());
        if (head != null && head.state() instanceof ShiftState.OnSteps on) {
            map.put("step", on.at().step());
            map.put("steps", plan.steps().size());
            map.put("since", on.at().since().toString());
            if (!head.keys().countsAs(plan.keys())) {
                map.put(
                        "counts",
                        "nothing here: the leader has judged by other rules of this route than this gateway has");
            }
            if (on instanceof ShiftState.RolledBack(At _, Instant _, Instant retryAt) && retryAt != null) {
                map.put("retryAt", retryAt.toString());
            }
        }
        return map;
    }

    /** One route with its evidence, what is missing, and its last entries; empty when there is no such route. */
    public Optional<Map<String, Object>> one(String route) throws StoreUnavailable {
        Optional<Plan> plan =
                plans.get().stream().filter(each -> each.route().equals(route)).findFirst();
        if (plan.isEmpty()) {
            return Optional.empty();
        }
        Head head = runner.heads().get(route);
        Map<String, Object> map = state(plan.get(), head);
        if (head != null && head.state() instanceof ShiftState.OnSteps on) {
            map.putAll(evidence(plan.get(), head, on.at()));
        }
        List<Object> entries = new ArrayList<>();
        if (runner.isUp()) {
            store.journal(route, ENTRIES_SHOWN).forEach(each -> entries.add(Webhooks.told(each)));
        }
        map.put("journal", entries);
        return Optional.of(map);
    }

    private Map<String, Object> evidence(Plan plan, Head head, At at) throws StoreUnavailable {
        var map = new LinkedHashMap<String, Object>();
        if (!runner.isUp()) {
            return map;
        }
        Map<WindowKey, Evidence> sums = store.sums(Judging.windowsOf(head));
        Evidence seen = Judging.evidence(plan, head, at, sums);
        Judgement judgement = judged(plan, head, at, sums);
        map.putAll(verdict(judgement));
        map.put("limits", judgement.limits());
        map.put("baseline", side(seen.baseline()));
        map.put("candidate", side(seen.candidate()));
        map.put("mismatches", seen.mismatches());
        if (plan.analysis() != null) {
            map.put(NEEDS, needs(plan.analysis(), plan, head, at, sums));
        }
        return map;
    }

    private Judgement judged(Plan plan, Head head, At at, Map<WindowKey, Evidence> sums) {
        return Judging.judge(plan, head, at, sums, observations, clock.instant());
    }

    private static Map<String, Object> verdict(Judgement judgement) {
        var map = new LinkedHashMap<String, Object>();
        map.put("verdict", judgement.verdict().name().toLowerCase(Locale.ROOT));
        map.put("words", judgement.words());
        return map;
    }

    private static Map<String, Object> side(SideCounts side) {
        var map = new LinkedHashMap<String, Object>();
        map.put("requests", side.requests());
        map.put("errors", side.errors());
        map.put("p50Millis", side.latencies().millisAt(50));
        map.put("p95Millis", side.latencies().millisAt(95));
        map.put("p99Millis", side.latencies().millisAt(99));
        return map;
    }

    /** What a candidate as good as the baseline would need, and when it would have it at the traffic of this window. */
    private Map<String, Object> needs(Analysis analysis, Plan plan, Head head, At at, Map<WindowKey, Evidence> sums) {
        Window window = plan.window(at, clock.instant());
        Evidence seen = Judging.evidence(plan, head, at, sums);
        var map = new LinkedHashMap<String, Object>();
        SideCounts baseline = seen.baseline().requests() == 0 ? Forecast.usualBaseline() : seen.baseline();
        Optional<Long> needed = Forecast.requestsNeeded(analysis, window, baseline);
        long has = Forecast.seen(analysis, window, seen);
        map.put("seen", has);
        map.put("needed", needed.orElse(null));
        Duration since = window.sinceStep();
        if (needed.isPresent() && has > 0 && since.isPositive()) {
            double left = Math.max(0, needed.get() - has) * (double) since.toMillis() / has;
            double untilMinDuration =
                    Math.max(0, analysis.minDuration().minus(since).toMillis());
            map.put("hoursLeft", Math.round(Math.max(left, untilMinDuration) / 36_000) / 100.0);
        } else {
            map.put("hoursLeft", null);
        }
        return map;
    }
}
