package dev.banyan.bridge;

import dev.banyan.bridge.run.BackfillDesk;
import dev.banyan.bridge.run.BackfillDesk.Ask;
import dev.banyan.bridge.run.ControlFile;
import dev.banyan.bridge.store.BridgeStore;
import dev.banyan.bridge.store.StoreUnusable;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * {@code banyan bridge backfill}: tables to be read anew. Where the bridge that runs is the only one that can open the store, it is asked
 * over its status port; else the store is.
 */
@Command(
        name = "backfill",
        mixinStandardHelpOptions = true,
        description = {
            "Reads whole tables beside the log, as events of the state they are in; says how far it is, pauses, goes on.",
            "The bridge may run or be stopped: what is asked for stays in its store."
        },
        subcommands = {
            BackfillCommand.Ls.class,
            BackfillCommand.Start.class,
            BackfillCommand.Pause.class,
            BackfillCommand.Resume.class,
            BackfillCommand.Cancel.class
        })
final class BackfillCommand {

    private static final Duration ANSWER_MAX = Duration.ofSeconds(30);

    /** What is the same in all of them. */
    abstract static sealed class Asking implements Callable<Integer> permits Ls, Start, Wishing, Cancel {

        @CommandLine.Mixin
        @SuppressWarnings("NullAway.Init") // picocli sets it
        private ConfigOption files;

        @Option(names = "--json", description = "print JSON")
        private boolean json;

        @CommandLine.Spec
        @SuppressWarnings("NullAway.Init") // picocli sets it
        CommandLine.Model.CommandSpec spec;

        abstract BackfillDesk.Request request();

        @Override
        public Integer call() throws Exception {
            var request = request();
            var backfills = answer(Setup.read(files.config), request);
            if (json) {
                System.out.println(backfills);
            } else {
                BackfillText.lines(backfills).forEach(System.out::println);
            }
            return 0;
        }
    }

    /** What may be asked of all that are under way. */
    abstract static sealed class Wishing extends Asking permits Pause, Resume {

        private final Ask ask;

        @Parameters(paramLabel = "BACKFILL", arity = "0..*", description = "ids, or their beginnings (default: all)")
        private List<String> ids = List.of();

        Wishing(Ask ask) {
            this.ask = ask;
        }

        @Override
        BackfillDesk.Request request() {
            return new BackfillDesk.Request(ask, ids);
        }
    }

    private BackfillCommand() {}

    private static JsonNode answer(Setup setup, BackfillDesk.Request request) throws IOException, InterruptedException {
        var settings = setup.store();
        try (var store =
                BridgeStore.open(settings, setup.config().name(), "backfill", Setup.LEASE, InstantSource.system())) {
            var desk = new BackfillDesk(store.backfills(), setup.source().tableIds(), InstantSource.system());
            return JsonMapper.shared().valueToTree(desk.answer(request));
        } catch (StoreUnusable e) {
            var control = ControlFile.read(settings.jdbcUrl());
            if (control.isEmpty()) {
                throw e;
            }
            try {
                return ask(control.get(), request);
            } catch (ConnectException _) {
                throw e;
            }
        }
    }

    /** Asks the bridge that has the store open. */
    private static JsonNode ask(ControlFile control, BackfillDesk.Request request)
            throws IOException, InterruptedException {
        try (var client = HttpClient.newHttpClient()) {
            var answer = client.send(
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + control.port() + "/backfills"))
                            .header("Authorization", "Bearer " + control.token())
                            .timeout(ANSWER_MAX)
                            .POST(HttpRequest.BodyPublishers.ofString(
                                    JsonMapper.shared().writeValueAsString(request)))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            var body = JsonMapper.shared().readTree(answer.body());
            if (answer.statusCode() != 200) {
                throw new IllegalArgumentException(body.path("error").asString());
            }
            return body;
        }
    }

    @Command(
            name = "ls",
            mixinStandardHelpOptions = true,
            description = "Lists them, oldest first: how far each is, how fast, and about how long it still takes.")
    static final class Ls extends Asking {

        @Override
        BackfillDesk.Request request() {
            return new BackfillDesk.Request(Ask.LS, List.of());
        }
    }

    @Command(
            name = "start",
            mixinStandardHelpOptions = true,
            description = "Has tables read, once those before it in the line are.")
    static final class Start extends Asking {

        @Parameters(
                paramLabel = "TABLE",
                arity = "0..*",
                description = "tables of the mapping, as SCHEMA.TABLE or, where that is clear, as TABLE")
        private List<String> tables = List.of();

        @Option(names = "--all", description = "every table of the mapping")
        private boolean all;

        @Override
        BackfillDesk.Request request() {
            if (all != tables.isEmpty()) {
                throw new ParameterException(spec.commandLine(), "which? (expected: TABLE..., or --all)");
            }
            return new BackfillDesk.Request(Ask.START, tables);
        }
    }

    @Command(
            name = "pause",
            mixinStandardHelpOptions = true,
            description = "Reads no more rows of a backfill until it is to go on; the log is read as before.")
    static final class Pause extends Wishing {
        Pause() {
            super(Ask.PAUSE);
        }
    }

    @Command(
            name = "resume",
            mixinStandardHelpOptions = true,
            description = "Goes on with a backfill where it was paused.")
    static final class Resume extends Wishing {
        Resume() {
            super(Ask.RESUME);
        }
    }

    @Command(
            name = "cancel",
            mixinStandardHelpOptions = true,
            description = "Gives a backfill up; what it has read stays read.")
    static final class Cancel extends Asking {

        @Parameters(paramLabel = "BACKFILL", arity = "1..*", description = "ids, or their beginnings")
        private List<String> ids = List.of();

        @Override
        BackfillDesk.Request request() {
            return new BackfillDesk.Request(Ask.CANCEL, ids);
        }
    }
}
