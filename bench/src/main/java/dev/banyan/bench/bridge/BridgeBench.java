package dev.banyan.bench.bridge;

import dev.banyan.bench.measure.Machine;
import dev.banyan.bench.report.Header;
import dev.banyan.bench.report.Json;
import dev.banyan.bench.report.Results;
import dev.banyan.process.Checkout;
import dev.banyan.process.ChildFailed;
import dev.banyan.process.RunFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The {@code bench bridge} command. */
@Command(
        name = "bridge",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Measures the bridge side by side with Debezium Server, all on this machine (Linux only).",
        footer = {"", "Exit codes: 0 ok, 1 failed, 2 wrong usage."})
public final class BridgeBench implements Callable<Integer> {

    /** What can be measured by itself. */
    enum Case {
        CATCH_UP,
        STEADY
    }

    private static final long QUICK = 1_000;
    private static final long WARM_UP_STEPS = 10_000;
    private static final Duration LOOK_AROUND = Duration.ofSeconds(2);

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before it runs the command
    private CommandSpec spec;

    @Option(
            names = "--carriers",
            paramLabel = "NAME",
            split = ",",
            description = "only these: banyan, debezium, debezium-lean (default: all that are there)")
    private @Nullable Set<String> names;

    @Option(names = "--only", paramLabel = "CASE", description = "CATCH_UP or STEADY (default: both)")
    private @Nullable Case only;

    @Option(
            names = "--rounds",
            paramLabel = "N",
            defaultValue = "2",
            description = "how often each has its turn in each case (default: ${DEFAULT-VALUE})")
    private int rounds;

    @Option(
            names = "--rows",
            paramLabel = "N",
            defaultValue = "1000000",
            description = "rows that lie in the log at the start of a catch-up (default: ${DEFAULT-VALUE})")
    private long rows;

    @Option(
            names = "--seconds",
            paramLabel = "N",
            defaultValue = "8",
            description = "how long a steady turn is (default: ${DEFAULT-VALUE})")
    private int seconds;

    @Option(
            names = "--debezium-server",
            paramLabel = "DIR",
            description =
                    "an unpacked distribution (default: .banyan/cache/debezium-server-" + DebeziumServer.VERSION + ")")
    private @Nullable Path distribution;

    @Option(names = "--fetch", description = "get the distribution from Maven Central when it is not there (780 MB)")
    private boolean fetch;

    @Option(
            names = "--report",
            paramLabel = "FILE",
            description = "write the page to FILE (Markdown), and all values beside it as .json")
    private @Nullable Path report;

    @Option(names = "--quick", description = "a fraction of the rows, to see that it works; the figures mean nothing")
    private boolean quick;

    private volatile boolean stopping;

    @Override
    public Integer call() throws IOException, InterruptedException, SQLException {
        if (rounds < 1 || rows < 1_000 || seconds < 1) {
            throw new ParameterException(
                    spec.commandLine(), "--rounds, --rows, --seconds: too few (expected: at least 1, 1000, 1)");
        }
        var root = Checkout.root(BridgeBench.class);
        var results = new Results();
        var carriers = carriers(root, results);
        var began = Instant.now();
        var loadBefore = Machine.loadAverage();
        var busyBefore = lookAround();
        RunFolder folder;
        try {
            folder = RunFolder.create(root.resolve(".banyan/bench"), began);
        } catch (UncheckedIOException e) {
            return complain("bench: " + e.getMessage());
        }
        try (var servers = new Servers(root, folder)) {
            Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(servers)));
            run(servers, carriers, results);
        } catch (ChildFailed | CarryFailed e) {
            return stopping
                    ? 1
                    : complain("bench: " + e.getMessage() + "\n(logs: "
                            + folder.path().resolve("logs") + ")");
        }
        write(header(root, carriers, began, loadBefore, busyBefore), results);
        return 0;
    }

    /** Ends all processes; what the main thread then fails with is nobody's concern. */
    private void stop(Servers servers) {
        stopping = true;
        servers.close();
    }

    private void run(Servers servers, List<Carrier> carriers, Results results)
            throws IOException, InterruptedException, SQLException {
        servers.prepare(carriers);
        var backlog = new Backlog(servers);
        var catchUp = new CatchUp(servers, backlog, carriers, results, this::say);
        catchUp.prime();
        for (var round = 0; round < rounds && only != Case.STEADY; round++) {
            for (var load : Load.values()) {
                catchUp.round(load, Math.max(8, scaled(rows) / load.rows()), round % 2 == 1);
            }
        }
        var steady = new Steady(servers, backlog, results, this::say);
        var length = quick ? Duration.ofMillis(500) : Duration.ofSeconds(seconds);
        for (var round = 0; round < rounds && only != Case.CATCH_UP; round++) {
            for (var carrier : round % 2 == 1 ? carriers.reversed() : carriers) {
                steady.turn(carrier, length, scaled(WARM_UP_STEPS));
            }
        }
    }

    private long scaled(long count) {
        return quick ? Math.max(1, count / QUICK) : count;
    }

    private List<Carrier> carriers(Path root, Results results) throws IOException, InterruptedException {
        var cache = root.resolve(".banyan/cache/debezium-server-" + DebeziumServer.VERSION);
        var folder = distribution == null ? cache : distribution.toAbsolutePath();
        List<Carrier> all =
                List.of(new BanyanBridge(root), new DebeziumServer(folder, true), new DebeziumServer(folder, false));
        var known = all.stream().map(Carrier::name).toList();
        var wanted = names == null ? Set.copyOf(known) : names;
        if (!known.containsAll(wanted)) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--carriers: " + wanted + " (expected: some of " + String.join(", ", known) + ")");
        }
        if (fetch && !Files.exists(folder)) {
            say("  getting Debezium Server " + DebeziumServer.VERSION + " from Maven Central ...");
            DebeziumServer.fetch(root, folder);
        }
        var chosen =
                all.stream().filter(carrier -> wanted.contains(carrier.name())).toList();
        for (var carrier : chosen) {
            carrier.missing().ifPresent(why -> {
                results.skip(carrier.name(), why);
                say("  " + carrier.name() + ": left out, " + why);
            });
        }
        return chosen.stream().filter(carrier -> carrier.missing().isEmpty()).toList();
    }

    /** The share of the machine, 0 to 1, that others take before anything of ours runs. */
    private static double lookAround() throws InterruptedException {
        var busy = Machine.busyNanos();
        var began = System.nanoTime();
        Thread.sleep(LOOK_AROUND);
        return (double) (Machine.busyNanos() - busy)
                / (System.nanoTime() - began)
                / Machine.here().cores();
    }

    private Header header(Path root, List<Carrier> carriers, Instant began, double loadBefore, double busyBefore) {
        var descriptions = new LinkedHashMap<String, String>();
        carriers.forEach(carrier -> descriptions.put(carrier.name(), carrier.description()));
        var arguments = Objects.requireNonNull(spec.commandLine().getParent())
                .getParseResult()
                .originalArgs();
        return new Header(
                began.truncatedTo(ChronoUnit.SECONDS).toString(),
                Header.revision(root),
                "./banyan bench " + String.join(" ", arguments),
                Duration.between(began, Instant.now()).toSeconds() / 60.0,
                rounds,
                seconds,
                quick,
                Machine.here(),
                loadBefore,
                busyBefore,
                descriptions);
    }

    private void write(Header header, Results results) throws IOException {
        var page = BridgePage.of(header, results);
        spec.commandLine().getOut().print(page);
        spec.commandLine().getOut().flush();
        if (report != null) {
            var file = report.toAbsolutePath();
            Files.createDirectories(Objects.requireNonNull(file.getParent()));
            Files.writeString(file, page);
            Files.writeString(
                    file.resolveSibling(file.getFileName().toString().replaceAll("\\.md$", "") + ".json"),
                    Json.of(header, results, BridgePage.goals(results)));
        }
    }

    private void say(String line) {
        spec.commandLine().getErr().println(line);
        spec.commandLine().getErr().flush();
    }

    private int complain(String line) {
        say(line);
        return CommandLine.ExitCode.SOFTWARE;
    }
}
