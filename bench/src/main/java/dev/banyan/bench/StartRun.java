package dev.banyan.bench;

import dev.banyan.bench.peer.Peer;
import dev.banyan.bench.report.Measure;
import dev.banyan.bench.report.Results;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/** How long it takes from the command to the first answer, looked at every 20 ms. */
final class StartRun {

    static final String NAME = "start";

    private final Plan plan;
    private final Field field;
    private final Results results;
    private final Consumer<String> progress;

    StartRun(Plan plan, Field field, Results results, Consumer<String> progress) {
        this.plan = plan;
        this.field = field;
        this.results = results;
        this.progress = progress;
    }

    /** Starts each of {@code peers} once in each round. */
    void run(List<Peer> peers) throws IOException, InterruptedException {
        results.begin(NAME, "from the command line to the first answer, with one rule");
        for (var round = 0; round < plan.rounds(); round++) {
            for (var peer : peers) {
                var running = field.start(peer);
                field.stop(running);
                results.add(NAME, peer.name(), Measure.READY, running.readySeconds());
            }
        }
        for (var peer : peers) {
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
