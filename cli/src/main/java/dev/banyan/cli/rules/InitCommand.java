package dev.banyan.cli.rules;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.banyan.rules.Problem;
import dev.banyan.rules.RuleSet;
import dev.banyan.rules.RulesFolder;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code banyan rules init}: a folder of rules that sends everything to the legacy application, ready to be edited. */
@Command(
        name = "init",
        description = "Start a folder of rules: the legacy application as the baseline, and a first route to fill in.",
        mixinStandardHelpOptions = true)
final class InitCommand implements Callable<Integer> {

    private static final String TESTS = """
            # yaml-language-server: $schema=./rule-tests.schema.json
            #
            # What goes where: each line is a request and what is expected of it.

            - {name: what no route matches stays, request: {url: "https://shop/"}, expect: {route: none, backend: legacy}}

            # For the first route, once it is there: callers below the weight see the new service, and writes stay.
            # - {request: {url: "https://shop/catalog/1"}, expect: {route: browse-catalog, buckets: "0-499", backend: catalog}}
            # - {request: {method: POST, url: "https://shop/catalog/1"}, expect: {route: none, backend: legacy}}
            """;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before it runs the command
    private CommandSpec spec;

    @Parameters(paramLabel = "DIR", arity = "0..1", description = "The folder; routing-rules when not said.")
    private Path folder = Path.of("routing-rules");

    @Option(names = "--legacy", paramLabel = "URL", required = true, description = "Where the application runs today.")
    @SuppressWarnings("NullAway.Init") // picocli sets it: the option is required
    private String legacy;

    @Option(
            names = "--host",
            paramLabel = "NAME",
            description = "The name the application lives under, when that is not the name people type.")
    private @Nullable String host;

    @Override
    public Integer call() {
        var file = folder.resolve("rules.yaml");
        var text = text();
        requireSound(file, text);
        RulesDir.refuseToOverwrite(folder);
        RulesDir.create(folder, text);
        var tests = RulesDir.createTests(folder, TESTS);
        var out = spec.commandLine().getOut();
        out.println(file + ": written, and the schema for your editor beside it");
        out.println(tests + ": what the rules should do, in the same way");
        out.println("next: ./banyan gateway --legacy " + legacy + " --rules " + folder);
        out.println("then edit " + file + " and run ./banyan rules validate " + folder);
        out.println("and say in " + tests + " what should go where, for ./banyan rules test " + folder);
        out.flush();
        return 0;
    }

    private String text() {
        var hostKey = host == null ? "" : ", host: \"" + host + "\"";
        return """
                # yaml-language-server: $schema=./routing-rules.schema.json
                #
                # Which part of the application is served by what. Whatever no route matches goes to the baseline.

                backends:
                  - {name: legacy, url: "%s", baseline: true%s}
                  # - {name: catalog, url: "http://localhost:8082", timeouts: {connect: 500ms, request: 5s}}

                # cohorts:
                #   - {name: visitor, key: [{generateCookie: banyan_id}], salt: first}

                # A first route. Take the # away here and above, and raise the weight step by step.
                # routes:
                #   - name: browse-catalog
                #     matches:
                #       - {method: GET, path: {type: PathPrefix, value: /catalog}}
                #     candidate: catalog
                #     cohort: visitor
                #     stage: live
                #     weight: 0%%
                """.formatted(legacy, hostKey);
    }

    /** What people typed as an option may be wrong: that is wrong usage, and nothing is written. */
    private void requireSound(Path file, String text) {
        List<Problem> problems = RulesFolder.problems(file, text.getBytes(UTF_8));
        if (!problems.isEmpty()) {
            var first = problems.getFirst();
            throw new ParameterException(
                    spec.commandLine(), first.where() + ": " + first.found() + " (expected: " + first.expected() + ")");
        }
        try {
            RuleSet.passThrough(URI.create(legacy));
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), "--legacy: " + e.getMessage(), e);
        }
    }
}
