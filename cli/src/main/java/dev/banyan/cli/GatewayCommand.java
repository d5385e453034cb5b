package dev.banyan.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code banyan gateway}: the gateway's own program with the same arguments. */
@Command(
        name = "gateway",
        description = "Run the gateway in front of an application (`banyan gateway --help` lists its options).")
final class GatewayCommand implements Callable<Integer> {

    @Parameters(arity = "0..*", paramLabel = "OPTION", description = "Options of the gateway.")
    private List<String> arguments = new ArrayList<>();

    @Override
    public Integer call() {
        return PassThrough.run("gateway", arguments);
    }
}
