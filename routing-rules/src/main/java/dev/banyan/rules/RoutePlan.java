package dev.banyan.rules;

import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A route with the things it names: says what becomes of a request that it matches. */
record RoutePlan(
        Route route,
        Backend baseline,
        Backend candidate,
        @Nullable Cohort cohort) {

    private static final int GONE = 410;

    /** {@code newKeys} makes the value of a new cookie. */
    Decision decide(RequestFacts facts, Supplier<String> newKeys) {
        return switch (route.stage()) {
            case OFF, SHADOW -> toBaseline(Cohort.LAST_BUCKET, null);
            case LIVE -> split(facts, newKeys);
            case COMPLETE -> new Decision.Routed(route, candidate, Side.CANDIDATE, Cohort.LAST_BUCKET, null, false);
            case RETIRED -> new Decision.Refused(GONE, "the route " + route.name() + " is retired");
        };
    }

    private Decision split(RequestFacts facts, Supplier<String> newKeys) {
        String key = cohort == null ? null : callerKey(cohort.key(), facts);
        int bucket = cohort == null || key == null ? Cohort.LAST_BUCKET : cohort.bucket(key);
        NewCookie issue = key == null && route.isSplit() && cohort != null && Navigation.isPage(facts)
                ? newCookie(cohort, newKeys)
                : null;
        return bucket < route.weight()
                ? new Decision.Routed(route, candidate, Side.CANDIDATE, bucket, issue, route.isSplit())
                : toBaseline(bucket, issue);
    }

    private Decision toBaseline(int bucket, @Nullable NewCookie issue) {
        return new Decision.Routed(route, baseline, Side.BASELINE, bucket, issue, route.isSplit());
    }

    private static @Nullable String callerKey(List<Cohort.Key> keys, RequestFacts facts) {
        for (Cohort.Key key : keys) {
            String value =
                    switch (key) {
                        case Cohort.Key.Header(var name) -> facts.headers().first(name);
                        case Cohort.Key.Cookie(var name) -> Cookies.first(facts.headers(), name);
                        case Cohort.Key.GenerateCookie(var name) -> Cookies.first(facts.headers(), name);
                    };
            if (value != null && !value.isEmpty()) {
                return value;
            }
        }
        return null;
    }

    private static @Nullable NewCookie newCookie(Cohort cohort, Supplier<String> newKeys) {
        return cohort.key().getLast() instanceof Cohort.Key.GenerateCookie(var name)
                ? new NewCookie(name, newKeys.get())
                : null;
    }
}
