package dev.banyan.rules.gate;

import dev.banyan.rules.Analysis;
import dev.banyan.rules.Gate;
import dev.banyan.rules.Severity;
import dev.banyan.rules.gate.Latencies.Buckets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Holds evidence against the single limits of gates, each at the same confidence.
 *
 * @param observations of gates that ask somebody else
 * @param logThreshold the log evidence that is enough, {@code ln(1/a)}
 */
record Limits(Evidence evidence, Window window, Map<Gate, Observation> observations, double logThreshold) {

    private static final double BASIS_POINTS = 10_000;

    /** The limits of an analysis: the chance of a mistake that its confidence leaves is split over them. */
    static Limits of(Analysis analysis, Window window, Evidence evidence, Map<Gate, Observation> observations) {
        double chance = 1 - analysis.confidence() / BASIS_POINTS;
        int limits = Math.max(1, count(analysis.gates()));
        return new Limits(evidence, window, observations, Math.log(limits / chance));
    }

    /** How many limits gates have: the chance of a mistake is split over them. */
    static int count(List<Gate> gates) {
        int count = 0;
        for (Gate gate : gates) {
            count += switch (gate) {
                case Gate.MismatchRate _ -> 1;
                case Gate.ErrorRate(Integer increase, Integer max) -> both(increase, max);
                case Gate.Latency(int _, Double ratio, Duration max) -> both(ratio, max);
                case Gate.Probed _ -> 0; // what is read is not drawn by chance
            };
        }
        return count;
    }

    private static int both(@Nullable Object one, @Nullable Object other) {
        return one != null && other != null ? 2 : 1;
    }

    /** The results for a gate's limits; none for a gate that cannot be judged in this window. */
    List<LimitResult> of(Gate gate) {
        return switch (gate) {
            case Gate.MismatchRate(Severity severity, int max) ->
                window.compares() ? List.of(mismatchRate(severity, max / BASIS_POINTS)) : List.of();
            case Gate.ErrorRate rate -> errorRate(rate);
            case Gate.Latency latency -> latency(latency);
            case Gate.Probed probed -> List.of(probed(probed));
        };
    }

    private LimitResult probed(Gate.Probed gate) {
        Observation observation = observations.getOrDefault(gate, Observation.none("not asked yet"));
        Verdict verdict = observation.verdict(gate);
        Double value = observation.value();
        String limit =
                switch (gate) {
                    case Gate.CdcLag lag -> Words.millis((double) lag.max().toMillis());
                    case Gate.Parity parity -> Words.percent(parity.limit());
                };
        String relation = value == null ? "" : (value <= gate.limit() ? ": within " : ": beyond ") + limit;
        return new LimitResult(
                gate.metric(),
                verdict,
                value == null ? 0 : value,
                gate.limit(),
                value == null ? 0 : 1,
                gate.metric() + ": " + observation.words() + relation);
    }

    private LimitResult mismatchRate(Severity severity, double max) {
        Mismatches seen = evidence.mismatches();
        Share share = seen.share(severity);
        // Equal bytes are always compared, so what is not is likelier to differ than the rest: it may never lead to a
        // pass.
        Verdict verdict = verdict(seen.atWorst(severity).againstAtLeast(max), share.againstAtMost(max));
        String name = severity.name().toLowerCase(Locale.ROOT);
        String unknown = seen.notComparable() == 0
                ? ""
                : ", and " + Words.count(seen.notComparable()) + " could not be compared";
        String words = "mismatchRate: " + Words.count(share.count()) + " of " + Words.count(share.trials())
                + " compared pairs differ (" + name + " or worse), " + Words.percent(share.value()) + unknown
                + ": " + Words.relation(verdict, Words.percent(max));
        return new LimitResult("mismatchRate " + name, verdict, share.value(), max, share.trials(), words);
    }

    private List<LimitResult> errorRate(Gate.ErrorRate gate) {
        List<LimitResult> results = new ArrayList<>();
        Share candidate = evidence.candidate().errorShare();
        if (gate.maxIncrease() != null) {
            results.add(errorIncrease(candidate, evidence.baseline().errorShare(), gate.maxIncrease() / BASIS_POINTS));
        }
        if (gate.max() != null) {
            double max = gate.max() / BASIS_POINTS;
            Verdict verdict = verdict(candidate.againstAtLeast(max), candidate.againstAtMost(max));
            String words =
                    "errorRate: candidate " + told(candidate) + ": " + Words.relation(verdict, Words.percent(max));
            results.add(new LimitResult("errorRate", verdict, candidate.value(), max, candidate.trials(), words));
        }
        return results;
    }

    private LimitResult errorIncrease(Share candidate, Share baseline, double increase) {
        Verdict verdict = candidate.trials() == 0 || baseline.trials() == 0
                ? Verdict.INCONCLUSIVE
                : verdict(
                        TwoSides.againstIncreaseAtLeast(candidate, baseline, increase),
                        TwoSides.againstIncreaseAtMost(candidate, baseline, increase));
        double value = candidate.value() - baseline.value();
        String words = "errorRate: candidate " + told(candidate) + ", baseline " + told(baseline) + ": "
                + Words.relation(verdict, Words.points(increase) + " more than the baseline");
        return new LimitResult("errorRate vs baseline", verdict, value, increase, candidate.trials(), words);
    }

    private static String told(Share share) {
        return Words.percent(share.value()) + " of " + Words.count(share.trials()) + " requests";
    }

    private List<LimitResult> latency(Gate.Latency gate) {
        List<LimitResult> results = new ArrayList<>();
        if (gate.maxRatio() != null) {
            results.add(latencyRatio(gate.percentile(), gate.maxRatio()));
        }
        if (gate.max() != null) {
            results.add(latencyMax(gate.percentile(), gate.max()));
        }
        return results;
    }

    private LimitResult latencyRatio(int percentile, double ratio) {
        Latencies candidate = evidence.candidate().latencies();
        Latencies baseline = evidence.baseline().latencies();
        double p = percentile / 100.0;
        Buckets ours = candidate.buckets();
        Buckets theirs = baseline.buckets();
        Verdict verdict = ours.total() == 0 || theirs.total() == 0
                ? Verdict.INCONCLUSIVE
                : verdict(
                        Quantiles.againstAtLeast(ours, theirs, p, ratio),
                        Quantiles.againstAtMost(ours, theirs, p, ratio));
        double value = theirs.total() == 0 ? 0 : candidate.millisAt(percentile) / baseline.millisAt(percentile);
        String metric = "latencyP" + percentile;
        String words = metric + ": candidate " + told(candidate, percentile) + ", baseline "
                + told(baseline, percentile) + ": "
                + Words.relation(verdict, Words.ratio(ratio) + " the baseline's");
        return new LimitResult(metric + " vs baseline", verdict, value, ratio, candidate.count(), words);
    }

    private LimitResult latencyMax(int percentile, Duration max) {
        Latencies candidate = evidence.candidate().latencies();
        Buckets buckets = candidate.buckets();
        double p = percentile / 100.0;
        long micros = max.toNanos() / 1_000;
        Verdict verdict =
                verdict(Quantiles.againstAtLeast(buckets, p, micros), Quantiles.againstAtMost(buckets, p, micros));
        String metric = "latencyP" + percentile;
        String words = metric + ": candidate " + told(candidate, percentile) + ": "
                + Words.relation(verdict, Words.millis(max.toNanos() / 1e6));
        return new LimitResult(
                metric, verdict, candidate.millisAt(percentile), max.toNanos() / 1e6, candidate.count(), words);
    }

    private static String told(Latencies latencies, int percentile) {
        return Words.millis(latencies.millisAt(percentile)) + " (" + Words.count(latencies.count()) + " replies)";
    }

    private Verdict verdict(double againstBeyond, double againstWithin) {
        if (againstBeyond >= logThreshold) {
            return Verdict.PASS;
        }
        return againstWithin >= logThreshold ? Verdict.FAIL : Verdict.INCONCLUSIVE;
    }
}
