package dev.banyan.bench;

import dev.banyan.bench.bridge.BridgeBench;
import dev.banyan.bench.load.LoadFailed;
import dev.banyan.bench.measure.Machine;
import dev.banyan.bench.peer.Peer;
import dev.banyan.bench.peer.Peers;
import dev.banyan.bench.report.Header;
import dev.banyan.bench.report.Json;
import dev.banyan.bench.report.Markdown;
import dev.banyan.bench.report.Results;
import dev.banyan.process.Checkout;
import dev.banyan.process.ChildFailed;
import dev.banyan.process.RunFolder;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
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

/** The {@code bench} command. */
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description =
                "Measures the gateway side by side with other people's software, all on this machine (Linux only).",
        subcommands = BridgeBench.class,
        footer = {"", "Exit codes: 0 ok, 1 failed, 2 wrong usage."})
public final class Bench implements Callable<Integer> {

    private static final Path PROC = Path.of("/proc/self/stat");

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before it runs the command
    private CommandSpec spec;

    @Option(
            names = "--cases",
            paramLabel = "CASE",
            split = ",",
            description = "only these: tiny, 10k, 1m, post10k, headers20, conns1000, own-core, rules1, rules1000,"
                    + " rules100000, rules-pairs, mirror, mirror-p99, http2, idle, start, large (default: all)")
    private @Nullable Set<String> cases;

    @Option(
            names = "--peers",
            paramLabel = "PEER",
            split = ",",
            description = "only these: banyan, stock, stock-bare, vertx, reactor, nginx, haproxy (default: all that are"
                    + " installed)")
    private @Nullable Set<String> peers;

    @Option(
            names = "--rounds",
            paramLabel = "N",
            defaultValue = "3",
            description = "how often each peer has its turn in each case (default: ${DEFAULT-VALUE})")
    private int rounds;

    @Option(
            names = "--seconds",
            paramLabel = "N",
            defaultValue = "1.5",
            description = "how long a turn is (default: ${DEFAULT-VALUE})")
    private double seconds;

    @Option(
            names = "--report",
            paramLabel = "FILE",
            description = "write the page to FILE (Markdown), and all values beside it as .json")
    private @Nullable Path report;

    @Option(
            names = "--quick",
            description = "every case at a fraction of its size, to see that it works; the figures mean nothing")
    private boolean quick;

    private volatile boolean stopping;

    /** Runs the command and ends this process with its exit code. */
    public static void main(String[] args) {
        Locale.setDefault(Locale.Category.FORMAT, Locale.ENGLISH); // of numbers that programs read again
        var commandLine = new CommandLine(new Bench()).setUsageHelpWidth(110);
        var version = Objects.requireNonNullElse(Bench.class.getPackage().getImplementationVersion(), "dev");
        commandLine.getCommandSpec().version("banyan " + version);
        System.exit(commandLine.execute(args));
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        var plan = plan();
        var jar = Checkout.jar(Bench.class);
        var root = Checkout.root(Bench.class);
        var results = new Results();
        var chosen = chosen(Peers.all(root, jar), results);
        if (!Files.isReadable(PROC)) {
            return complain("bench: no " + PROC + " (expected: Linux, whose /proc has the processor times)");
        }
        RunFolder folder;
        try {
            folder = RunFolder.create(root.resolve(".banyan/bench"), Instant.now());
        } catch (UncheckedIOException e) {
            return complain("bench: " + e.getMessage());
        }
        var others = new OthersBusy();
        var loadBefore = Machine.loadAverage();
        var began = Instant.now();
        try (var field = new Field(folder, jar, quick)) {
            Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(field)));
            new Session(plan, field, chosen, results, others, this::say).run();
        } catch (IOException | RuntimeException e) {
            if (!stopping) {
                results.skip("the rest of the run", "it ended: " + e.getMessage());
                write(header(plan, root, chosen, began, loadBefore, others), results);
                if (!(e instanceof LoadFailed || e instanceof ChildFailed)) {
                    throw e; // a mistake of ours, of which the page shows what was measured before
                }
                complain(
                        "bench: " + e.getMessage() + "\n(logs: " + folder.path().resolve("logs") + ")");
            }
            return CommandLine.ExitCode.SOFTWARE;
        }
        write(header(plan, root, chosen, began, loadBefore, others), results);
        return 0;
    }

    /** Ends all processes; what the main thread then fails with is nobody's concern. */
    private void stop(Field field) {
        stopping = true;
        field.close();
    }

    private Plan plan() {
        try {
            return new Plan(
                    words("--cases", cases, Session.caseNames()),
                    words(
                            "--peers",
                            peers,
                            Peers.all(Path.of("."), Path.of(".")).stream()
                                    .map(Peer::name)
                                    .toList()),
                    rounds,
                    Duration.ofMillis(Math.round(seconds * 1000)),
                    quick);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), "--" + e.getMessage());
        }
    }

    private Set<String> words(String option, @Nullable Set<String> wanted, List<String> known) {
        if (wanted == null) {
            return Set.copyOf(known);
        }
        var unknown = Session.unknown(wanted, known);
        if (!unknown.isEmpty()) {
            throw new ParameterException(
                    spec.commandLine(),
                    option + ": " + String.join(", ", unknown) + " (expected: some of " + String.join(", ", known)
                            + ")");
        }
        return wanted;
    }

    /** Returns the peers of the plan that are installed, and notes the others. */
    private List<Peer> chosen(List<Peer> all, Results results) {
        var chosen = all.stream()
                .filter(peer -> peers == null || peers.contains(peer.name()))
                .toList();
        for (var peer : chosen) {
            peer.missing().ifPresent(why -> {
                results.skip(peer.name(), why);
                say("  " + peer.name() + ": left out, " + why);
            });
        }
        return chosen.stream().filter(peer -> peer.missing().isEmpty()).toList();
    }

    private Header header(
            Plan plan, Path root, List<Peer> chosen, Instant began, double loadBefore, OthersBusy others) {
        var descriptions = new LinkedHashMap<String, String>();
        chosen.forEach(peer -> descriptions.put(peer.name(), peer.description()));
        var command = "./banyan bench "
                + String.join(" ", spec.commandLine().getParseResult().originalArgs());
        return new Header(
                began.truncatedTo(ChronoUnit.SECONDS).toString(),
                Header.revision(root),
                command.trim(),
                Duration.between(began, Instant.now()).toSeconds() / 60.0,
                plan.rounds(),
                plan.length().toMillis() / 1000.0,
                plan.quick(),
                Machine.here(),
                loadBefore,
                others.share(Machine.here().cores()),
                descriptions);
    }

    private void write(Header header, Results results) throws IOException {
        var page = Markdown.of(header, results);
        var out = spec.commandLine().getOut();
        out.print(page);
        out.flush();
        if (report != null) {
            var file = report.toAbsolutePath();
            Files.createDirectories(Objects.requireNonNull(file.getParent()));
            Files.writeString(file, page);
            Files.writeString(
                    file.resolveSibling(file.getFileName().toString().replaceAll("\\.md$", "") + ".json"),
                    Json.of(header, results));
        }
    }

    private void say(String line) {
        print(spec.commandLine().getErr(), line);
    }

    private int complain(String line) {
        print(spec.commandLine().getErr(), line);
        return CommandLine.ExitCode.SOFTWARE;
    }

    private static void print(PrintWriter writer, String line) {
        writer.println(line);
        writer.flush();
    }
}
