package dev.banyan.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code banyan events}: the events of a bridge, told by the bridge's own program. */
@Command(
        name = "events",
        description =
                "Events of the lake and events that wait: `banyan events ls`, `count`, `show`, `replay`, `verify`, `faults`.")
final class EventsCommand implements Callable<Integer> {

    @Parameters(arity = "0..*", paramLabel = "OPTION", description = "A command and its options.")
    private List<String> arguments = new ArrayList<>();

    @Override
    public Integer call() {
        var complete = new ArrayList<>(List.of("events"));
        complete.addAll(arguments.isEmpty() ? List.of("--help") : arguments);
        return PassThrough.run("events", complete);
    }
}
