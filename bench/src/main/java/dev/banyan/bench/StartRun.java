package dev.banyan.bench;

import dev.banyan.bench.load.LoadFailed;
import dev.banyan.bench.peer.Banyan;
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

    private static final String TITLE = "from the command line to the first answer, with one rule";

    private final Plan plan;
    private final Starts starts;
    private final Results results;
    private final Consumer<String> progress;
    private final Failures failures;

    /** How long a start took, and whether its JVM had classes from a cache: one that the JVM refuses says nothing. */
    record Start(double seconds, boolean hadKeptClasses) {}

    /** Starts a peer until its first answer, and stops it. */
    interface Starts {
        Start of(Peer peer) throws IOException, InterruptedException;
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
        results.begin(NAME, TITLE);
        var kept = 0;
        var fit = new ArrayList<>(peers);
        for (var round = 0; round < plan.rounds(); round++) {
            for (var peer : List.copyOf(fit)) {
                try {
                    var start = starts.of(peer);
                    results.add(NAME, peer.name(), Measure.READY, start.seconds);
                    if (peer instanceof Banyan) {
                        kept += start.hadKeptClasses ? 1 : 0;
                        results.begin(
                                NAME,
                                TITLE + "; banyan had the classes its launcher keeps in " + kept + " of " + (round + 1)
                                        + " starts");
                    }
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
