package dev.banyan.bridge;

import dev.banyan.bridge.run.BridgeRun;
import dev.banyan.bridge.run.ControlFile;
import dev.banyan.bridge.run.RunSettings;
import dev.banyan.bridge.run.StatusServer;
import dev.banyan.bridge.scaffold.Scaffold;
import dev.banyan.bridge.scaffold.ScaffoldFailed;
import dev.banyan.bridge.source.Preflight;
import dev.banyan.bridge.source.Source;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Objects;
import java.util.TimeZone;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The command line of the bridge. Exit codes: 0 ok, 1 failed or refused, 2 wrong usage, 3 the plan has steps left. */
@Command(
        name = "cdc-bridge",
        mixinStandardHelpOptions = true,
        description =
                "Turns row changes of a legacy PostgreSQL or MariaDB database into domain events on Kafka, SQS, SNS, Kinesis or EventBridge.",
        subcommands = {
            Bridge.Run.class,
            PlanCommand.class,
            Bridge.Init.class,
            ResyncCommand.class,
            BackfillCommand.class,
            ParityCommand.class,
            TestCommand.class,
            ContractsCommand.class,
            ExplainCommand.class,
            DoctorCommand.class,
            KeysCommand.class,
            RevealCommand.class,
            EventsCommand.class
        })
public final class Bridge {

    private static final Duration STOP_MAX = Duration.ofSeconds(60);
    private static final int EXIT_HUNG = 70;

    public static void main(String[] arguments) {
        // Numbers that programs read again, and eras that Debezium reads.
        Locale.setDefault(Locale.Category.FORMAT, Locale.ENGLISH);
        // PostgreSQL's driver tells the server the zone of this JVM, and times with a zone in arrays and ranges are
        // printed in it.
        TimeZone.setDefault(TimeZone.getTimeZone("UTC"));
        System.exit(commandLine().execute(arguments));
    }

    static CommandLine commandLine() {
        var commandLine = new CommandLine(new Bridge())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setExecutionExceptionHandler(new CommandFailure());
        var version =
                "banyan " + Objects.requireNonNullElse(Bridge.class.getPackage().getImplementationVersion(), "dev");
        commandLine.getCommandSpec().version(version);
        commandLine.getSubcommands().values().forEach(each -> each.getCommandSpec()
                .version(version));
        return commandLine;
    }

    @Command(
            name = "run",
            mixinStandardHelpOptions = true,
            description = "Reads the log and publishes events until stopped.")
    static final class Run implements Callable<Integer> {

        @CommandLine.Mixin
        @SuppressWarnings("NullAway.Init") // picocli sets it
        private ConfigOption files;

        @Option(
                names = "--accept-timeline",
                paramLabel = "N",
                description = "go on after a fail-over to this timeline; only if nothing the bridge had read was lost")
        private int acceptedTimeline;

        @Option(
                names = "--accept-publication",
                paramLabel = "N",
                description =
                        "go on though transaction N altered the publication; only if it had its name and every kind of change"
                                + " all the time")
        private long acceptedAlteration;

        @Override
        public Integer call() throws Exception {
            var setup = Setup.read(files.config);
            return run(setup, setup.run(new Preflight.Accepted(acceptedTimeline, acceptedAlteration)));
        }

        private static int run(Setup setup, RunSettings settings) throws InterruptedException {
            if (!setup.warning().isEmpty()) {
                System.err.println(setup.warning());
            }
            var run = new BridgeRun(settings, InstantSource.system());
            var done = new CountDownLatch(1);
            Runtime.getRuntime()
                    .addShutdownHook(new Thread(
                            () -> {
                                run.stop();
                                awaitStop(done);
                            },
                            "banyan-stop"));
            var pages = setup.config().status();
            var probes = pages.probes();
            try (var status = StatusServer.start(pages.port(), settings.name(), run)) {
                if (probes != null) {
                    System.out.println("probes at port " + status.probes(probes.host(), probes.port()));
                }
                ControlFile.beside(settings.store().jdbcUrl())
                        .ifPresent(file -> run.onOpen(() -> status.control(file)));
                System.out.println("READY bridge status=" + status.port());
                var end = run.run();
                if (end != BridgeRun.End.STOPPED || !run.progress().reason().isEmpty()) {
                    System.err.println(end + ": " + run.progress().reason());
                }
                if (end == BridgeRun.End.HUNG) {
                    Runtime.getRuntime().halt(EXIT_HUNG);
                }
                return end == BridgeRun.End.STOPPED ? 0 : 1;
            } finally {
                done.countDown();
            }
        }

        private static void awaitStop(CountDownLatch done) {
            try {
                if (!done.await(STOP_MAX.toSeconds(), TimeUnit.SECONDS)) {
                    System.err.println("not stopped within " + STOP_MAX.toSeconds() + " s; the process ends anyway");
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Command(
            name = "init",
            mixinStandardHelpOptions = true,
            description =
                    "Writes a first mapping and configuration, guessed from a database's schema, which it only reads.")
    static final class Init implements Callable<Integer> {

        @Option(names = "--jdbc", required = true, paramLabel = "URL", description = Source.URL_EXPECTED)
        @SuppressWarnings("NullAway.Init") // picocli sets it
        private String jdbcUrl;

        @Option(names = "--user", required = true, description = "the role to read as")
        @SuppressWarnings("NullAway.Init") // picocli sets it
        private String user;

        @Option(
                names = "--password",
                arity = "0..1",
                interactive = true,
                echo = false,
                description = "asked for when no value follows; goes into a file of its own")
        private String password = "";

        @Option(
                names = "--schema",
                description = "the schema to read (default: public; of MariaDB the database that the URL names)")
        private String schema = "";

        @Option(names = "--out", paramLabel = "DIR", description = "where to write (default: this folder)")
        private Path folder = Path.of("");

        @Option(names = "--force", description = "overwrite files that are there")
        private boolean overwrites;

        @Override
        public Integer call() throws ScaffoldFailed {
            var written = Scaffold.write(
                    new Scaffold.Settings(jdbcUrl, user, password, schema, folder.toAbsolutePath(), overwrites));
            written.files().forEach(file -> System.out.println("written: " + file));
            System.out.println(written.aggregates() + " aggregates; not published:");
            written.refusedTables().forEach((table, reason) -> System.out.println("  " + table + ": " + reason));
            System.out.println("next: read mapping.yaml, every line");
            return 0;
        }
    }
}
