package dev.banyan.bench;

import dev.banyan.bench.load.ClosedLoop;
import dev.banyan.bench.load.Front;
import dev.banyan.bench.load.LoadFailed;
import dev.banyan.bench.load.OpenLoop;
import dev.banyan.bench.report.Measure;
import dev.banyan.bench.report.Results;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;

/** Measures one {@link LoadCase} on several programs in turn: the peak, what it costs, and latencies at half of it. */
final class LoadRun {

    /** A JVM whose compilers work for less than this share of a turn is warm. */
    private static final double COMPILING = 0.1;

    /** How long compilers may go on after a turn of a warm-up. */
    private static final Duration COMPILED_WITHIN = Duration.ofSeconds(10);

    private static final Duration LOOK = Duration.ofMillis(20);

    /** From so many connections on, a quick plan has fewer. */
    private static final int MANY = 100;

    /** Requests after which the compiler of a JVM has seen all that matters several times over. */
    private static final long WARM_REPLIES = 40_000;

    private static final Duration NO_REPLY = Duration.ofSeconds(60);

    private static final double MB = 1e6;

    private final Plan plan;
    private final Field field;
    private final Results results;
    private final OthersBusy others;
    private final Consumer<String> progress;
    private final Failures failures;

    LoadRun(Plan plan, Field field, Results results, OthersBusy others, Consumer<String> progress) {
        this.plan = plan;
        this.field = field;
        this.results = results;
        this.others = others;
        this.progress = progress;
        this.failures = new Failures(results, progress);
    }

    /** Measures {@code load} on {@code all}; {@code cold} are processes that have not served yet. */
    void run(LoadCase load, List<Running> all, boolean cold) throws InterruptedException {
        results.begin(load.name(), load.title());
        var fit = new ArrayList<>(all);
        each(load, fit, running -> warmUp(load, running, cold));
        for (var round = 0; round < plan.rounds(); round++) {
            each(load, fit, running -> peak(load, running));
        }
        for (var round = 0; round < plan.rounds(); round++) {
            each(load, fit, running -> latency(load, running));
        }
        for (var running : fit) {
            results.add(
                    load.name(),
                    running.name(),
                    Measure.RESIDENT,
                    running.tree().residentBytes() / MB);
            tell(load, running);
        }
    }

    private ClosedLoop open(LoadCase load, Running running) {
        return ClosedLoop.start(field.loader(), front(load, running), load.asks());
    }

    private Front front(LoadCase load, Running running) {
        var connections = load.connections() < MANY ? load.connections() : (int) plan.scaled(load.connections());
        Integer http2Port = running.http2Port();
        return load.streams() == 0
                ? Front.http1(running.port(), connections)
                : new Front(Objects.requireNonNull(http2Port), connections, load.streams());
    }

    private interface Turn {
        void of(Running running) throws InterruptedException;
    }

    /** Gives each that is {@code fit} its turn. A peer that fails is none any more, and the rest of the case goes on; our own failure ends it. */
    private void each(LoadCase load, List<Running> fit, Turn turn) throws InterruptedException {
        for (var running : List.copyOf(fit)) {
            try {
                turn.of(running);
            } catch (LoadFailed e) {
                failures.of(load.name(), running.name(), e);
                fit.remove(running);
            }
        }
    }

    /**
     * A JVM is given turns until its compilers hardly have work from one; one that has just started, until it has answered many
     * requests too. After each turn they finish what waits for them, since under full load they get little of the processor.
     */
    void warmUp(LoadCase load, Running running, boolean cold) throws InterruptedException {
        if (running.compiledMillis().isEmpty()) {
            served(load, running, plan.warmUp());
            return;
        }
        var turnsMin = cold ? plan.warmUpTurnsMin() : 1;
        var repliesMin = cold ? plan.scaled(WARM_REPLIES) : 0;
        var replies = 0L;
        for (var turn = 1; turn <= plan.warmUpTurnsMax(); turn++) {
            var before = running.compiledMillis().orElseThrow();
            replies += served(load, running, plan.warmUpTurn());
            letCompile(running);
            var compiled = running.compiledMillis().orElseThrow() - before;
            if (turn >= turnsMin
                    && replies >= repliesMin
                    && compiled < plan.warmUpTurn().toMillis() * COMPILING) {
                return;
            }
        }
    }

    /** Returns how many requests were answered in {@code length}. */
    private long served(LoadCase load, Running running, Duration length) throws InterruptedException {
        try (var closed = open(load, running)) {
            Thread.sleep(length);
            return closed.replies();
        }
    }

    private static void letCompile(Running running) throws InterruptedException {
        var deadline = System.nanoTime() + COMPILED_WITHIN.toNanos();
        while (running.isCompiling() && System.nanoTime() < deadline) {
            Thread.sleep(LOOK);
        }
    }

    /** Returns how many requests a second a turn has, and files nothing. */
    double peakRate(LoadCase load, Running running) throws InterruptedException {
        try (var closed = open(load, running)) {
            Thread.sleep(plan.settle());
            var before = closed.replies();
            var began = System.nanoTime();
            turn(closed, before);
            return (closed.replies() - before) * 1e9 / (System.nanoTime() - began);
        }
    }

    /** One turn as fast as it goes, filed under the names of {@code load} and {@code running}. */
    void peak(LoadCase load, Running running) throws InterruptedException {
        var isProxy = !running.name().equals(Results.DIRECT);
        try (var closed = open(load, running)) {
            var allocatedBefore = running.allocatedBytes();
            var repliesBefore = closed.replies();
            var before = Window.now(isProxy ? running.tree() : null, field.upstreams());
            turn(closed, repliesBefore);
            var spent = Window.now(isProxy ? running.tree() : null, field.upstreams())
                    .since(before);
            var replies = (double) (closed.replies() - repliesBefore);
            others.add(spent);
            add(load, running, Measure.REQUESTS, replies / spent.seconds());
            if (isProxy) {
                add(load, running, Measure.CPU, spent.peer() / 1e3 / replies);
            }
            add(load, running, Measure.CPU_UPSTREAM, spent.upstream() / 1e3 / replies);
            add(load, running, Measure.CPU_LOAD, spent.load() / 1e3 / replies);
            var repliesSince = (double) (closed.replies() - repliesBefore);
            running.allocatedBytes()
                    .ifPresent(now -> add(
                            load, running, Measure.ALLOCATED, (now - allocatedBefore.orElseThrow()) / repliesSince));
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

    private void latency(LoadCase load, Running running) throws InterruptedException {
        var rate = halfOfPeak(load, running);
        var latencies =
                OpenLoop.run(field.loader(), front(load, running), load.asks(), rate, plan.settle(), plan.length());
        add(load, running, Measure.HALF_LOAD, rate);
        add(load, running, Measure.P50, latencies.getValueAtPercentile(50) / 1e6);
        add(load, running, Measure.P99, latencies.getValueAtPercentile(99) / 1e6);
    }

    /** Without a proxy the rate is Banyan's, so that the difference is what Banyan adds. */
    private double halfOfPeak(LoadCase load, Running running) {
        var own = results.median(load.name(), running.name(), Measure.REQUESTS).orElseThrow();
        var peak = running.name().equals(Results.DIRECT)
                ? results.median(load.name(), "banyan", Measure.REQUESTS).orElse(own)
                : own;
        return Math.max(1, peak / 2);
    }

    private void add(LoadCase load, Running running, Measure measure, double value) {
        results.add(load.name(), running.name(), measure, value);
    }

    private void tell(LoadCase load, Running running) {
        var line = new StringBuilder(String.format("  %-11s %-8s", load.name(), running.name()));
        for (var measure : List.of(Measure.REQUESTS, Measure.P50, Measure.P99, Measure.CPU)) {
            results.median(load.name(), running.name(), measure)
                    .ifPresent(median ->
                            line.append(String.format(java.util.Locale.ROOT, "  %,10.2f %s", median, measure.label())));
        }
        progress.accept(line.toString());
    }
}
