package dev.banyan.cli.rules;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code banyan rules}: what can be said and done about rule files without a gateway. */
@Command(
        name = "rules",
        description = "Check, explain, test, compare, lay out, start, import, push and pull routing rules.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            ValidateCommand.class,
            LintCommand.class,
            ExplainCommand.class,
            TestCommand.class,
            PlanCommand.class,
            FormatCommand.class,
            InitCommand.class,
            ImportCommand.class,
            PushCommand.class,
            PullCommand.class,
            VersionsCommand.class
        })
public final class RulesCommand implements Runnable {

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before it runs the command
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "a command is missing");
    }
}
