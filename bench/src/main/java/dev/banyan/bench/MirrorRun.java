package dev.banyan.bench;

import dev.banyan.bench.load.Front;
import dev.banyan.bench.load.LoadFailed;
import dev.banyan.bench.load.OneRequest;
import dev.banyan.bench.load.OpenLoop;
import dev.banyan.bench.peer.Banyan;
import dev.banyan.bench.report.Measure;
import dev.banyan.bench.report.Results;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Consumer;

/** What mirroring costs the gateway, how much of it is done, and what callers notice: with every request mirrored, and with none. */
final class MirrorRun {

    static final String NAME = "mirror";

    /** The same with callers' latencies, plain and mirrored in turn. */
    static final String LATENCY = "mirror-p99";

    private static final int ALTERNATIONS = 10;

    /** How much longer its turns are than others: a p99 hangs on the few longest stalls, and one turn has too few to compare. */
    private static final int LONGER = 2;

    /** Of the peak without mirroring. */
    private static final double LOAD = 0.3;

    private static final Duration COPIES_ARRIVE = Duration.ofMillis(200);

    private final Plan plan;
    private final Field field;
    private final LoadRun loadRun;
    private final Results results;
    private final Consumer<String> progress;

    MirrorRun(Plan plan, Field field, LoadRun loadRun, Results results, Consumer<String> progress) {
        this.plan = plan;
        this.field = field;
        this.loadRun = loadRun;
        this.results = results;
        this.progress = progress;
    }

    /** Measures those of {@code cases} that are about mirroring, in one process. */
    void run(Banyan banyan, Set<String> cases) throws IOException, InterruptedException {
        var folder = field.folder("mirror-rules");
        Banyan.writeRules(field.mirroredPlace(folder), folder.resolve("rules.yaml"));
        var refusal = new Launcher(banyan.launcher()).refusal(folder);
        if (refusal.isPresent()) {
            leaveOut(cases, refusal.get());
            return;
        }
        var running = field.start(banyan, 1, Setup.MIRRORED, null);
        var load = LoadCase.mirrored();
        try {
            if (mirroredPercent(load, running, 100) == 0) {
                leaveOut(cases, "the rules are accepted, but no copy came to the candidate");
                return;
            }
            if (cases.contains(NAME)) {
                loadRun.run(load, List.of(running), true);
                var half =
                        results.median(NAME, running.name(), Measure.HALF_LOAD).orElseThrow();
                results.add(NAME, running.name(), Measure.MIRRORED, mirroredPercent(load, running, half));
            }
            if (cases.contains(LATENCY)) {
                alternate(running);
            }
        } finally {
            field.stop(running);
        }
    }

    private void leaveOut(Set<String> cases, String why) {
        for (var name : List.of(NAME, LATENCY)) {
            if (cases.contains(name)) {
                results.skip(name, why);
                progress.accept("  " + name + ": left out, " + why);
            }
        }
    }

    /** Returns how many copies reached the candidate, in percent of the requests. The rules have nothing else reach it. */
    private double mirroredPercent(LoadCase load, Running running, double rate)
            throws IOException, InterruptedException {
        var before = copies();
        var asked = OpenLoop.run(
                        field.loader(),
                        Front.http1(running.port(), load.connections()),
                        load.asks(),
                        rate,
                        Duration.ZERO,
                        plan.length())
                .getTotalCount();
        long now = copies();
        long earlier;
        do {
            earlier = now;
            Thread.sleep(COPIES_ARRIVE);
            now = copies();
        } while (now != earlier);
        return 100.0 * (now - before) / asked;
    }

    private long copies() throws IOException, InterruptedException {
        return Long.parseLong(OneRequest.text(field.candidate().port(), "/count", 20));
    }

    /** Asks plain, mirrored and plain again, over and over: the two plain ones say how much equal runs differ here. */
    private void alternate(Running running) throws InterruptedException {
        results.begin(
                LATENCY,
                String.format(
                        Locale.ROOT,
                        "plain, mirrored and plain again, %d times in turn, at %.0f %% of the plain peak",
                        ALTERNATIONS,
                        LOAD * 100));
        loadRun.warmUp(LoadCase.mirrored(), running, true);
        loadRun.warmUp(LoadCase.unmirrored(), running, true);
        var rate = LOAD * loadRun.peakRate(LoadCase.unmirrored(), running);
        for (var turn = 0; turn < (plan.quick() ? 1 : ALTERNATIONS); turn++) {
            latency(LoadCase.unmirrored(), running, Results.PLAIN, rate);
            latency(LoadCase.mirrored(), running, Results.MIRRORED, rate);
            latency(LoadCase.unmirrored(), running, Results.PLAIN_AGAIN, rate);
        }
        for (var row : List.of(Results.PLAIN, Results.MIRRORED, Results.PLAIN_AGAIN)) {
            progress.accept(String.format(
                    Locale.ROOT,
                    "  %-11s %-11s  %,10.2f %s",
                    LATENCY,
                    row,
                    results.median(LATENCY, row, Measure.P99).orElseThrow(),
                    Measure.P99.label()));
        }
    }

    private void latency(LoadCase load, Running running, String row, double rate) throws InterruptedException {
        try {
            var latencies = OpenLoop.run(
                    field.loader(),
                    Front.http1(running.port(), load.connections()),
                    load.asks(),
                    rate,
                    plan.settle(),
                    plan.length().multipliedBy(LONGER));
            results.add(LATENCY, row, Measure.P50, latencies.getValueAtPercentile(50) / 1e6);
            results.add(LATENCY, row, Measure.P99, latencies.getValueAtPercentile(99) / 1e6);
            results.add(LATENCY, row, Measure.HALF_LOAD, rate);
        } catch (LoadFailed e) {
            throw new LoadFailed(LATENCY + ", " + row + ": " + e.getMessage(), e);
        }
    }
}
