package dev.banyan.bench.bridge;

import dev.banyan.bench.measure.ProcessTree;
import dev.banyan.bench.report.Measure;
import dev.banyan.bench.report.Results;
import dev.banyan.process.Child;
import java.io.IOException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * How fast a carrier takes what lies in the log: the log is filled first, then each carrier starts on the same rows in turn. The clock runs from the
 * first quarter's arrival to the last row's, so that the start of its JVM is not in it.
 */
final class CatchUp {

    private static final double MB = 1e6;
    private static final long FIRST_STEPS = 10;

    private final Servers servers;
    private final Backlog backlog;
    private final List<Carrier> carriers;
    private final Results results;
    private final Consumer<String> progress;

    CatchUp(Servers servers, Backlog backlog, List<Carrier> carriers, Results results, Consumer<String> progress) {
        this.servers = servers;
        this.backlog = backlog;
        this.carriers = carriers;
        this.results = results;
        this.progress = progress;
    }

    /** Lets all carriers make their slots and carry a few rows, so that they stand at the log's end. */
    void prime() throws IOException, SQLException, InterruptedException {
        var running = new ArrayList<Child>();
        var targets = new LinkedHashMap<Carrier, Target>();
        try {
            for (var carrier : carriers) {
                running.add(servers.start(carrier));
                targets.put(carrier, new Target(servers, carrier, Load.ITEMS));
            }
            backlog.write(Load.ITEMS, FIRST_STEPS);
            for (var entry : targets.entrySet()) {
                var carrier = entry.getKey();
                entry.getValue().await(backlog.take(carrier, Load.ITEMS), carrier.name() + " at its first rows");
            }
        } finally {
            targets.values().forEach(Target::close);
        }
        running.forEach(servers::stop);
    }

    /** One round of {@code steps} of {@code load}: the carriers in their order, or, with {@code backwards}, the other way round. */
    void round(Load load, long steps, boolean backwards) throws IOException, SQLException, InterruptedException {
        var name = "catch-up-" + load.name().toLowerCase(Locale.ROOT);
        results.begin(name, "the log is full, the program starts: " + load.title());
        backlog.write(load, steps);
        for (var carrier : backwards ? carriers.reversed() : carriers) {
            turn(name, load, carrier);
        }
    }

    private void turn(String name, Load load, Carrier carrier) throws IOException, InterruptedException {
        try (var target = new Target(servers, carrier, load)) {
            var child = servers.start(carrier);
            var steps = backlog.steps(carrier, load);
            var arrived = backlog.open(carrier, load);
            var all = backlog.take(carrier, load);
            var what = carrier.name() + ", " + name + " (" + all + " messages)";
            // What is sent again is no progress, and must not stand for what has not come.
            target.await(() -> arrived.distinct() >= steps * load.ids() / 4, arrived::add, what);
            var tree = ProcessTree.of(child.pid());
            var before = Moment.now(tree);
            var distinctBefore = arrived.distinct();
            target.await(() -> arrived.areWhole() && target.messages() >= all, arrived::add, what);
            var spent = Moment.now(tree).since(before);
            var rows = (double) (arrived.distinct() - distinctBefore) * load.rows() / load.ids();
            results.add(name, carrier.name(), Measure.ROWS, rows * 1e9 / spent.wallNanos());
            results.add(name, carrier.name(), Measure.CPU_ROW, spent.carrierNanos() / 1e3 / rows);
            results.add(name, carrier.name(), Measure.RESIDENT, tree.residentBytes() / MB);
            results.add(name, carrier.name(), Measure.REPEATED, (double) (target.messages() + target.rest() - all));
            progress.accept(String.format(
                    Locale.ROOT,
                    "  %-16s %-14s %,9.0f rows/s  %6.1f CPU µs/row",
                    name,
                    carrier.name(),
                    rows * 1e9 / spent.wallNanos(),
                    spent.carrierNanos() / 1e3 / rows));
            servers.stop(child);
        }
    }
}
