package dev.banyan.bridge;

import dev.banyan.bridge.run.BackfillDesk;
import dev.banyan.bridge.run.BackfillDesk.Ask;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/** {@code banyan bridge backfill}: tables to be read anew. */
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

    /** What is the same in all of them. */
    abstract static sealed class Asking extends AskedCommand permits Ls, Start, Wishing, Cancel {

        @CommandLine.Spec
        @SuppressWarnings("NullAway.Init") // picocli sets it
        CommandLine.Model.CommandSpec spec;

        Asking() {
            super(BackfillDesk.Kind.BACKFILL, BackfillText::lines);
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
