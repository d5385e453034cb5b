package dev.banyan.rules;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A route with the things it names: says what becomes of a request that it matches. */
final class RoutePlan {

    private static final int BAD_REQUEST = 400;

    private static final Decision.Choice BASELINE_BY_SCHEDULE =
            new Decision.Choice(Side.BASELINE, ChosenBy.SCHEDULE, Cohort.LAST_BUCKET, null, false);
    private static final Decision.Choice BASELINE_BY_STAGE =
            new Decision.Choice(Side.BASELINE, ChosenBy.STAGE, Cohort.LAST_BUCKET, null, false);
    private static final Decision.Choice CANDIDATE_BY_STAGE =
            new Decision.Choice(Side.CANDIDATE, ChosenBy.STAGE, Cohort.LAST_BUCKET, null, false);

    private final Route route;
    private final Backend baseline;
    private final @Nullable Backend candidate;
    private final @Nullable Cohort cohort;

    /** The cohort's, in a form that takes one look. */
    private final Map<String, Side> assigned;

    private final long fromMillis;
    private final long untilMillis;

    /** {@code candidate} is null for a route that redirects or is retired. */
    RoutePlan(
            Route route,
            Backend baseline,
            @Nullable Backend candidate,
            @Nullable Cohort cohort,
            Map<String, Side> assigned) {
        this.route = route;
        this.baseline = baseline;
        this.candidate = candidate;
        this.cohort = cohort;
        this.assigned = assigned;
        Schedule schedule = route.schedule();
        this.fromMillis = schedule == null || schedule.from() == null
                ? Long.MIN_VALUE
                : schedule.from().toEpochMilli();
        this.untilMillis = schedule == null || schedule.until() == null
                ? Long.MAX_VALUE
                : schedule.until().toEpochMilli();
    }

    Route route() {
        return route;
    }

    /** {@code match} is the index of the match that fitted; {@code newKeys} makes the value of a new cookie. */
    Decision decide(RequestFacts facts, int match, Supplier<String> newKeys) {
        if (facts.atMillis() < fromMillis || facts.atMillis() >= untilMillis) {
            return toBaseline(match, BASELINE_BY_SCHEDULE);
        }
        return switch (route.stage()) {
            case OFF, SHADOW -> toBaseline(match, BASELINE_BY_STAGE);
            case LIVE -> {
                Decision.Choice choice = choose(facts, newKeys);
                yield choice.side() == Side.CANDIDATE ? toCandidate(facts, match, choice) : toBaseline(match, choice);
            }
            case COMPLETE -> toCandidate(facts, match, CANDIDATE_BY_STAGE);
            case RETIRED -> new Decision.Gone(route, match);
        };
    }

    private Decision.Choice choose(RequestFacts facts, Supplier<String> newKeys) {
        String key = cohort == null ? null : callerKey(cohort.key(), facts);
        int bucket = cohort == null || key == null ? Cohort.LAST_BUCKET : cohort.bucket(key);
        Side forced = cohort == null || !facts.trusted() ? null : override(cohort.overrides(), facts);
        if (forced != null) {
            return new Decision.Choice(forced, ChosenBy.OVERRIDE, bucket, null, true);
        }
        boolean split = route.isSplit() || !assigned.isEmpty();
        Side own = key == null ? null : assigned.get(key);
        if (own != null) {
            return new Decision.Choice(own, ChosenBy.ASSIGNMENT, bucket, null, split);
        }
        NewCookie issue = key == null && route.isSplit() && cohort != null && Navigation.isPage(facts)
                ? newCookie(cohort, newKeys)
                : null;
        Side side = bucket < route.weight() ? Side.CANDIDATE : Side.BASELINE;
        return new Decision.Choice(side, ChosenBy.WEIGHT, bucket, issue, split);
    }

    private Decision toBaseline(int match, Decision.Choice choice) {
        return new Decision.Routed(route, match, baseline, choice, null);
    }

    private Decision toCandidate(RequestFacts facts, int match, Decision.Choice choice) {
        Redirect redirect = route.redirect();
        PathReplacement replacement = Route.replacement(route.rewrite(), redirect);
        String path = null;
        if (replacement != null) {
            path = NewPath.of(facts.rawPath(), route.matches().get(match).path(), replacement);
            if (path == null) {
                return new Decision.Refused(
                        BAD_REQUEST, "the path cannot be rewritten: it can be read in several ways");
            }
        }
        if (redirect != null) {
            String location = NewLocation.of(facts, redirect, path);
            return location == null
                    ? new Decision.Refused(BAD_REQUEST, "the host is not one that a caller can be sent to")
                    : new Decision.Redirected(route, match, redirect.statusCode(), location, choice);
        }
        Rewrite rewrite = route.rewrite();
        Decision.Rewritten rewritten = rewrite == null ? null : new Decision.Rewritten(rewrite.hostname(), path);
        return candidate == null
                ? toBaseline(match, choice)
                : new Decision.Routed(route, match, candidate, choice, rewritten);
    }

    private static @Nullable Side override(List<Cohort.SideOverride> overrides, RequestFacts facts) {
        for (int i = 0; i < overrides.size(); i++) {
            Cohort.SideOverride each = overrides.get(i);
            if (each.value().equals(value(each.where(), facts))) {
                return each.to();
            }
        }
        return null;
    }

    private static @Nullable String callerKey(List<Cohort.Key> keys, RequestFacts facts) {
        for (int i = 0; i < keys.size(); i++) {
            String value = value(keys.get(i), facts);
            if (value != null && !value.isEmpty()) {
                return value;
            }
        }
        return null;
    }

    /** What a request has in the place of a key; null for nothing. */
    static @Nullable String value(Cohort.Key key, RequestFacts facts) {
        return switch (key) {
            case Cohort.Key.Header(var name) -> facts.headers().first(name);
            case Cohort.Key.Cookie(var name) -> Cookies.first(facts.headers(), name);
            case Cohort.Key.GenerateCookie(var name) -> Cookies.first(facts.headers(), name);
        };
    }

    private static @Nullable NewCookie newCookie(Cohort cohort, Supplier<String> newKeys) {
        return cohort.key().getLast() instanceof Cohort.Key.GenerateCookie(var name)
                ? new NewCookie(name, newKeys.get())
                : null;
    }

    /** Every route's plan, by the route's name. */
    static Map<String, RoutePlan> of(RuleSet rules, Backend baseline) {
        Map<String, Backend> backends = new HashMap<>();
        rules.backends().forEach(each -> backends.put(each.name(), each));
        Map<String, Cohort> cohorts = new HashMap<>();
        Map<String, Map<String, Side>> assigned = new HashMap<>();
        for (Cohort each : rules.cohorts()) {
            cohorts.put(each.name(), each);
            assigned.put(each.name(), Map.copyOf(each.assigned()));
        }
        Map<String, RoutePlan> plans = new HashMap<>();
        for (Route route : rules.routes()) {
            Backend candidate = route.candidate() == null ? null : backends.get(route.candidate());
            Cohort cohort = route.cohort() == null ? null : cohorts.get(route.cohort());
            Map<String, Side> sides = cohort == null ? Map.of() : assigned.getOrDefault(cohort.name(), Map.of());
            plans.put(route.name(), new RoutePlan(route, baseline, candidate, cohort, sides));
        }
        return plans;
    }
}
