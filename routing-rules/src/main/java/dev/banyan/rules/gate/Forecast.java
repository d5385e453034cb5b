package dev.banyan.rules.gate;

import dev.banyan.rules.Analysis;
import dev.banyan.rules.Gate;
import dev.banyan.rules.Route;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongPredicate;
import org.apache.commons.statistics.distribution.LogNormalDistribution;

/** How long gates would need to pass a candidate that is as good as the baseline. */
public final class Forecast {

    /** What is assumed of a baseline that was not seen yet: times spread by a factor of about 2.3 from the median to p95. */
    private static final double SPREAD = 0.5;

    private static final double MEDIAN_MICROS = 20_000;
    private static final int POINTS = 1_000;
    private static final long REQUESTS_MAX = 100_000_000;

    private Forecast() {}

    /** A baseline nobody has seen yet: no errors, and times spread as those of most applications are. */
    public static SideCounts usualBaseline() {
        var times = LogNormalDistribution.of(Math.log(MEDIAN_MICROS), SPREAD);
        var histogram = Latencies.empty();
        for (int i = 0; i < POINTS; i++) {
            histogram.recordValue(Latencies.clamp(Math.round(times.inverseCumulativeProbability((i + 0.5) / POINTS))));
        }
        return new SideCounts(POINTS, 0, Latencies.copyOf(histogram));
    }

    /**
     * How many of the candidate's requests, or compared pairs at stage shadow, are needed; empty when even 100 million would
     * not do, as for a limit that the baseline itself does not keep.
     *
     * @param baseline what it is like; only shares and times matter, not how much was seen
     */
    public static Optional<Long> requestsNeeded(Analysis analysis, Window window, SideCounts baseline) {
        return least(requests -> passes(analysis, window, baseline, requests));
    }

    /** What {@link #requestsNeeded} counts, for each limit by itself; {@code minRequests} is one of them. */
    static List<StepForecast.Need> needs(Analysis analysis, Window window, SideCounts baseline) {
        List<StepForecast.Need> needs = new ArrayList<>();
        needs.add(new StepForecast.Need("minRequests", (long) analysis.minRequests()));
        for (Gate gate : analysis.gates()) {
            if (gate instanceof Gate.Probed) {
                continue; // no number of requests helps it
            }
            List<LimitResult> limits = limits(analysis, window, baseline, 1, gate);
            for (int i = 0; i < limits.size(); i++) {
                int limit = i;
                Optional<Long> needed = least(requests -> limits(analysis, window, baseline, requests, gate)
                                .get(limit)
                                .verdict()
                        == Verdict.PASS);
                needs.add(new StepForecast.Need(limits.get(i).metric(), needed.orElse(null)));
            }
        }
        return needs;
    }

    private static List<LimitResult> limits(
            Analysis analysis, Window window, SideCounts baseline, long requests, Gate gate) {
        return Limits.of(analysis, window, expected(window, baseline, requests), Map.of())
                .of(gate);
    }

    /** The least number from which on something holds, to within 1 %. */
    private static Optional<Long> least(LongPredicate holds) {
        if (!holds.test(REQUESTS_MAX)) {
            return Optional.empty();
        }
        long tooFew = 0;
        long enough = REQUESTS_MAX;
        while (enough - tooFew > Math.max(1, enough / 100)) {
            long middle = tooFew == 0 ? (long) Math.sqrt((double) enough) : (tooFew + enough) / 2;
            if (middle <= tooFew || middle >= enough) {
                break;
            }
            if (holds.test(middle)) {
                enough = middle;
            } else {
                tooFew = middle;
            }
        }
        return Optional.of(enough);
    }

    /** How much was seen of what {@link #requestsNeeded} counts. */
    public static long seen(Analysis analysis, Window window, Evidence evidence) {
        return Judge.seen(analysis, window, evidence);
    }

    private static boolean passes(Analysis analysis, Window window, SideCounts baseline, long requests) {
        var late = new Window(window.stage(), window.weight(), window.compares(), analysis.minDuration());
        return Judge.judge(analysis, late, expected(window, baseline, requests), Observation.kept(analysis.gates()))
                        .verdict()
                == Verdict.PASS;
    }

    /** What would be seen if the candidate were like the baseline and no pair differed. */
    private static Evidence expected(Window window, SideCounts baseline, long requests) {
        long others = window.isSplit()
                ? Math.max(1, requests * (Route.EVERYONE - window.weight()) / window.weight())
                : requests;
        return new Evidence(scaled(baseline, others), scaled(baseline, requests), new Mismatches(requests, 0, 0, 0));
    }

    private static SideCounts scaled(SideCounts side, long requests) {
        long errors = side.requests() == 0 ? 0 : Math.round((double) side.errors() / side.requests() * requests);
        Latencies times = side.latencies().count() == 0 ? usualBaseline().latencies() : side.latencies();
        return new SideCounts(requests, errors, times.scaledTo(requests));
    }
}
