package dev.banyan.cli;

import dev.banyan.cli.toolkit.RunFolder;
import java.io.PrintWriter;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code banyan promote}, {@code pause}, {@code resume}, {@code rollback}, {@code freeze} and {@code unfreeze}. */
@Command(
        mixinStandardHelpOptions = true,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:done, or so already",
            "1:refused or failed",
            "2:wrong usage",
            "4:not yet known: the leader has not answered; `banyan watch ROUTE` shows when it has"
        })
final class ShiftCommand implements Callable<Integer> {

    private record Kind(String name, String description) {}

    private static final List<Kind> KINDS = List.of(
            new Kind("promote", "Let a route go on to its next step now, whatever its gates say so far."),
            new Kind("pause", "Keep a route from going up until it is resumed. It may still go back."),
            new Kind("resume", "Let a paused or rolled-back route go on by itself."),
            new Kind("rollback", "Give everybody of a route the baseline at once, until it is resumed."),
            new Kind("freeze", "Let nothing go up on a route, or on any, until it is unfrozen."),
            new Kind("unfreeze", "Let a frozen route, or all of them, go up again."));

    private static final String ALL = "*";
    private static final int NOT_YET = 4;
    private static final JsonMapper JSON = JsonMapper.shared();

    private final String kind;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before it runs the command
    private CommandSpec spec;

    @Parameters(arity = "0..1", paramLabel = "ROUTE", description = "The route's name.")
    private @Nullable String route;

    @Option(names = "--all", description = "All routes; for freeze and unfreeze.")
    private boolean all;

    @Option(names = "--reason", required = true, paramLabel = "TEXT", description = "Why; kept in the journal.")
    @SuppressWarnings("NullAway.Init") // it is required
    private String reason;

    @Option(
            names = "--by",
            paramLabel = "NAME",
            defaultValue = "${sys:user.name}",
            description = "Who asks; kept in the journal (${DEFAULT-VALUE}).")
    @SuppressWarnings("NullAway.Init") // it has a default
    private String by;

    @Mixin
    @SuppressWarnings("NullAway.Init") // picocli sets it before it runs the command
    private RunFolder runFolder;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    private ShiftCommand(String kind) {
        this.kind = kind;
    }

    /** Adds the commands to another one. */
    static void addTo(CommandLine parent) {
        for (Kind kind : KINDS) {
            var command = new CommandLine(new ShiftCommand(kind.name));
            command.getCommandSpec().name(kind.name).usageMessage().description(kind.description);
            parent.addSubcommand(kind.name, command);
        }
    }

    @Override
    public Integer call() {
        String name = name();
        var out = spec.commandLine().getOut();
        try (var admin = runFolder.gateway()) {
            var body = JSON.createObjectNode()
                    .put("id", UUID.randomUUID().toString())
                    .put("route", name)
                    .put("command", kind)
                    .put("by", by)
                    .put("reason", reason);
            if (kind.equals("promote")) {
                // The step it is seen at: two people who both promote what they see promote it once.
                JsonNode step = admin.get(ShiftPath.of(name)).path("step");
                if (step.isInt()) {
                    body.put("step", step.asInt());
                }
            }
            JsonNode answer = admin.post("/admin/shifts", JSON.writeValueAsString(body));
            if (json) {
                out.println(JSON.writeValueAsString(answer));
            } else {
                print(out, name, answer);
            }
            out.flush();
            return switch (answer.path("outcome").asString("")) {
                case "done", "same" -> 0;
                case "refused" -> 1;
                default -> NOT_YET;
            };
        }
    }

    private static void print(PrintWriter out, String name, JsonNode answer) {
        out.printf(
                "%s: %s%s%n",
                name.equals(ALL) ? "all routes" : name,
                switch (answer.path("outcome").asString("")) {
                    case "done" -> "";
                    case "same" -> "nothing to do: ";
                    case "refused" -> "refused: ";
                    default -> "later: ";
                },
                answer.path("words").asString(""));
    }

    private String name() {
        boolean mayBeAll = kind.equals("freeze") || kind.equals("unfreeze");
        if (all && mayBeAll && route == null) {
            return ALL;
        }
        if (all || route == null) {
            throw new ParameterException(
                    spec.commandLine(), mayBeAll ? "a ROUTE, or --all, is missing" : "one ROUTE is needed");
        }
        return route;
    }
}
