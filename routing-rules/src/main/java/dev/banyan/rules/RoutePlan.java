package dev.banyan.rules;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A route with the things it names: says what becomes of a request that it matches. */
final class RoutePlan {

    private static final int BAD_REQUEST = 400;
    private static final int PERCENT_ALL = 100;

    private static final Decision.Choice BASELINE_BY_SCHEDULE =
            new Decision.Choice(Side.BASELINE, ChosenBy.SCHEDULE, Cohort.LAST_BUCKET, null, false);
    private static final Decision.Choice BASELINE_BY_STAGE =
            new Decision.Choice(Side.BASELINE, ChosenBy.STAGE, Cohort.LAST_BUCKET, null, false);
    private static final Decision.Choice CANDIDATE_BY_STAGE =
            new Decision.Choice(Side.CANDIDATE, ChosenBy.STAGE, Cohort.LAST_BUCKET, null, false);

    /*
     * What a decision asks of most routes stands here, beside each other: with many routes no cache holds one, and a decision that
     * needs nothing special of its route does not wait for the route itself.
     */

    private final Route route;
    private final String name;
    private final int place;
    private final Stage stage;
    private final int weight;
    private final boolean split;
    /** Whether it changes no request and sends none elsewhere or to both sides. */
    private final boolean plain;

    private final Backend baseline;
    private final @Nullable Backend candidate;
    private final @Nullable Cohort cohort;

    /** The cohort's, in a form that takes one look. */
    private final Map<String, Side> assigned;

    /** Of the candidate's side. */
    private final Decision.Terms terms;

    private final Decision.Terms baselineTerms;

    /** When anybody but the baseline serves; null is always. */
    private final @Nullable Window window;

    private record Window(long fromMillis, long untilMillis) {

        static @Nullable Window of(@Nullable Schedule schedule) {
            if (schedule == null) {
                return null;
            }
            long from =
                    schedule.from() == null ? Long.MIN_VALUE : schedule.from().toEpochMilli();
            long until =
                    schedule.until() == null ? Long.MAX_VALUE : schedule.until().toEpochMilli();
            return new Window(from, until);
        }

        boolean isOpen(long atMillis) {
            return atMillis >= fromMillis && atMillis < untilMillis;
        }
    }

    /** {@code candidate} is null for a route that redirects or is retired; {@code place} is the route's among all. */
    private RoutePlan(
            Route route,
            int place,
            Decision.Terms terms,
            Decision.Terms baselineTerms,
            Backend baseline,
            @Nullable Backend candidate,
            @Nullable Cohort cohort,
            Map<String, Side> assigned) {
        this.route = route;
        this.name = route.name();
        this.place = place;
        this.stage = route.stage();
        this.weight = route.weight();
        this.split = route.isSplit() || !assigned.isEmpty();
        this.plain = route.rewrite() == null && route.redirect() == null && route.mirror() == null;
        this.baseline = baseline;
        this.candidate = candidate;
        this.cohort = cohort;
        this.assigned = assigned;
        this.terms = terms;
        this.baselineTerms = baselineTerms;
        this.window = Window.of(route.schedule());
    }

    Route route() {
        return route;
    }

    /** {@code match} is the index of the match that fitted; {@code chance} makes the value of a new cookie. */
    Decision decide(RequestFacts facts, int match, Chance chance) {
        if (window != null && !window.isOpen(facts.atMillis())) {
            return toBaseline(match, BASELINE_BY_SCHEDULE, null);
        }
        return switch (stage) {
            case OFF, SHADOW -> toBaseline(facts, match, BASELINE_BY_STAGE, chance);
            case LIVE -> {
                Decision.Choice choice = choose(facts, chance);
                yield choice.side() == Side.CANDIDATE
                        ? toCandidate(facts, match, choice, chance)
                        : toBaseline(facts, match, choice, chance);
            }
            case COMPLETE -> toCandidate(facts, match, CANDIDATE_BY_STAGE, chance);
            case RETIRED -> new Decision.Gone(route, match);
        };
    }

    private Decision.Choice choose(RequestFacts facts, Chance chance) {
        String key = cohort == null ? null : callerKey(cohort.key(), facts);
        int bucket = cohort == null || key == null ? Cohort.LAST_BUCKET : cohort.bucket(key);
        Side forced = cohort == null || !facts.trusted() ? null : override(cohort.overrides(), facts);
        if (forced != null) {
            return new Decision.Choice(forced, ChosenBy.OVERRIDE, bucket, null, true);
        }
        Side own = key == null ? null : assigned.get(key);
        if (own != null) {
            return new Decision.Choice(own, ChosenBy.ASSIGNMENT, bucket, null, split);
        }
        NewCookie issue = key == null && route.isSplit() && cohort != null && Navigation.isPage(facts)
                ? newCookie(cohort, chance)
                : null;
        Side side = bucket < weight ? Side.CANDIDATE : Side.BASELINE;
        return new Decision.Choice(side, ChosenBy.WEIGHT, bucket, issue, split);
    }

    private Decision toBaseline(RequestFacts facts, int match, Decision.Choice choice, Chance chance) {
        if (plain) {
            return toBaseline(match, choice, null);
        }
        Decision.Copy copy = null;
        if (candidate != null && isMirrored(facts, chance)) {
            String path = rewrittenPath(facts, match, route.rewrite());
            boolean broken =
                    path == null && route.rewrite() != null && route.rewrite().path() != null;
            copy = broken ? null : new Decision.Copy(candidate, Side.CANDIDATE, rewritten(path));
        }
        return toBaseline(match, choice, copy);
    }

    private Decision toBaseline(int match, Decision.Choice choice, Decision.@Nullable Copy copy) {
        return new Decision.Routed(route, name, place, match, baseline, choice, baselineTerms, null, copy);
    }

    private Decision toCandidate(RequestFacts facts, int match, Decision.Choice choice, Chance chance) {
        if (plain && candidate != null) {
            return new Decision.Routed(route, name, place, match, candidate, choice, terms, null, null);
        }
        Redirect redirect = route.redirect();
        String path = rewrittenPath(facts, match, route.rewrite());
        if (path == null && Route.replacement(route.rewrite(), redirect) != null) {
            return new Decision.Refused(BAD_REQUEST, "the path cannot be rewritten: it can be read in several ways");
        }
        if (redirect != null) {
            String location = NewLocation.of(facts, redirect, path);
            return location == null
                    ? new Decision.Refused(BAD_REQUEST, "the host is not one that a caller can be sent to")
                    : new Decision.Redirected(route, match, redirect.statusCode(), location, choice);
        }
        if (candidate == null) {
            return new Decision.Routed(route, name, place, match, baseline, choice, terms, null, null);
        }
        Mirror mirror = route.mirror();
        boolean reverse = mirror != null && mirror.copiesBack(facts.method()) && isMirrored(facts, chance);
        Decision.Copy copy = reverse ? new Decision.Copy(baseline, Side.BASELINE, null) : null;
        return new Decision.Routed(route, name, place, match, candidate, choice, terms, rewritten(path), copy);
    }

    /** The path that replaces the request's; null when it stays, or when nobody can say what it would be. */
    private @Nullable String rewrittenPath(RequestFacts facts, int match, @Nullable Rewrite rewrite) {
        PathReplacement replacement = Route.replacement(rewrite, route.redirect());
        return replacement == null
                ? null
                : NewPath.of(facts.rawPath(), route.matches().get(match).path(), replacement);
    }

    private Decision.@Nullable Rewritten rewritten(@Nullable String path) {
        Rewrite rewrite = route.rewrite();
        return rewrite == null ? null : new Decision.Rewritten(rewrite.hostname(), path);
    }

    /** Whether the other side is asked too: of a caller with a key all requests or none, else by chance. */
    private boolean isMirrored(RequestFacts facts, Chance chance) {
        Mirror mirror = route.mirror();
        boolean both = route.stage() == Stage.SHADOW || route.stage() == Stage.LIVE;
        if (mirror == null || !both || !mirror.methods().contains(facts.method())) {
            return false;
        }
        if (mirror.percent() == 0 || mirror.percent() == PERCENT_ALL) {
            return mirror.percent() == PERCENT_ALL;
        }
        String key = cohort == null ? null : callerKey(cohort.key(), facts);
        int bucket = cohort == null || key == null ? chance.bucket() : cohort.mirrorBucket(key);
        return bucket < mirror.percent() * (Route.EVERYONE / PERCENT_ALL);
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
            case Cohort.Key.Header(var name) -> header(name, facts.headers());
            case Cohort.Key.Cookie(var name) -> Cookies.first(facts.headers(), name);
            case Cohort.Key.GenerateCookie(var name) -> Cookies.first(facts.headers(), name);
        };
    }

    private static @Nullable String header(String name, HeaderLookup headers) {
        String line = headers.first(name);
        return line == null ? null : headers.text(line);
    }

    private static @Nullable NewCookie newCookie(Cohort cohort, Chance chance) {
        return cohort.key().getLast() instanceof Cohort.Key.GenerateCookie(var name)
                ? new NewCookie(name, chance.newKey())
                : null;
    }

    private static Decision.Terms terms(Route route) {
        boolean fallback = route.fallback() && route.stage() == Stage.LIVE;
        return new Decision.Terms(fallback, route.requestTimeout(), route.filters(), route.bodyBytesMax());
    }

    private static Decision.Terms baselineTerms(Route route) {
        return route.bodyBytesMax() == null
                ? Decision.Terms.NONE
                : new Decision.Terms(false, null, List.of(), route.bodyBytesMax());
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
        Map<Decision.Terms, Decision.Terms> shared = new HashMap<>();
        Map<String, RoutePlan> plans = new HashMap<>();
        for (int place = 0; place < rules.routes().size(); place++) {
            Route route = rules.routes().get(place);
            Backend candidate = route.candidate() == null ? null : backends.get(route.candidate());
            Cohort cohort = route.cohort() == null ? null : cohorts.get(route.cohort());
            Map<String, Side> sides = cohort == null ? Map.of() : assigned.getOrDefault(cohort.name(), Map.of());
            Decision.Terms terms = shared.computeIfAbsent(terms(route), each -> each);
            Decision.Terms baselineTerms = shared.computeIfAbsent(baselineTerms(route), each -> each);
            plans.put(
                    route.name(),
                    new RoutePlan(route, place, terms, baselineTerms, baseline, candidate, cohort, sides));
        }
        return plans;
    }
}
