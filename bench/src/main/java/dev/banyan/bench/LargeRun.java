package dev.banyan.bench;

import dev.banyan.bench.load.Content;
import dev.banyan.bench.load.LoadFailed;
import dev.banyan.bench.load.OneRequest;
import dev.banyan.bench.peer.Peer;
import dev.banyan.bench.report.Measure;
import dev.banyan.bench.report.Results;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** One body of 10 GB down and one up through a gateway with little heap: hashes must be equal, and memory must not grow. */
final class LargeRun {

    static final String NAME = "large";

    private static final long BYTES = 10_000_000_000L;
    private static final int HEAP_MB = 256;
    private static final int SAMPLE_MILLIS = 100;
    private static final double MB = 1e6;

    private final Plan plan;
    private final Field field;
    private final Results results;
    private final Consumer<String> progress;

    LargeRun(Plan plan, Field field, Results results, Consumer<String> progress) {
        this.plan = plan;
        this.field = field;
        this.results = results;
        this.progress = progress;
    }

    /** Measures each of {@code peers}, in a process of its own. */
    void run(List<Peer> peers) throws IOException, InterruptedException {
        var bytes = plan.scaled(BYTES);
        var expected = Content.hash(bytes);
        for (var peer : peers) {
            var running = field.start(peer, 1, Setup.PLAIN, HEAP_MB);
            try {
                var warmUp = bytes / 50;
                OneRequest.download(running.port(), down(warmUp), warmUp);
                OneRequest.upload(running.port(), "/r0/hash", warmUp);
                transfer(
                        "large-down",
                        "download",
                        running,
                        bytes,
                        expected,
                        () -> OneRequest.download(running.port(), down(bytes), bytes));
                transfer(
                        "large-up",
                        "upload",
                        running,
                        bytes,
                        expected,
                        () -> OneRequest.upload(running.port(), "/r0/hash", bytes));
            } finally {
                field.stop(running);
            }
        }
    }

    private static String down(long bytes) {
        return "/r0/bytes/" + bytes;
    }

    private void transfer(
            String name, String title, Running running, long bytes, String expected, Supplier<String> transfer)
            throws InterruptedException {
        results.begin(
                name,
                String.format(
                        Locale.ROOT,
                        "%s of %,d MB with %d MB of heap, hashed at both ends",
                        title,
                        bytes / 1_000_000,
                        HEAP_MB));
        var residentBefore = running.tree().residentBytes();
        var residentMost = residentBefore;
        var began = System.nanoTime();
        var hash = CompletableFuture.supplyAsync(transfer, Thread::startVirtualThread);
        while (!hash.isDone()) {
            Thread.sleep(SAMPLE_MILLIS);
            residentMost = Math.max(residentMost, running.tree().residentBytes());
        }
        var seconds = (System.nanoTime() - began) / 1e9;
        try {
            if (!hash.get().equals(expected)) {
                throw new LoadFailed(
                        name + " on " + running.name() + ": SHA-256 " + hash.get() + " (expected: " + expected + ")");
            }
        } catch (ExecutionException e) {
            throw new LoadFailed(name + " on " + running.name() + ": " + e.getMessage(), e);
        }
        results.add(name, running.name(), Measure.GIGABYTES, bytes / 1e9 / seconds);
        results.add(name, running.name(), Measure.GROWTH, (residentMost - residentBefore) / MB);
        progress.accept(String.format(
                Locale.ROOT,
                "  %-11s %-8s  %,10.2f GB/s, RSS grew by %.0f MB, hashes equal",
                name,
                running.name(),
                bytes / 1e9 / seconds,
                (residentMost - residentBefore) / MB));
    }
}
