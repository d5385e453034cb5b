package dev.banyan.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code banyan bridge}: the bridge's own program; without one of its commands, {@code run}. */
@Command(
        name = "bridge",
        description =
                "Run the CDC bridge: `banyan bridge run --config FILE`; also `bridge init`, `test`, `contracts`, `explain`, `plan`, `doctor`, `keys`, `reveal`, `backfill`, `resync`.")
final class BridgeCommand implements Callable<Integer> {

    private static final Set<String> COMMANDS_FIRST = Set.of("--help", "-h", "--version", "-V");

    @Parameters(arity = "0..*", paramLabel = "OPTION", description = "A command of the bridge and its options.")
    private List<String> arguments = new ArrayList<>();

    @Override
    public Integer call() {
        return PassThrough.run("bridge", withCommand(arguments));
    }

    /** {@code bridge --config FILE} means {@code bridge run --config FILE}. */
    static List<String> withCommand(List<String> arguments) {
        if (arguments.isEmpty()
                || !arguments.getFirst().startsWith("-")
                || COMMANDS_FIRST.contains(arguments.getFirst())) {
            return arguments;
        }
        var complete = new ArrayList<>(List.of("run"));
        complete.addAll(arguments);
        return complete;
    }
}
