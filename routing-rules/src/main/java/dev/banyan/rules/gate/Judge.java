package dev.banyan.rules.gate;

import dev.banyan.rules.Analysis;
import dev.banyan.rules.Gate;
import dev.banyan.rules.Stage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Judges evidence by the gates of an analysis. */
public final class Judge {

    private Judge() {}

    /**
     * What the gates say together. One limit that is surely broken fails at once, however little was seen. To pass, every limit
     * must surely be kept, {@code minRequests} must have been seen and {@code minDuration} must be over, and the
     * split must be the one asked for.
     */
    public static Judgement judge(Analysis analysis, Window window, Evidence evidence) {
        return judge(analysis, window, evidence, Map.of());
    }

    /** The same with what was read for gates that ask somebody else; those of which nothing was read are inconclusive. */
    public static Judgement judge(
            Analysis analysis, Window window, Evidence evidence, Map<Gate, Observation> observations) {
        var limits = Limits.of(analysis, window, evidence, observations);
        List<LimitResult> results = new ArrayList<>();
        for (Gate gate : analysis.gates()) {
            results.addAll(limits.of(gate));
        }
        Optional<LimitResult> failed = first(results, Verdict.FAIL);
        if (failed.isPresent()) {
            return new Judgement(Verdict.FAIL, results, failed.get().words());
        }
        Optional<String> missing = missing(analysis, window, evidence, results);
        if (missing.isPresent()) {
            return new Judgement(Verdict.INCONCLUSIVE, results, missing.get());
        }
        String kept =
                results.size() == 1 ? results.getFirst().words() : "all " + results.size() + " limits are surely kept";
        return new Judgement(Verdict.PASS, results, kept);
    }

    private static Optional<String> missing(
            Analysis analysis, Window window, Evidence evidence, List<LimitResult> results) {
        long seen = seen(analysis, window, evidence);
        if (seen < analysis.minRequests()) {
            String what = comparesAtShadow(analysis, window) ? " compared pairs" : " requests to the candidate";
            return Optional.of(Words.count(seen) + " of " + Words.count(analysis.minRequests()) + what);
        }
        if (window.sinceStep().compareTo(analysis.minDuration()) < 0) {
            return Optional.of("minDuration of " + analysis.minDuration() + " is not over");
        }
        if (results.isEmpty()) {
            return Optional.of("no gate can be judged here: replies are not compared at this step");
        }
        Optional<String> split = SampleRatio.problem(evidence, window);
        return split.isPresent() ? split : first(results, Verdict.INCONCLUSIVE).map(LimitResult::words);
    }

    /** How much was seen of what {@code minRequests} counts. */
    static long seen(Analysis analysis, Window window, Evidence evidence) {
        return comparesAtShadow(analysis, window)
                ? evidence.mismatches().compared()
                : evidence.candidate().requests();
    }

    private static boolean comparesAtShadow(Analysis analysis, Window window) {
        return window.stage() == Stage.SHADOW && analysis.compares();
    }

    private static Optional<LimitResult> first(List<LimitResult> results, Verdict verdict) {
        return results.stream().filter(each -> each.verdict() == verdict).findFirst();
    }
}
