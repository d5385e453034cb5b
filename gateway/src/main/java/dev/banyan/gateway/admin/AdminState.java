package dev.banyan.gateway.admin;

import dev.banyan.gateway.backend.Instance;
import dev.banyan.gateway.backend.LiveBackend;
import dev.banyan.gateway.backend.WaitingLimit;
import dev.banyan.gateway.live.LiveRules;
import dev.banyan.gateway.live.Rejection;
import dev.banyan.gateway.live.RulesInForce;
import dev.banyan.gateway.mirror.MirrorCounts;
import dev.banyan.gateway.mirror.Mirrors;
import dev.banyan.gateway.record.Outcome;
import dev.banyan.gateway.record.RouteCounts;
import dev.banyan.gateway.record.Traffic;
import dev.banyan.rules.Route;
import dev.banyan.rules.Side;
import dev.banyan.rules.Stage;
import dev.banyan.rules.gate.Mismatches;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What the admin API tells, as plain maps in the order they are read. */
record AdminState(RulesInForce inForce, Traffic traffic, Mirrors mirrors) {

    Map<String, Object> routes() {
        LiveRules live = inForce.current();
        List<Object> routes = new ArrayList<>();
        for (Route route : live.table().rules().routes()) {
            var one = new LinkedHashMap<String, Object>();
            one.put("name", route.name());
            one.put("stage", route.stage().name().toLowerCase(Locale.ROOT));
            one.put("weight", route.weight());
            one.put("candidate", route.candidate());
            one.put("cohort", route.cohort());
            one.put("fallback", route.fallback());
            one.putAll(counts(traffic.of(route.name())));
            if (route.mirror() != null) {
                one.put("mirror", mirror(route.name()));
            }
            if (route.stage() == Stage.RETIRED) {
                one.put("callers", traffic.callers(route.name()));
            }
            routes.add(one);
        }
        var all = new LinkedHashMap<String, Object>();
        all.put("hash", live.hash());
        all.put("routes", routes);
        all.put("unrouted", counts(traffic.of(Outcome.NO_ROUTE)));
        all.put("backends", backends(live));
        return all;
    }

    private static Map<String, Object> counts(RouteCounts counts) {
        var map = new LinkedHashMap<String, Object>();
        map.put("requests", bySide(counts::assigned));
        map.put("served", counts.served());
        map.put("statuses", counts.statuses());
        map.put("errors", bySide(counts::errors));
        map.put("failures", counts.failures());
        map.put("fallbacks", counts.fallbacks());
        map.put("aborted", counts.aborted());
        map.put("meanHeadMillis", bySide(counts::meanHeadMillis));
        return map;
    }

    private Map<String, Object> mirror(String route) {
        MirrorCounts counts = mirrors.counts(route);
        Mismatches mismatches = counts.mismatches();
        var map = new LinkedHashMap<String, Object>();
        map.put("copies", bySide(side -> counts.copies(side).requests()));
        map.put("copyErrors", bySide(side -> counts.copies(side).errors()));
        map.put("compared", mismatches.compared());
        map.put(
                "mismatched",
                Map.of(
                        "breaking", mismatches.breaking(),
                        "behavioural", mismatches.behavioural(),
                        "compatible", mismatches.compatible()));
        map.put("notComparable", mismatches.notComparable());
        var skipped = new LinkedHashMap<String, Object>();
        counts.skippedSoFar().forEach((why, count) -> skipped.put(why.name().toLowerCase(Locale.ROOT), count));
        map.put("skipped", skipped);
        map.put("inFlight", mirrors.inFlight(route));
        return map;
    }

    private static Map<String, Object> bySide(java.util.function.Function<Side, Object> value) {
        var map = new LinkedHashMap<String, Object>();
        for (Side side : Side.values()) {
            map.put(side.name().toLowerCase(Locale.ROOT), value.apply(side));
        }
        return map;
    }

    private static List<Object> backends(LiveRules live) {
        List<Object> backends = new ArrayList<>();
        for (LiveBackend backend : live.backends().all()) {
            var one = new LinkedHashMap<String, Object>();
            one.put("name", backend.name());
            one.put("url", backend.instances().getFirst().origin().toString());
            one.put("instances", instances(backend));
            one.put("baseline", backend.backend().baseline());
            one.put("inFlight", backend.inFlight());
            one.put("maxConnections", backend.backend().maxConnections());
            WaitingLimit adaptive = backend.adaptiveLimit();
            if (adaptive != null) {
                one.put("waiting", adaptive.waiting());
                one.put("waitingMax", adaptive.calls());
            }
            one.put("breaker", backend.breakerState());
            backends.add(one);
        }
        return backends;
    }

    private static List<Object> instances(LiveBackend backend) {
        List<Object> instances = new ArrayList<>();
        for (Instance instance : backend.instances()) {
            var one = new LinkedHashMap<String, Object>();
            one.put("url", instance.origin().toString());
            one.put("well", instance.isWell());
            one.put("inFlight", instance.inFlight());
            instances.add(one);
        }
        return instances;
    }

    Map<String, Object> rules() {
        LiveRules live = inForce.current();
        var map = new LinkedHashMap<String, Object>();
        map.put("hash", live.hash());
        map.put("source", inForce.source().where());
        map.put("loadedAt", live.since().toString());
        map.put("routes", live.table().rules().routes().size());
        map.put("swaps", inForce.swaps());
        map.put("rejections", inForce.rejections());
        Instant copySince = inForce.copySince();
        map.put("copySince", copySince == null ? null : copySince.toString());
        map.put("lastRejected", rejected(inForce.lastRejected()));
        return map;
    }

    /**
     * Returns {@code up}, by which rules ({@code current}; {@code stale}: newer ones are refused, or cannot be asked for; {@code copy}), and for how many
     * seconds their source has not said what is newest, null while it has not at all.
     */
    Map<String, Object> health() {
        String rules = inForce.copySince() != null ? "copy" : inForce.lastRejected() != null ? "stale" : "current";
        double unconfirmed = inForce.unconfirmedSeconds();
        var map = new LinkedHashMap<String, Object>();
        map.put("status", "up");
        map.put("rules", rules);
        map.put("rulesUnconfirmedSeconds", Double.isInfinite(unconfirmed) ? null : (long) unconfirmed);
        return map;
    }

    @org.jspecify.annotations.Nullable
    Map<String, Object> rejected(@org.jspecify.annotations.Nullable Rejection rejection) {
        if (rejection == null) {
            return null;
        }
        var map = new LinkedHashMap<String, Object>();
        map.put("at", rejection.at().toString());
        map.put(
                "problems",
                rejection.problems().stream()
                        .map(problem -> Map.of(
                                "file", problem.file().toString(),
                                "line", problem.line(),
                                "column", problem.column(),
                                "where", problem.where(),
                                "found", problem.found(),
                                "expected", problem.expected()))
                        .toList());
        return map;
    }

    boolean reload() {
        return inForce.reload();
    }

    static double inFlight(RulesInForce rules) {
        double sum = 0;
        for (LiveBackend backend : rules.current().backends().all()) {
            sum += backend.inFlight();
        }
        return sum;
    }
}
