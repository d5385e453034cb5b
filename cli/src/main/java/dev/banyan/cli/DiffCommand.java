package dev.banyan.cli;

import dev.banyan.cli.rules.RouteFile;
import dev.banyan.cli.toolkit.AdminApi;
import dev.banyan.cli.toolkit.RunFolder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code banyan diff ROUTE}: how the candidate's replies differ from the baseline's. */
@Command(
        name = "diff",
        description = {
            "Show how the two sides of a route differ, with samples and the rules that would ignore it.",
            "With --write, put such rules into the file that the route stands in."
        },
        mixinStandardHelpOptions = true)
final class DiffCommand implements Callable<Integer> {

    private static final JsonMapper JSON = JsonMapper.shared();

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before it runs the command
    private CommandSpec spec;

    @Parameters(paramLabel = "ROUTE", description = "The name of a route that is mirrored.")
    @SuppressWarnings("NullAway.Init") // it is required
    private String route;

    @ArgGroup(exclusive = false, heading = "%nWriting ignore rules:%n")
    private @Nullable IgnoreWriting writing;

    @Mixin
    @SuppressWarnings("NullAway.Init") // picocli sets it before it runs the command
    private RunFolder runFolder;

    @Option(names = "--json", description = "Print JSON, with all samples.")
    private boolean json;

    @Override
    public Integer call() {
        if (writing != null && !writing.hasReason()) {
            throw new ParameterException(
                    spec.commandLine(), "--reason: nothing (expected: why these places may differ)");
        }
        var out = spec.commandLine().getOut();
        try (var admin = runFolder.gateway()) {
            var answer = admin.get("/admin/diff?route=" + URLEncoder.encode(route, StandardCharsets.UTF_8));
            if (writing != null) {
                write(writing, admin, answer);
            } else if (json) {
                out.println(JSON.writeValueAsString(answer));
            } else {
                out.print(answer.path("text").asString(""));
                if (!answer.path("ignorable").isEmpty()) {
                    out.println();
                    out.println("to have such rules written: banyan diff " + route
                            + " --write --reason TEXT [--only PLACE]; without --only, those for noise");
                }
            }
        }
        out.flush();
        return 0;
    }

    private void write(IgnoreWriting chosen, AdminApi admin, JsonNode answer) {
        var out = spec.commandLine().getOut();
        var file = RouteFile.of(
                chosen.folder(admin.get("/admin/rules")),
                route,
                spec.commandLine().getErr());
        var rules = chosen.chosen(answer, file);
        List<String> lines = rules.isEmpty() ? List.of() : file.ignore(rules);
        if (json) {
            var written = JSON.createObjectNode()
                    .put("route", route)
                    .put("file", file.file().toString())
                    .put("changed", !lines.isEmpty());
            written.set("rules", JSON.valueToTree(rules));
            written.set("diff", JSON.valueToTree(lines));
            out.println(JSON.writeValueAsString(written));
        } else if (lines.isEmpty()) {
            out.println(
                    file.file() + ": nothing to write: what is chosen is ignored already, or nothing is noise so far");
        } else {
            lines.forEach(out::println);
            out.println(file.file() + ": written. The evidence of the route begins anew.");
        }
    }
}
