package dev.banyan.bench;

import dev.banyan.bench.load.LoadFailed;
import dev.banyan.bench.peer.Banyan;
import dev.banyan.bench.report.Measure;
import dev.banyan.bench.report.Results;
import java.io.IOException;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * What many rules cost: two gateways run side by side, with one rule and with many, and are asked in turn, over and over. A machine's
 * own state lasts for minutes, longer than a case; within a pair of turns it is the same.
 */
final class RulesPairs {

    static final String NAME = "rules-pairs";

    private static final int PAIRS = 16;
    private static final int MANY = 100_000;

    private final Plan plan;
    private final Field field;
    private final LoadRun loadRun;
    private final Failures failures;
    private final Results results;
    private final Consumer<String> progress;

    RulesPairs(Plan plan, Field field, LoadRun loadRun, Failures failures, Results results, Consumer<String> progress) {
        this.plan = plan;
        this.field = field;
        this.loadRun = loadRun;
        this.failures = failures;
        this.results = results;
        this.progress = progress;
    }

    void run(Banyan banyan) throws IOException, InterruptedException {
        var rules = (int) plan.scaled(MANY);
        var pairs = plan.quick() ? 1 : PAIRS;
        var one = LoadCase.withRules(1, 1).named(NAME);
        var many = LoadCase.withRules(MANY, rules).named(NAME);
        results.begin(
                NAME,
                String.format(
                        Locale.ROOT,
                        "1 and %,d rules in turn, %d pairs of turns of %.1f s, requests as with rules1 and rules100000",
                        rules,
                        pairs,
                        plan.length().toMillis() / 1e3));
        var withOne = field.start(banyan, 1, Setup.PLAIN, null);
        var withMany = field.start(banyan, rules, Setup.PLAIN, null);
        var rowOfOne = withOne.named(Results.ONE_RULE);
        var rowOfMany = withMany.named(Results.MANY_RULES);
        try {
            loadRun.warmUp(one, withOne, true);
            loadRun.warmUp(many, withMany, true);
            for (var pair = 0; pair < pairs; pair++) {
                var oneFirst = pair % 2 == 0;
                loadRun.peak(oneFirst ? one : many, oneFirst ? rowOfOne : rowOfMany);
                loadRun.peak(oneFirst ? many : one, oneFirst ? rowOfMany : rowOfOne);
            }
            results.pairedRatio(NAME, Results.MANY_RULES, Results.ONE_RULE, Measure.REQUESTS)
                    .ifPresent(ratio -> progress.accept(
                            String.format(Locale.ROOT, "  %-11s banyan    %10.2f of the requests/s", NAME, ratio)));
        } catch (LoadFailed e) {
            failures.of(NAME, banyan.name(), e);
        } finally {
            field.stop(withOne);
            field.stop(withMany);
        }
    }
}
