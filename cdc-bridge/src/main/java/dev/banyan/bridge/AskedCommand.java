package dev.banyan.bridge;

import dev.banyan.bridge.run.BackfillDesk;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Function;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;

/** A command that asks the desk for backfills or for parity runs something, and prints what that says. */
abstract class AskedCommand implements Callable<Integer> {

    @CommandLine.Mixin
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private ConfigOption files;

    @Option(names = "--json", description = "print JSON")
    private boolean json;

    private final BackfillDesk.Kind kind;
    private final Function<JsonNode, List<String>> lines;

    /** {@code lines} is what the desk says as a person reads it. */
    AskedCommand(BackfillDesk.Kind kind, Function<JsonNode, List<String>> lines) {
        this.kind = kind;
        this.lines = lines;
    }

    abstract BackfillDesk.Request request();

    @Override
    public Integer call() throws Exception {
        var request = request();
        var said = AskedDesk.answer(Setup.read(files.config), kind, request);
        if (json) {
            System.out.println(said);
        } else {
            lines.apply(said).forEach(System.out::println);
        }
        return 0;
    }
}
