package dev.banyan.bench;

import dev.banyan.bench.load.LoadFailed;
import dev.banyan.bench.peer.Peer;
import dev.banyan.bench.report.Measure;
import dev.banyan.bench.report.Results;
import dev.banyan.process.ChildFailed;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/** How long it takes from the command to the first answer, looked at every 20 ms. */
final class StartRun {

    static final String NAME = "start";

    private final Plan plan;
    private final Starts starts;
    private final Results results;
    private final Consumer<String> progress;
    private final Failures failures;

    /** Starts a peer, stops it, and returns the seconds until its first answer. */
    interface Starts {
        double seconds(Peer peer) throws IOException, InterruptedException;
    }

    StartRun(Plan plan, Starts starts, Results results, Consumer<String> progress) {
        this.plan = plan;
        this.starts = starts;
        this.results = results;
        this.progress = progress;
        this.failures = new Failures(results, progress);
    }

    /** Starts each of {@code peers} once in each round. */
    void run(List<Peer> peers) throws IOException, InterruptedException {
        results.begin(NAME, "from the command line to the first answer, with one rule");
        var fit = new ArrayList<>(peers);
        for (var round = 0; round < plan.rounds(); round++) {
            for (var peer : List.copyOf(fit)) {
                try {
                    results.add(NAME, peer.name(), Measure.READY, starts.seconds(peer));
                } catch (LoadFailed | ChildFailed e) {
                    failures.of(NAME, peer.name(), e);
                    fit.remove(peer);
                }
            }
        }
        for (var peer : fit) {
            progress.accept(String.format(
                    Locale.ROOT,
                    "  %-11s %-8s  %,10.2f %s",
                    NAME,
                    peer.name(),
                    results.median(NAME, peer.name(), Measure.READY).orElseThrow(),
                    Measure.READY.label()));
        }
    }
}
