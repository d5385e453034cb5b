package dev.banyan.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code banyan bench}: the program of {@code bench/} with the same arguments. */
@Command(
        name = "bench",
        description =
                "Measure the gateway, or with `bridge` the bridge, side by side with other people's software (`banyan bench --help`).")
final class BenchCommand implements Callable<Integer> {

    @Parameters(arity = "0..*", paramLabel = "OPTION", description = "Options of the bench.")
    private List<String> arguments = new ArrayList<>();

    @Override
    public Integer call() {
        return PassThrough.run("bench", arguments);
    }
}
