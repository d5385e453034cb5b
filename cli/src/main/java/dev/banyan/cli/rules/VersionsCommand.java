package dev.banyan.cli.rules;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code banyan rules versions}: what was pushed, when, by whom and why. */
@Command(
        name = "versions",
        description = {
            "List the last hundred versions of the rules in the control store, newest first: it is the one in force.",
            "Exit codes: 0 listed, 1 failed, 2 wrong usage."
        },
        mixinStandardHelpOptions = true)
final class VersionsCommand implements Callable<Integer> {

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before it runs the command
    private CommandSpec spec;

    @Mixin
    private final GatewayOptions gateway = new GatewayOptions();

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    @Override
    public Integer call() {
        try (var store = gateway.connect()) {
            var there = store.list();
            var out = spec.commandLine().getOut();
            if (json) {
                out.println(JsonMapper.shared().writeValueAsString(there));
            } else {
                for (var each : there.path("versions")) {
                    out.println("%6d  %s  %s  %s  %s"
                            .formatted(
                                    each.path("version").asLong(),
                                    each.path("pushed").asString(""),
                                    each.path("hash").asString(""),
                                    oneLine(each.path("by")),
                                    oneLine(each.path("why"))));
                }
                out.println(Problems.count(there.path("newest").asLong(), "version") + " in "
                        + there.path("store").asString(""));
            }
            out.flush();
        }
        return 0;
    }

    /** Without what would be a line of its own, or a command to the terminal. */
    private static String oneLine(JsonNode text) {
        return text.asString("").replaceAll("\\p{Cntrl}+", " ");
    }
}
