package dev.banyan.cli;

import dev.banyan.cli.rules.RulesCommand;
import dev.banyan.cli.toolkit.CommandFailed;
import dev.banyan.cli.toolkit.Toolkit;
import java.io.PrintWriter;
import java.util.Locale;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/** The {@code banyan} command. Its footer says the exit codes. */
@Command(
        name = "banyan",
        description = "Moves a running application to new services, route by route.",
        mixinStandardHelpOptions = true,
        versionProvider = Banyan.Version.class,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            GatewayCommand.class,
            BridgeCommand.class,
            EventsCommand.class,
            RulesCommand.class,
            StatusCommand.class,
            DiffCommand.class,
            WatchCommand.class,
            DemoCommand.class,
            BenchCommand.class
        },
        footer = {
            "",
            "Exit codes: 0 ok, 1 failed, 2 wrong usage, 3 something to change was found (rules plan, rules format --check,",
            "bridge plan, bridge contracts --check), 4 asked for and not yet answered (promote, rollback, ...).",
            "Start with `banyan demo`, or with `banyan gateway --legacy http://localhost:8080` in front of your own application."
        })
public final class Banyan implements Runnable {

    /** What no argument can be, so that {@code --} is passed on like any other. */
    private static final String NO_DELIMITER = "\0";

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before it runs the command
    private CommandSpec spec;

    /** Runs the command that {@code args} name and ends this process with its exit code. */
    public static void main(String[] args) {
        Locale.setDefault(Locale.Category.FORMAT, Locale.ENGLISH); // of numbers that programs read again
        System.setProperty("slf4j.internal.verbosity", "ERROR"); // libraries log, this command prints
        System.exit(commandLine().execute(args));
    }

    static CommandLine commandLine() {
        var commandLine = new CommandLine(new Banyan());
        ShiftCommand.addTo(commandLine); // first: what follows is for all commands there are
        commandLine
                .setUsageHelpWidth(110)
                .setUsageHelpAutoWidth(false)
                .setParameterExceptionHandler(Banyan::wrongUsage)
                .setExecutionExceptionHandler((e, failing, parsed) -> failed(e, failing));
        // Their options are the programs' own, and so is what is wrong with them; a file that an argument names (@FILE)
        // is theirs to read, once.
        commandLine.setExpandAtFiles(false);
        commandLine.getSubcommands().forEach((name, command) -> {
            if (PassThrough.commands().contains(name)) {
                command.setUnmatchedOptionsArePositionalParams(true).setEndOfOptionsDelimiter(NO_DELIMITER);
            }
        });
        return commandLine;
    }

    /** Wrong usage is a line with what was wrong and, where it looks like a slip, what was meant. */
    private static int wrongUsage(ParameterException e, String[] args) {
        var commandLine = e.getCommandLine();
        var err = commandLine.getErr();
        var name = commandLine.getCommandSpec().qualifiedName();
        err.println(name + ": " + e.getMessage());
        if (!UnmatchedArgumentException.printSuggestions(e, err)) {
            err.println("see " + name + " --help");
        }
        err.flush();
        return CommandLine.ExitCode.USAGE;
    }

    /** An error that is the user's to mend is one line; any other also shows where it happened. */
    private static int failed(Exception e, CommandLine commandLine) {
        PrintWriter err = commandLine.getErr();
        if (e instanceof CommandFailed) {
            err.println("banyan: " + e.getMessage());
        } else {
            err.println("banyan: unexpected error, please report it:");
            e.printStackTrace(err);
        }
        err.flush();
        return CommandLine.ExitCode.SOFTWARE;
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "a command is missing");
    }

    /** Prints the version that stands in the jar's manifest. */
    static final class Version implements CommandLine.IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {"banyan " + Toolkit.version() + " (Java " + Runtime.version() + ")"};
        }
    }
}
