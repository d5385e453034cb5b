package dev.banyan.rules;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What becomes of a request. */
public sealed interface Decision {

    /**
     * Which side a caller got, and how.
     *
     * @param side what the caller is assigned to; statistics go by this, whoever serves in the end
     * @param bucket the caller's place, 9999 without a key or when nothing asked for it
     * @param issue sent with the reply when not null
     * @param split other callers get something else for the same URL, so that no shared cache may keep the reply
     */
    record Choice(
            Side side, ChosenBy by, int bucket, @Nullable NewCookie issue, boolean split) {}

    /**
     * How a side of a route is served. Routes that ask for the same share one, so that a request looks at no memory of its route's own for it.
     *
     * @param fallback whether the baseline may serve instead, should the backend fail before a reply began
     * @param requestTimeout how long the backend may take until the head of its reply; null is the backend's own
     * @param filters what the request and its reply pass through
     * @param bodyBytesMax the longest request body; null is no limit
     */
    record Terms(
            boolean fallback,
            @Nullable Duration requestTimeout,
            List<FilterCall> filters,
            @Nullable Long bodyBytesMax) {

        /** Of requests without a route. */
        static final Terms NONE = new Terms(false, null, List.of(), null);
    }

    /**
     * It goes to {@code backend}.
     *
     * @param route null when no route matches, and the baseline serves it
     * @param name the route's; null without a route
     * @param place where in {@link RuleSet#routes} that stands; -1 without a route
     * @param match which of the route's matches; -1 without a route
     * @param rewritten what the backend is asked for instead; null forwards the target as it came
     * @param copy where the request goes too, so that both replies can be compared; null when it goes nowhere else
     */
    record Routed(
            @Nullable Route route,
            @Nullable String name,
            int place,
            int match,
            Backend backend,
            Choice choice,
            Terms terms,
            @Nullable Rewritten rewritten,
            @Nullable Copy copy)
            implements Decision {

        public Side side() {
            return choice.side();
        }

        public int bucket() {
            return choice.bucket();
        }

        public @Nullable NewCookie issue() {
            return choice.issue();
        }

        public boolean split() {
            return choice.split();
        }

        /** Whether the baseline may serve this request, should the backend fail it before a reply began. */
        public boolean mayFallBack() {
            return terms.fallback();
        }

        /** How long the backend may take until the head of its reply. */
        public Duration requestTimeout() {
            Duration own = terms.requestTimeout();
            return own == null ? backend.timeouts().request() : own;
        }

        /** What the request and its reply pass through. */
        public List<FilterCall> filters() {
            return terms.filters();
        }

        /** The longest request body; null is no limit. */
        public @Nullable Long bodyBytesMax() {
            return terms.bodyBytesMax();
        }

        /** This, or {@code other} where only that has a route, by the stricter of each of their terms; both go to the same place. */
        Routed heldTo(Routed other) {
            boolean same = route != null && terms.equals(other.terms) && split() == other.split();
            if (same || other.route == null) {
                return this;
            }
            Routed counted = route == null ? other : this;
            boolean shorter = requestTimeout().compareTo(other.requestTimeout()) <= 0;
            Terms strict = new Terms(
                    mayFallBack() && other.mayFallBack(),
                    (shorter ? this : other).terms.requestTimeout(),
                    filters(),
                    less(bodyBytesMax(), other.bodyBytesMax()));
            Choice by = counted.choice;
            Choice kept = new Choice(by.side(), by.by(), by.bucket(), by.issue(), split() || other.split());
            return new Routed(
                    counted.route,
                    counted.name,
                    counted.place,
                    counted.match,
                    backend,
                    kept,
                    strict,
                    rewritten,
                    counted.copy);
        }

        private static @Nullable Long less(@Nullable Long one, @Nullable Long other) {
            return one == null || (other != null && other < one) ? other : one;
        }
    }

    /**
     * A second request, of which the caller never hears.
     *
     * @param side the one that does not answer the caller
     * @param rewritten as of a request that the caller hears of
     */
    record Copy(Backend backend, Side side, @Nullable Rewritten rewritten) {}

    /**
     * What a candidate is asked for.
     *
     * @param hostname null leaves the Host alone
     * @param rawPath percent-encoded, canonical, without the query, which stays; null leaves the path alone
     */
    record Rewritten(@Nullable String hostname, @Nullable String rawPath) {}

    /**
     * The caller is sent elsewhere.
     *
     * @param location an absolute address, percent-encoded, with the query the caller sent
     */
    record Redirected(Route route, int match, int status, String location, Choice choice) implements Decision {}

    /** It is gone: 410, with what {@link Route#retired} says. */
    record Gone(Route route, int match) implements Decision {}

    /**
     * It goes nowhere.
     *
     * @param status 400 for a path that is broken or that two backends could read differently
     * @param reason for the log, in plain words; holds nothing of the request
     */
    record Refused(int status, String reason) implements Decision {}
}
