package dev.banyan.rules;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Why a request goes where it goes.
 *
 * @param decision what {@link RoutingTable#decide} says
 * @param readings what the path could be read as and where each reading leads; more than one for a path that is not plain
 * @param candidates every match whose path fits the first reading, the best first
 * @param candidatesLeftOut how many more there are than {@link #CANDIDATES_MAX}
 * @param cohort how the caller was told apart; null when no route matches or it has no cohort
 */
public record Explanation(
        Decision decision,
        List<Reading> readings,
        List<Candidate> candidates,
        int candidatesLeftOut,
        @Nullable CohortFinding cohort) {

    /** The most candidates that are listed. */
    public static final int CANDIDATES_MAX = 200;

    /** Where a copy goes when only chance says whether one does. */
    public static final String BY_CHANCE = "by chance";

    public Explanation {
        readings = List.copyOf(readings);
        candidates = List.copyOf(candidates);
    }

    /** The backend that a copy of the request goes to, {@link #BY_CHANCE}, or null when none is made. */
    public @Nullable String mirrored() {
        if (!(decision instanceof Decision.Routed routed) || routed.route() == null) {
            return null;
        }
        Mirror mirror = routed.route().mirror();
        boolean isKnown = cohort != null && cohort.key() != null;
        boolean byChance = mirror != null && !isKnown && mirror.percent() > 0 && mirror.percent() < 100;
        Decision.Copy copy = routed.copy();
        return byChance ? BY_CHANCE : copy == null ? null : copy.backend().name();
    }

    /**
     * One way to read the path.
     *
     * @param ignoresCase whether it was looked up as a backend does that ignores case
     * @param route the route it leads to; null for none
     * @param match which of the route's matches; -1 for none
     */
    public record Reading(
            String path, boolean ignoresCase, @Nullable String route, int match, Decision decision) {}

    /** A match whose path fits. */
    public record Candidate(Route route, int match, SourcePlace place, Verdict verdict) {}

    /** What became of a match. */
    public sealed interface Verdict {

        /** It is the best of all that fit. */
        record Wins() implements Verdict {}

        /** It fits, and another goes first. {@code own} and {@code winners} are what the step compares. */
        record Outranked(Step step, String own, String winners) implements Verdict {}

        /** One of its conditions does not hold. */
        record Fails(String condition, String found, String expected) implements Verdict {}
    }

    /** The steps of precedence, in their order. */
    public enum Step {
        HOST(1, "the host"),
        EXACT_PATH(2, "an Exact path"),
        PATH(3, "the path, element by element"),
        METHOD(4, "a method"),
        HEADERS(5, "more headers"),
        QUERY_PARAMS(6, "more queryParams"),
        COOKIES(7, "more cookies"),
        PRIORITY(8, "the higher priority"),
        /** Both belong to one route, or can fit no request together; nothing hangs on it. */
        SAME_ROUTE(9, "the order within one route");

        private final int number;
        private final String words;

        Step(int number, String words) {
            this.number = number;
            this.words = words;
        }

        /** Its number on the reference page. */
        public int number() {
            return number;
        }

        /** What goes first at this step. */
        public String words() {
            return words;
        }
    }

    /**
     * How the caller was told apart.
     *
     * @param key the key that counted, as {@code header X-Customer-Id}; null when none is present
     * @param keyValue its value
     * @param bucket 9999 without a key
     * @param weight of the route, in basis points
     * @param override the override that holds, as {@code header X-Side: new}; null for none
     * @param overrideBelieved whether the peer lies in a trusted network
     * @param assigned the side that the caller's key has for itself; null for none
     */
    public record CohortFinding(
            String cohort,
            @Nullable String key,
            @Nullable String keyValue,
            int bucket,
            int weight,
            @Nullable String override,
            boolean overrideBelieved,
            @Nullable Side assigned) {}
}
