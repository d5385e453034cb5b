package dev.banyan.bench.bridge;

import dev.banyan.bench.measure.ProcessTree;
import dev.banyan.bench.report.Measure;
import dev.banyan.bench.report.Results;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * How long after its commit a row arrives, at a steady rate by the clock: from when the writer's COMMIT has returned to the poll that returns the last new row
 * of its transaction. The first part of each turn warms up and is left out.
 */
final class Steady {

    static final List<Integer> RATES = List.of(1_000, 3_000);

    private static final Load LOAD = Load.ITEMS;
    private static final int NEW_ITEMS = LOAD.ids();
    private static final double WARM_UP = 0.3;

    private final Servers servers;
    private final Backlog backlog;
    private final Results results;
    private final Consumer<String> progress;

    Steady(Servers servers, Backlog backlog, Results results, Consumer<String> progress) {
        this.servers = servers;
        this.backlog = backlog;
        this.results = results;
        this.progress = progress;
    }

    /** One turn of {@code carrier} at each rate, each {@code length} long, after it has caught up with {@code warmUp} steps at least. */
    void turn(Carrier carrier, Duration length, long warmUp) throws IOException, SQLException, InterruptedException {
        try (var target = new Target(servers, carrier, LOAD)) {
            var child = servers.start(carrier);
            backlog.write(LOAD, Math.max(1, warmUp - backlog.steps(carrier, LOAD)));
            target.await(backlog.take(carrier, LOAD), carrier.name() + " before a steady load");
            target.rest();
            for (var rate : RATES) {
                var name = "steady-" + rate;
                results.begin(
                        name,
                        String.format(Locale.ROOT, "%,d rows/s, 10 rows a transaction: commit to consumer", rate));
                measure(name, carrier, ProcessTree.of(child.pid()), target, rate, length);
            }
            backlog.take(carrier, LOAD);
            servers.stop(child);
        }
    }

    private void measure(String name, Carrier carrier, ProcessTree tree, Target target, int rate, Duration length)
            throws InterruptedException {
        var perSecond = rate / LOAD.rows();
        var count = Math.max(10, (int) (length.toMillis() * perSecond / 1_000));
        var warm = (int) (count * WARM_UP);
        var writer = new Writer(backlog.reserve(LOAD, count), count, perSecond);
        var seen = new long[count];
        @Nullable Moment warmedUp = null;
        writer.thread.start();
        while (seen[count - 1] == 0) {
            var from = warmedUp == null ? warm : count - 1;
            target.await(
                    () -> seen[from] != 0 || writer.failure != null,
                    id -> arrived(id, writer, seen),
                    carrier.name() + ", " + name);
            if (writer.failure != null) {
                throw new CarryFailed("writing for " + name + ": " + writer.failure);
            }
            if (warmedUp == null) {
                warmedUp = Moment.now(tree);
            }
        }
        var spent = Moment.now(tree).since(java.util.Objects.requireNonNull(warmedUp));
        // The last step may come before others, of another partition: those are what a high percentile is about.
        target.await(() -> areSeen(seen, warm), id -> arrived(id, writer, seen), carrier.name() + ", rest of " + name);
        writer.thread.join();
        file(name, carrier, tree, spent, latencies(writer, seen, warm), (double) (count - warm) * LOAD.rows());
    }

    private static void arrived(long id, Writer writer, long[] seen) {
        var step = id / NEW_ITEMS - writer.first;
        if (id % NEW_ITEMS == NEW_ITEMS - 1 && step >= 0 && step < seen.length && seen[(int) step] == 0) {
            seen[(int) step] = System.nanoTime();
        }
    }

    private static boolean areSeen(long[] seen, int from) {
        return Arrays.stream(seen, from, seen.length).noneMatch(nanos -> nanos == 0);
    }

    private static Histogram latencies(Writer writer, long[] seen, int warm) {
        var latencies = new Histogram(3);
        for (var step = warm; step < seen.length; step++) {
            latencies.recordValue(Math.max(0, seen[step] - writer.committed.get(step)) / 1_000);
        }
        return latencies;
    }

    private void file(String name, Carrier carrier, ProcessTree tree, Moment spent, Histogram micros, double rows) {
        results.add(name, carrier.name(), Measure.ROWS, rows * 1e9 / spent.wallNanos());
        results.add(name, carrier.name(), Measure.P50, micros.getValueAtPercentile(50) / 1e3);
        results.add(name, carrier.name(), Measure.P99, micros.getValueAtPercentile(99) / 1e3);
        results.add(name, carrier.name(), Measure.CPU_ROW, spent.carrierNanos() / 1e3 / rows);
        results.add(name, carrier.name(), Measure.RESIDENT, tree.residentBytes() / 1e6);
        progress.accept(String.format(
                Locale.ROOT,
                "  %-16s %-14s p50 %6.1f ms  p99 %6.1f ms  %6.1f CPU µs/row",
                name,
                carrier.name(),
                micros.getValueAtPercentile(50) / 1e3,
                micros.getValueAtPercentile(99) / 1e3,
                spent.carrierNanos() / 1e3 / rows));
    }

    /** Writes steps by the clock on a connection of its own, and notes when each was committed. */
    private final class Writer {

        private final long first;
        private final AtomicLongArray committed;
        private final long periodNanos;
        private final Thread thread;
        private volatile @Nullable SQLException failure;

        Writer(long first, int count, int perSecond) {
            this.first = first;
            this.committed = new AtomicLongArray(count);
            this.periodNanos = TimeUnit.SECONDS.toNanos(1) / perSecond;
            this.thread = Thread.ofPlatform().name("writer").unstarted(this::write);
        }

        private void write() {
            try (var connection = servers.connect();
                    var statement = connection.prepareStatement("SELECT items(?)")) {
                var next = System.nanoTime();
                for (var step = 0; step < committed.length(); step++) {
                    while (System.nanoTime() < next) {
                        LockSupport.parkNanos(next - System.nanoTime());
                    }
                    next += periodNanos;
                    statement.setLong(1, first + step);
                    statement.execute();
                    committed.set(step, System.nanoTime());
                }
            } catch (SQLException e) {
                failure = e;
            }
        }
    }
}
