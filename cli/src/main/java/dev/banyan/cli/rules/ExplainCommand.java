package dev.banyan.cli.rules;

import dev.banyan.cli.toolkit.RunFolder;
import dev.banyan.rules.Explain;
import dev.banyan.rules.ExplanationMap;
import dev.banyan.rules.SampleRequest;
import java.net.URI;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code banyan rules explain}: why a request goes where it goes. */
@Command(
        name = "explain",
        description = {
            "Say where a request goes and why: the match that wins, what every other one lost by, the caller's bucket,",
            "the backend, and what would be rewritten or filtered. Nothing is sent.",
            "Exit codes: 0 explained, 1 the rules are not valid or the gateway does not answer, 2 wrong usage."
        },
        mixinStandardHelpOptions = true)
final class ExplainCommand implements Callable<Integer> {

    private static final JsonMapper JSON = JsonMapper.shared();

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before it runs the command
    private CommandSpec spec;

    @Mixin
    private final RequestOptions asked = new RequestOptions();

    @Option(
            names = "--rules",
            paramLabel = "DIR",
            defaultValue = "routing-rules",
            description = "The folder of rules (${DEFAULT-VALUE}).")
    @SuppressWarnings("NullAway.Init") // it has a default
    private Path folder;

    @Option(
            names = "--gateway",
            paramLabel = "URL",
            description = "Ask a running gateway instead, at its admin address, such as http://127.0.0.1:9080.")
    private @Nullable URI gateway;

    @Mixin
    @SuppressWarnings("NullAway.Init") // picocli sets it before it runs the command
    private RunFolder runFolder;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    @Override
    public Integer call() {
        var request = request();
        var explanation = gateway == null ? ownAnswer(request) : gatewaysAnswer(gateway, request);
        var out = spec.commandLine().getOut();
        if (json) {
            out.println(JSON.writerWithDefaultPrettyPrinter().writeValueAsString(explanation));
        } else {
            ExplainText.of(explanation).forEach(out::println);
        }
        out.flush();
        return 0;
    }

    private SampleRequest request() {
        try {
            return asked.request();
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
    }

    private JsonNode ownAnswer(SampleRequest request) {
        var table = RuleFiles.table(folder, spec.commandLine().getErr());
        var explanation = Explain.of(table, request.facts(table.rules()));
        return JSON.valueToTree(ExplanationMap.of(explanation, table.rules()));
    }

    private JsonNode gatewaysAnswer(URI address, SampleRequest request) {
        var question = JSON.createObjectNode().put("method", request.method()).put("url", request.url());
        request.headers().forEach(question.putArray("headers")::add);
        if (request.from() != null) {
            question.put("from", request.from().getHostAddress());
        }
        question.put("at", request.at().toString());
        try (var found = runFolder.gateway();
                var admin = found.at(address)) {
            return admin.post("/admin/explain", JSON.writeValueAsString(question));
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), "--" + e.getMessage(), e);
        }
    }
}
