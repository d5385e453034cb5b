package dev.banyan.rules;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A part of the application that moves from the baseline to a candidate.
 *
 * @param name unique and stable: history is kept under it
 * @param hostnames lower case, exact or {@code *.example.com}; empty is every host
 * @param matches alternatives, each ranked by itself
 * @param candidate the name of a backend; null for a route that redirects or is retired
 * @param cohort the name of a cohort; needed while the route is split
 * @param weight the candidate's share at stage live, in basis points: 10000 is everyone
 * @param bodyBytesMax the longest request body, whichever side serves; null is as long as one likes
 * @param requestTimeout the candidate's on this route, instead of the backend's own; null is the backend's own
 * @param fallback whether the baseline serves a safe request when the candidate fails it; never at stage complete
 * @param rewrite what the candidate gets instead of the request's own target; null leaves that alone
 * @param redirect what callers get who would get the candidate; null forwards them
 * @param retired what callers get at stage retired
 * @param schedule outside of it the route stands as at stage off; null is always
 * @param filters what the candidate's requests and replies pass through, in this order
 * @param mirror which requests are also sent to the other side; null is none
 * @param compare how the two replies are compared; null as {@link Compare#UNSET}
 * @param analysis on what evidence it moves; null when it is moved by hand without a word about evidence
 * @param steps how it moves by itself; empty when it is moved by hand
 * @param pinned whether {@code stage} and {@code weight} are what runs; false while its steps say that
 * @param priority settles a tie between matches that are otherwise of one rank; the higher goes first
 * @param lintAllowed what lint finds here and somebody means
 */
public record Route(
        String name,
        List<String> hostnames,
        List<Match> matches,
        @Nullable String candidate,
        @Nullable String cohort,
        Stage stage,
        int weight,
        @Nullable Long bodyBytesMax,
        @Nullable Duration requestTimeout,
        boolean fallback,
        @Nullable Rewrite rewrite,
        @Nullable Redirect redirect,
        Retired retired,
        @Nullable Schedule schedule,
        List<FilterCall> filters,
        @Nullable Mirror mirror,
        @Nullable Compare compare,
        @Nullable Analysis analysis,
        List<Step> steps,
        boolean pinned,
        int priority,
        List<LintAllowed> lintAllowed) {

    /** All callers, in basis points. */
    public static final int EVERYONE = 10_000;

    /** The least and the most that a limit on bodies may be, in bytes. */
    public static final long BODY_BYTES_MIN = 1024;

    public static final long BODY_BYTES_MAX = 9999L << 30;

    /** The most filters of one route. */
    public static final int FILTERS_MAX = 16;

    public Route {
        Names.require("route", name);
        hostnames = List.copyOf(hostnames);
        matches = List.copyOf(matches);
        filters = List.copyOf(filters);
        lintAllowed = List.copyOf(lintAllowed);
        steps = List.copyOf(steps);
        if (matches.isEmpty()) {
            throw new IllegalArgumentException("matches: none (expected: at least one)");
        }
        if (candidate == null && redirect == null && stage != Stage.RETIRED) {
            throw new IllegalArgumentException("candidate: none (expected: one, or a redirect)");
        }
        if (redirect != null && (candidate != null || rewrite != null || !filters.isEmpty())) {
            throw new IllegalArgumentException("redirect: beside a candidate, rewrite or filters (expected: alone)");
        }
        if (weight < 0 || weight > EVERYONE) {
            throw new IllegalArgumentException("weight: " + weight + " (expected: 0.." + EVERYONE + ")");
        }
        if (stage == Stage.LIVE && weight > 0 && weight < EVERYONE && cohort == null) {
            throw new IllegalArgumentException("cohort: none (expected: one, since the route is split)");
        }
        if (!steps.isEmpty() && !pinned && (candidate == null || analysis == null)) {
            throw new IllegalArgumentException("steps: without a candidate or an analysis (expected: both)");
        }
        if (mirror != null && redirect != null) {
            throw new IllegalArgumentException("mirror: beside a redirect (expected: one of both)");
        }
        if (bodyBytesMax != null && (bodyBytesMax < BODY_BYTES_MIN || bodyBytesMax > BODY_BYTES_MAX)) {
            throw new IllegalArgumentException(
                    "maxBodySize: " + bodyBytesMax + " (expected: " + BODY_BYTES_MIN + ".." + BODY_BYTES_MAX + ")");
        }
        if (requestTimeout != null) {
            Backend.Timeouts.requireBounded("requestTimeout", requestTimeout);
        }
        if (filters.size() > FILTERS_MAX) {
            throw new IllegalArgumentException(
                    "filters: " + filters.size() + " (expected: at most " + FILTERS_MAX + ")");
        }
        for (FilterCall filter : filters) {
            FilterCatalog.Mistake mistake = FilterCatalog.mistake(filter);
            if (mistake != null) {
                throw new IllegalArgumentException(
                        "filters: " + mistake.found() + " (expected: " + mistake.expected() + ")");
            }
        }
        PathReplacement replacement = replacement(rewrite, redirect);
        if (replacement != null
                && replacement.needsPrefix()
                && !matches.stream().allMatch(Route::isPrefix)) {
            throw new IllegalArgumentException(
                    "matches: not all are prefixes (expected: that, for ReplacePrefixMatch)");
        }
    }

    /** Begins a route that is off, and that answers to every path until it is told which. */
    public static Builder named(String name) {
        return new Builder(name);
    }

    /** Begins a route that differs from this one. */
    public Builder toBuilder() {
        return new Builder(name)
                .hostnames(hostnames)
                .matches(matches)
                .candidate(candidate)
                .cohort(cohort)
                .stage(stage)
                .weight(weight)
                .bodyBytesMax(bodyBytesMax)
                .requestTimeout(requestTimeout)
                .fallback(fallback)
                .rewrite(rewrite)
                .redirect(redirect)
                .retired(retired)
                .schedule(schedule)
                .filters(filters)
                .mirror(mirror)
                .compare(compare)
                .analysis(analysis)
                .steps(steps)
                .pinned(pinned)
                .priority(priority)
                .lintAllowed(lintAllowed);
    }

    /** Whether some callers get the baseline and others the candidate. */
    public boolean isSplit() {
        return stage == Stage.LIVE && weight > 0 && weight < EVERYONE;
    }

    /** How the two replies are compared. */
    public Compare comparison() {
        return compare == null ? Compare.UNSET : compare;
    }

    /** Whether its steps say where it stands, and not its file. */
    public boolean isDriven() {
        return !steps.isEmpty() && !pinned;
    }

    /** Whether it is split, or will be by its steps. */
    public boolean mayBeSplit() {
        return isSplit() || (isDriven() && steps.stream().anyMatch(Step::isSplit));
    }

    /** The same route where it has got to, at last or at first; as it is where it lacks what it needs to stand there, as a retired one may. */
    public Route at(Standpoint standpoint) {
        boolean serves = candidate != null || redirect != null || standpoint.stage() == Stage.RETIRED;
        return serves
                ? toBuilder()
                        .stage(standpoint.stage())
                        .weight(standpoint.weight())
                        .build()
                : this;
    }

    /** What stands in place of the request's path, in a rewrite or a redirect; null when the path stays. */
    static @Nullable PathReplacement replacement(@Nullable Rewrite rewrite, @Nullable Redirect redirect) {
        if (redirect != null) {
            return redirect.path();
        }
        return rewrite == null ? null : rewrite.path();
    }

    private static boolean isPrefix(Match match) {
        return match.path().kind() == Match.Path.Kind.PATH_PREFIX;
    }

    /**
     * A finding of lint that is meant.
     *
     * @param code such as {@code BYN0133}
     * @param reason why, for the next reader
     */
    public record LintAllowed(String code, String reason) {}

    /** A route in the making. */
    public static final class Builder {

        private final String name;
        private List<String> hostnames = List.of();
        private List<Match> matches = List.of(Match.path(Match.Path.ANY));
        private @Nullable String candidate;
        private @Nullable String cohort;
        private Stage stage = Stage.OFF;
        private int weight;
        private @Nullable Long bodyBytesMax;
        private @Nullable Duration requestTimeout;
        private boolean fallback = true;
        private @Nullable Rewrite rewrite;
        private @Nullable Redirect redirect;
        private Retired retired = Retired.UNSET;
        private @Nullable Schedule schedule;
        private List<FilterCall> filters = List.of();
        private @Nullable Mirror mirror;
        private @Nullable Compare compare;
        private @Nullable Analysis analysis;
        private List<Step> steps = List.of();
        private boolean pinned = true;
        private int priority;
        private List<LintAllowed> lintAllowed = List.of();

        private Builder(String name) {
            this.name = name;
        }

        public Builder hostnames(List<String> value) {
            hostnames = List.copyOf(value);
            return this;
        }

        public Builder matches(List<Match> value) {
            matches = List.copyOf(value);
            return this;
        }

        public Builder matches(Match... value) {
            return matches(List.of(value));
        }

        public Builder candidate(@Nullable String value) {
            candidate = value;
            return this;
        }

        public Builder cohort(@Nullable String value) {
            cohort = value;
            return this;
        }

        public Builder stage(Stage value) {
            stage = value;
            return this;
        }

        public Builder weight(int basisPoints) {
            weight = basisPoints;
            return this;
        }

        public Builder bodyBytesMax(@Nullable Long value) {
            bodyBytesMax = value;
            return this;
        }

        public Builder requestTimeout(@Nullable Duration value) {
            requestTimeout = value;
            return this;
        }

        public Builder fallback(boolean value) {
            fallback = value;
            return this;
        }

        public Builder rewrite(@Nullable Rewrite value) {
            rewrite = value;
            return this;
        }

        public Builder redirect(@Nullable Redirect value) {
            redirect = value;
            return this;
        }

        public Builder retired(Retired value) {
            retired = value;
            return this;
        }

        public Builder schedule(@Nullable Schedule value) {
            schedule = value;
            return this;
        }

        public Builder filters(List<FilterCall> value) {
            filters = List.copyOf(value);
            return this;
        }

        public Builder mirror(@Nullable Mirror value) {
            mirror = value;
            return this;
        }

        public Builder compare(@Nullable Compare value) {
            compare = value;
            return this;
        }

        public Builder analysis(@Nullable Analysis value) {
            analysis = value;
            return this;
        }

        public Builder steps(List<Step> value) {
            steps = List.copyOf(value);
            return this;
        }

        public Builder pinned(boolean value) {
            pinned = value;
            return this;
        }

        public Builder priority(int value) {
            priority = value;
            return this;
        }

        public Builder lintAllowed(List<LintAllowed> value) {
            lintAllowed = List.copyOf(value);
            return this;
        }

        /** The route, checked. */
        public Route build() {
            return new Route(
                    name,
                    hostnames,
                    matches,
                    candidate,
                    cohort,
                    stage,
                    weight,
                    bodyBytesMax,
                    requestTimeout,
                    fallback,
                    rewrite,
                    redirect,
                    retired,
                    schedule,
                    filters,
                    mirror,
                    compare,
                    analysis,
                    steps,
                    pinned,
                    priority,
                    lintAllowed);
        }
    }
}
