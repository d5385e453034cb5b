package dev.banyan.cli;

import dev.banyan.cli.toolkit.AdminApi;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.json.JsonMapper;

/** {@code banyan diff ROUTE}: how the candidate's replies differ from the baseline's. */
@Command(
        name = "diff",
        description = "Show how the two sides of a route differ, with samples and the rules that would ignore it.",
        mixinStandardHelpOptions = true)
final class DiffCommand implements Callable<Integer> {

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before it runs the command
    private CommandSpec spec;

    @Parameters(paramLabel = "ROUTE", description = "The name of a route that is mirrored.")
    @SuppressWarnings("NullAway.Init") // it is required
    private String route;

    @Option(
            names = "--run-dir",
            paramLabel = "DIR",
            defaultValue = ".banyan/gateway",
            description = "The gateway's run folder, where its token lies (${DEFAULT-VALUE}).")
    @SuppressWarnings("NullAway.Init") // it has a default
    private Path runFolder;

    @Option(names = "--json", description = "Print JSON, with all samples.")
    private boolean json;

    @Override
    public Integer call() {
        var out = spec.commandLine().getOut();
        try (var admin = AdminApi.of(runFolder)) {
            var answer = admin.get("/admin/diff?route=" + URLEncoder.encode(route, StandardCharsets.UTF_8));
            out.print(
                    json
                            ? JsonMapper.shared().writeValueAsString(answer) + "\n"
                            : answer.path("text").asString(""));
        }
        out.flush();
        return 0;
    }
}
