package dev.banyan.bridge;

import dev.banyan.bridge.run.BackfillDesk;
import dev.banyan.bridge.run.BackfillDesk.Ask;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code banyan bridge parity}: whether the bridge remembers what the legacy database has. */
@Command(
        name = "parity",
        mixinStandardHelpOptions = true,
        description = {
            "Reads whole tables beside the log, and compares each row with what the bridge remembers, at the place of the log where it is read.",
            "Nothing is sent, and nothing remembered is changed. The bridge may run or be stopped: what is asked for stays in its store."
        },
        subcommands = {
            ParityCommand.Ls.class,
            ParityCommand.Start.class,
            ParityCommand.Pause.class,
            ParityCommand.Resume.class,
            ParityCommand.Cancel.class
        })
final class ParityCommand {

    /** What is the same in all of them. */
    abstract static sealed class Asking extends AskedCommand permits Ls, Start, Wishing, Cancel {

        Asking() {
            super(BackfillDesk.Kind.PARITY, ParityText::lines);
        }
    }

    /** What may be asked of all that are under way. */
    abstract static sealed class Wishing extends Asking permits Pause, Resume {

        private final Ask ask;

        @Parameters(paramLabel = "RUN", arity = "0..*", description = "ids, or their beginnings (default: all)")
        private List<String> ids = List.of();

        Wishing(Ask ask) {
            this.ask = ask;
        }

        @Override
        BackfillDesk.Request request() {
            return new BackfillDesk.Request(ask, ids);
        }
    }

    private ParityCommand() {}

    @Command(
            name = "ls",
            mixinStandardHelpOptions = true,
            description = "Lists the runs, oldest first: how far each is, what differs, and what makes it good.")
    static final class Ls extends Asking {

        @Override
        BackfillDesk.Request request() {
            return new BackfillDesk.Request(Ask.LS, List.of());
        }
    }

    @Command(
            name = "start",
            mixinStandardHelpOptions = true,
            description = "Has tables compared, once the backfills and runs before it in the line are done.")
    static final class Start extends Asking {

        @Parameters(
                paramLabel = "TABLE",
                arity = "0..*",
                description =
                        "tables of the mapping, as SCHEMA.TABLE or, where that is clear, as TABLE (default: every table of the mapping)")
        private List<String> tables = List.of();

        @Override
        BackfillDesk.Request request() {
            return new BackfillDesk.Request(Ask.START, tables);
        }
    }

    @Command(
            name = "pause",
            mixinStandardHelpOptions = true,
            description = "Reads no more rows of a run until it is to go on; the log is read as before.")
    static final class Pause extends Wishing {
        Pause() {
            super(Ask.PAUSE);
        }
    }

    @Command(name = "resume", mixinStandardHelpOptions = true, description = "Goes on with a run where it was paused.")
    static final class Resume extends Wishing {
        Resume() {
            super(Ask.RESUME);
        }
    }

    @Command(name = "cancel", mixinStandardHelpOptions = true, description = "Gives a run up.")
    static final class Cancel extends Asking {

        @Parameters(paramLabel = "RUN", arity = "1..*", description = "ids, or their beginnings")
        private List<String> ids = List.of();

        @Override
        BackfillDesk.Request request() {
            return new BackfillDesk.Request(Ask.CANCEL, ids);
        }
    }
}
