package dev.banyan.bench;

import dev.banyan.bench.load.ClosedLoop;
import dev.banyan.bench.load.LoadFailed;
import dev.banyan.bench.load.OpenLoop;
import dev.banyan.bench.report.Measure;
import dev.banyan.bench.report.Results;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/** Measures one {@link LoadCase} on several sides in turn: the peak, what it costs, and latencies at half of it. */
final class LoadRun {

    /** A turn that is better than the best before by less than this ends a warm-up. */
    private static final double FASTER = 1.03;

    /** From so many connections on, a quick plan has fewer. */
    private static final int MANY = 100;

    private static final Duration NO_REPLY = Duration.ofSeconds(60);

    private static final double MB = 1e6;

    private final Plan plan;
    private final Field field;
    private final Results results;
    private final OthersBusy others;
    private final Consumer<String> progress;

    LoadRun(Plan plan, Field field, Results results, OthersBusy others, Consumer<String> progress) {
        this.plan = plan;
        this.field = field;
        this.results = results;
        this.others = others;
        this.progress = progress;
    }

    /** Measures {@code load} on all {@code sides}; {@code cold} are processes that have not served yet. */
    void run(LoadCase load, List<Side> sides, boolean cold) throws InterruptedException {
        results.begin(load.name(), load.title());
        for (var side : sides) {
            attempt(load, side, () -> warmUp(load, side, cold && side.probe() != null));
        }
        for (var round = 0; round < plan.rounds(); round++) {
            for (var side : sides) {
                attempt(load, side, () -> peak(load, side));
            }
        }
        for (var round = 0; round < plan.rounds(); round++) {
            for (var side : sides) {
                attempt(load, side, () -> latency(load, side));
            }
        }
        for (var side : sides) {
            results.add(load.name(), side.name(), Measure.RESIDENT, side.tree().residentBytes() / MB);
            tell(load, side);
        }
    }

    private ClosedLoop open(LoadCase load, Side side) {
        return ClosedLoop.start(field.loader(), side.port(), load.asks(), connections(load));
    }

    private int connections(LoadCase load) {
        return load.connections() < MANY ? load.connections() : (int) plan.scaled(load.connections());
    }

    private interface Attempt {
        void run() throws InterruptedException;
    }

    private static void attempt(LoadCase load, Side side, Attempt attempt) throws InterruptedException {
        try {
            attempt.run();
        } catch (LoadFailed e) {
            throw new LoadFailed(load.name() + " on " + side.name() + ": " + e.getMessage(), e);
        }
    }

    /** A JVM that has just started is given turns until it becomes no faster. */
    private void warmUp(LoadCase load, Side side, boolean cold) throws InterruptedException {
        try (var closed = open(load, side)) {
            if (!cold) {
                Thread.sleep(plan.warmUp());
                closed.replies();
                return;
            }
            var best = 0L;
            for (var turn = 1; turn <= plan.warmUpTurnsMax(); turn++) {
                var before = closed.replies();
                Thread.sleep(plan.length());
                var replies = closed.replies() - before;
                if (turn >= plan.warmUpTurnsMin() && replies < best * FASTER) {
                    return;
                }
                best = Math.max(best, replies);
            }
        }
    }

    private void peak(LoadCase load, Side side) throws InterruptedException {
        var isProxy = !side.name().equals(Results.DIRECT);
        try (var closed = open(load, side)) {
            var allocatedBefore = side.allocatedBytes();
            var repliesBefore = closed.replies();
            var before =
                    Window.now(isProxy ? side.tree() : null, field.upstream().tree());
            turn(closed, repliesBefore);
            var spent = Window.now(
                            isProxy ? side.tree() : null, field.upstream().tree())
                    .since(before);
            var replies = (double) (closed.replies() - repliesBefore);
            others.add(spent);
            add(load, side, Measure.REQUESTS, replies / spent.seconds());
            if (isProxy) {
                add(load, side, Measure.CPU, spent.peer() / 1e3 / replies);
            }
            add(load, side, Measure.CPU_UPSTREAM, spent.upstream() / 1e3 / replies);
            add(load, side, Measure.CPU_LOAD, spent.load() / 1e3 / replies);
            var repliesSince = (double) (closed.replies() - repliesBefore);
            side.allocatedBytes()
                    .ifPresent(now ->
                            add(load, side, Measure.ALLOCATED, (now - allocatedBefore.orElseThrow()) / repliesSince));
        }
    }

    /** Lets a turn pass; on a machine that is very busy, until there is at least one reply. */
    private void turn(ClosedLoop closed, long repliesBefore) throws InterruptedException {
        Thread.sleep(plan.length());
        var deadline = System.nanoTime() + NO_REPLY.toNanos();
        while (closed.replies() == repliesBefore) {
            if (System.nanoTime() > deadline) {
                throw new LoadFailed("no reply for " + NO_REPLY.toSeconds() + " s");
            }
            Thread.sleep(plan.length());
        }
    }

    private void latency(LoadCase load, Side side) throws InterruptedException {
        var rate = halfOfPeak(load, side);
        var latencies = OpenLoop.run(
                field.loader(), side.port(), load.asks(), connections(load), rate, plan.settle(), plan.length());
        add(load, side, Measure.HALF_LOAD, rate);
        add(load, side, Measure.P50, latencies.getValueAtPercentile(50) / 1e6);
        add(load, side, Measure.P99, latencies.getValueAtPercentile(99) / 1e6);
    }

    /** Without a proxy the rate is Banyan's, so that the difference is what Banyan adds. */
    private double halfOfPeak(LoadCase load, Side side) {
        var own = results.median(load.name(), side.name(), Measure.REQUESTS).orElseThrow();
        var peak = side.name().equals(Results.DIRECT)
                ? results.median(load.name(), "banyan", Measure.REQUESTS).orElse(own)
                : own;
        return Math.max(1, peak / 2);
    }

    private void add(LoadCase load, Side side, Measure measure, double value) {
        results.add(load.name(), side.name(), measure, value);
    }

    private void tell(LoadCase load, Side side) {
        var line = new StringBuilder(String.format("  %-11s %-8s", load.name(), side.name()));
        for (var measure : List.of(Measure.REQUESTS, Measure.P50, Measure.P99, Measure.CPU)) {
            results.median(load.name(), side.name(), measure)
                    .ifPresent(median ->
                            line.append(String.format(java.util.Locale.ROOT, "  %,10.2f %s", median, measure.label())));
        }
        progress.accept(line.toString());
    }
}
