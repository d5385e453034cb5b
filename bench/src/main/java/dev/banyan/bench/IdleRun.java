package dev.banyan.bench;

import dev.banyan.bench.load.ClosedLoop;
import dev.banyan.bench.load.Front;
import dev.banyan.bench.load.IdleCrowd;
import dev.banyan.bench.load.LoadFailed;
import dev.banyan.bench.peer.Peer;
import dev.banyan.bench.report.Measure;
import dev.banyan.bench.report.Results;
import dev.banyan.process.ChildFailed;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/** What a keep-alive connection costs that has asked once and then says nothing; none may be closed. */
final class IdleRun {

    static final String NAME = "idle";

    private static final int CONNECTIONS = 10_000;
    private static final int WARM_UP_CONNECTIONS = 100;
    private static final double KB = 1e3;

    private final Plan plan;
    private final Field field;
    private final Results results;
    private final Consumer<String> progress;
    private final Failures failures;

    IdleRun(Plan plan, Field field, Results results, Consumer<String> progress) {
        this.plan = plan;
        this.field = field;
        this.results = results;
        this.progress = progress;
        this.failures = new Failures(results, progress);
    }

    /** Measures each of {@code peers} in a process of its own. */
    void run(List<Peer> peers) throws IOException, InterruptedException {
        var count = (int) plan.scaled(CONNECTIONS);
        results.begin(
                NAME,
                String.format(Locale.ROOT, "%,d idle keep-alive connections, each of which has asked once", count));
        for (var peer : peers) {
            try {
                measure(peer, count);
            } catch (LoadFailed | ChildFailed e) {
                failures.of(NAME, peer.name(), e);
                continue;
            }
            progress.accept(String.format(
                    Locale.ROOT,
                    "  %-11s %-8s  %,10.1f %s",
                    NAME,
                    peer.name(),
                    results.median(NAME, peer.name(), Measure.IDLE_RESIDENT).orElseThrow(),
                    Measure.IDLE_RESIDENT.label()));
        }
    }

    private void measure(Peer peer, int count) throws IOException, InterruptedException {
        var running = field.start(peer);
        try {
            measure(running, count);
        } finally {
            field.stop(running);
        }
    }

    private void measure(Running running, int count) throws InterruptedException {
        var asks = List.of(LoadCase.tinyAsk());
        try (var warmUp = ClosedLoop.start(field.loader(), Front.http1(running.port(), WARM_UP_CONNECTIONS), asks)) {
            Thread.sleep(plan.length());
            warmUp.replies();
        }
        var liveBefore = running.liveBytes();
        var residentBefore = running.tree().residentBytes();
        try (var crowd = IdleCrowd.open(field.loader(), running.port(), LoadCase.tinyAsk(), count)) {
            var live = running.liveBytes();
            var resident = running.tree().residentBytes();
            crowd.askAll();
            results.add(NAME, running.name(), Measure.IDLE_RESIDENT, (resident - residentBefore) / KB / count);
            live.ifPresent(bytes -> results.add(
                    NAME, running.name(), Measure.IDLE_LIVE, (bytes - liveBefore.orElseThrow()) / KB / count));
        }
    }
}
