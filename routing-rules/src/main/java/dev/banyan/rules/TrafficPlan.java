package dev.banyan.rules;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What new rules would do with requests that were made: how many would go to another backend. A log does not say who its callers were,
 * so a split route counts by the share of all callers, not by a guess. Used by one thread.
 */
public final class TrafficPlan {

    private static final String REDIRECT = "(redirect)";
    private static final String GONE = "(410)";
    private static final String REFUSED = "(400)";

    /** Different paths that are surely remembered; a log may hold any number. */
    private static final int PATHS = 10_000;

    private final RoutingTable before;
    private final RoutingTable after;
    private long requests;
    private double moved;
    private final Map<Move, Double> byMove = new TreeMap<>(
            Comparator.comparing(Move::from).thenComparing(Move::to).thenComparing(Move::route));
    private final HeavyPaths byPath = new HeavyPaths(PATHS);
    private final Map<String, Requests> byRoute = new TreeMap<>();
    private @Nullable Instant first;
    private @Nullable Instant last;

    /**
     * What a route of the new rules would get.
     *
     * @param copyable those of a method that its mirror copies
     */
    public record Requests(long all, long copyable) {
        private Requests plus(Requests other) {
            return new Requests(all + other.all, copyable + other.copyable);
        }
    }

    /** From one backend to another, by a route of the new rules; {@code -} for none. */
    public record Move(String from, String to, String route) {}

    /** Where a request goes: to {@code candidate} below {@code threshold}, to {@code baseline} from there on. */
    private record Way(
            String route,
            String baseline,
            String candidate,
            int threshold,
            @Nullable Cohort cohort,
            @Nullable Mirror mirror) {

        String of(int bucket) {
            return bucket < threshold ? candidate : baseline;
        }
    }

    public TrafficPlan(RoutingTable before, RoutingTable after) {
        this.before = before;
        this.after = after;
    }

    /** Counts one request. */
    public void add(SampleRequest request) {
        Way old = way(before, request);
        Way now = way(after, request);
        requests++;
        count(request, now);
        double share = 0;
        if (RulesPlan.sameOrder(old.cohort, now.cohort)) {
            int[] edges = {
                0, Math.min(old.threshold, now.threshold), Math.max(old.threshold, now.threshold), Route.EVERYONE
            };
            for (int i = 0; i < edges.length - 1; i++) {
                share += move(old, now, edges[i], edges[i], edges[i + 1] - (double) edges[i]);
            }
        } else {
            for (int[] a : parts(old)) {
                for (int[] b : parts(now)) {
                    share += move(old, now, a[0], b[0], (double) a[1] * b[1] / Route.EVERYONE);
                }
            }
        }
        if (share > 0) {
            moved += share;
            byPath.add(path(request.url()), share);
        }
    }

    private void count(SampleRequest request, Way way) {
        boolean copyable = way.mirror != null && way.mirror.methods().contains(request.method());
        byRoute.merge(way.route, new Requests(1, copyable ? 1 : 0), Requests::plus);
        first = first == null || request.at().isBefore(first) ? request.at() : first;
        last = last == null || request.at().isAfter(last) ? request.at() : last;
    }

    /** The two parts of all callers: a bucket in each, and how many it stands for. */
    private static int[][] parts(Way way) {
        return new int[][] {{0, way.threshold}, {way.threshold, Route.EVERYONE - way.threshold}};
    }

    private double move(Way old, Way now, int oldBucket, int newBucket, double buckets) {
        String from = old.of(oldBucket);
        String to = now.of(newBucket);
        if (buckets <= 0 || from.equals(to)) {
            return 0;
        }
        double share = buckets / Route.EVERYONE;
        byMove.merge(new Move(from, to, now.route), share, Double::sum);
        return share;
    }

    private static Way way(RoutingTable table, SampleRequest request) {
        String baseline = table.rules().backends().stream()
                .filter(Backend::baseline)
                .map(Backend::name)
                .findFirst()
                .orElseThrow();
        return switch (table.decide(request.facts(table.rules()))) {
            case Decision.Refused _ -> new Way("-", REFUSED, REFUSED, 0, null, null);
            case Decision.Gone gone -> new Way(gone.route().name(), GONE, GONE, 0, null, null);
            case Decision.Redirected to -> way(table, to.route(), to.choice(), baseline, REDIRECT);
            case Decision.Routed routed -> {
                Route route = routed.route();
                if (route == null) {
                    yield new Way("-", baseline, baseline, 0, null, null);
                }
                String candidate =
                        route.redirect() != null ? REDIRECT : route.candidate() == null ? baseline : route.candidate();
                yield way(table, route, routed.choice(), baseline, candidate);
            }
        };
    }

    private static Way way(RoutingTable table, Route route, Decision.Choice choice, String baseline, String candidate) {
        int threshold = choice.by() == ChosenBy.SCHEDULE ? 0 : RulesPlan.side(route);
        return new Way(
                route.name(), baseline, candidate, threshold, RulesPlan.cohort(table.rules(), route), route.mirror());
    }

    private static String path(String url) {
        int end = 0;
        while (end < url.length() && "?#".indexOf(url.charAt(end)) < 0) {
            end++;
        }
        return url.substring(0, end);
    }

    public long requests() {
        return requests;
    }

    /** How many of them each route of the new rules would get; {@code -} stands for no route. */
    public Map<String, Requests> requestsByRoute() {
        return new LinkedHashMap<>(byRoute);
    }

    /** From the first of them to the last. */
    public Duration span() {
        return first == null || last == null ? Duration.ZERO : Duration.between(first, last);
    }

    /** How many of them would go elsewhere; a part of a request is a share of its possible callers. */
    public double moved() {
        return moved;
    }

    /** The same, by where from, where to and which route of the new rules. */
    public Map<Move, Double> moves() {
        return new LinkedHashMap<>(byMove);
    }

    /** The paths of which most would go elsewhere, at most {@code most} of them. */
    public Map<String, Double> topPaths(int most) {
        return byPath.top(most);
    }

    /** How much more each path may have than {@link #topPaths} says; 0 unless there are very many paths. */
    public double pathsLost() {
        return byPath.lost();
    }
}
