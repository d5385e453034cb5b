package dev.banyan.bench.report;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/** One claim that the gateway should live up to: {@code found} is compared with {@code limit}, in the claim's own unit. */
public record Goal(String claim, OptionalDouble found, double limit, boolean atLeast) {

    private static final String BANYAN = "banyan";

    /** Returns true if it was measured and holds. */
    public boolean met() {
        return found.isPresent() && (atLeast ? found.getAsDouble() >= limit : found.getAsDouble() <= limit);
    }

    /** Returns the goals of the gateway with what {@code results} say of each. */
    public static List<Goal> all(Results results) {
        var goals = new ArrayList<Goal>();
        goals.add(ratio(results, "tiny", "stock", 3.5));
        goals.add(ratio(results, "own-core", "stock", 3.5));
        goals.add(ratio(results, "tiny", "vertx", 1.1));
        goals.add(ratio(results, "tiny", "nginx", 1.0));
        goals.add(atMost(
                "tiny: CPU at most 35 µs/request where nginx needs 29 (1.21 times nginx)",
                results.ratio("tiny", "nginx", Measure.CPU),
                35.0 / 29));
        for (var name : List.of("10k", "1m", "post10k", "conns1000")) {
            goals.add(ratio(results, name, "vertx", 1.0));
        }
        goals.add(new Goal(
                "rules-pairs: 100,000 rules have at least 0.95 of the requests/s with 1 rule",
                results.pairedRatio("rules-pairs", Results.MANY_RULES, Results.ONE_RULE, Measure.REQUESTS),
                0.95,
                true));
        goals.add(atMost("tiny: p50 at half load at most 0.3 ms over direct", added(results, Measure.P50), 0.3));
        goals.add(atMost("tiny: p99 at half load at most 2 ms over direct", added(results, Measure.P99), 2));
        goals.add(atMost(
                "mirror: CPU/request at most 2.2 times that of tiny",
                over(results.median("mirror", BANYAN, Measure.CPU), results.median("tiny", BANYAN, Measure.CPU)),
                2.2));
        goals.add(new Goal(
                "mirror: at least 99 % mirrored at half of the peak",
                results.median("mirror", BANYAN, Measure.MIRRORED), 99, true));
        goals.add(atMost(
                "mirror-p99: p99 mirrored over plain at most 1.05 times what two plain turns differ by",
                beyondFloor(results),
                1.05));
        goals.add(atMost(
                "large: memory growth at most 64 MB with 256 MB of heap",
                results.median("large-down", BANYAN, Measure.GROWTH).isPresent()
                        ? OptionalDouble.of(Math.max(
                                results.median("large-down", BANYAN, Measure.GROWTH)
                                        .getAsDouble(),
                                results.median("large-up", BANYAN, Measure.GROWTH)
                                        .orElse(0)))
                        : OptionalDouble.empty(),
                64));
        goals.add(atMost(
                "idle: at most 50 KB for each of 10,000 idle connections",
                results.median("idle", BANYAN, Measure.IDLE_RESIDENT),
                50));
        goals.add(atMost("start: under 2 s to ready", results.median("start", BANYAN, Measure.READY), 2));
        return goals;
    }

    private static Goal ratio(Results results, String caseName, String peer, double limit) {
        return new Goal(
                caseName + ": at least " + limit + " times the requests/s of " + peer,
                results.ratio(caseName, peer, Measure.REQUESTS),
                limit,
                true);
    }

    private static Goal atMost(String claim, OptionalDouble found, double limit) {
        return new Goal(claim, found, limit, false);
    }

    private static OptionalDouble added(Results results, Measure measure) {
        var ours = results.median("tiny", BANYAN, measure);
        var direct = results.median("tiny", Results.DIRECT, measure);
        return ours.isPresent() && direct.isPresent()
                ? OptionalDouble.of(ours.getAsDouble() - direct.getAsDouble())
                : OptionalDouble.empty();
    }

    /** The median of mirrored over plain, over the median of what the two plain turns around it differ by. */
    private static OptionalDouble beyondFloor(Results results) {
        var plain = p99s(results, Results.PLAIN);
        var again = p99s(results, Results.PLAIN_AGAIN);
        var mirrored = p99s(results, Results.MIRRORED);
        if (plain.isEmpty() || plain.size() != again.size() || plain.size() != mirrored.size()) {
            return OptionalDouble.empty();
        }
        var floors = new ArrayList<Double>();
        var ratios = new ArrayList<Double>();
        for (var turn = 0; turn < plain.size(); turn++) {
            var one = plain.get(turn);
            var other = again.get(turn);
            floors.add(Math.max(one, other) / Math.min(one, other));
            ratios.add(mirrored.get(turn) / ((one + other) / 2));
        }
        return OptionalDouble.of(new Series(ratios).median() / new Series(floors).median());
    }

    private static List<Double> p99s(Results results, String row) {
        return results.series("mirror-p99", row, Measure.P99)
                .map(Series::values)
                .orElse(List.of());
    }

    private static OptionalDouble over(OptionalDouble one, OptionalDouble other) {
        return one.isPresent() && other.isPresent()
                ? OptionalDouble.of(one.getAsDouble() / other.getAsDouble())
                : OptionalDouble.empty();
    }
}
