package dev.banyan.cli.rules;

import dev.banyan.cli.toolkit.CommandFailed;
import dev.banyan.rules.ExplanationMap;
import dev.banyan.rules.RoutingTable;
import dev.banyan.rules.RuleTest;
import dev.banyan.rules.RuleTests;
import dev.banyan.rules.RulesException;
import dev.banyan.rules.RulesFolder;
import java.io.PrintWriter;
import java.nio.file.Files;
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
import tools.jackson.databind.json.JsonMapper;

/** {@code banyan rules test}: requests, and where the rules must send them. */
@Command(
        name = "test",
        description = {
            "Ask the rules about the requests in DIR/tests/*.yaml and say which go elsewhere than expected, and why.",
            "Exit codes: 0 all as expected, 1 not, or too few matches are met, or a file is not valid, 2 wrong usage."
        },
        mixinStandardHelpOptions = true)
final class TestCommand implements Callable<Integer> {

    private static final JsonMapper JSON = JsonMapper.shared();

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before it runs the command
    private CommandSpec spec;

    @Parameters(paramLabel = "DIR", description = "The folder of rules, with a folder of tests in it.")
    @SuppressWarnings("NullAway.Init") // picocli sets it before it runs the command
    private Path folder;

    @Option(
            names = "--fail-under",
            paramLabel = "PERCENT",
            description = "The least share of matches that tests must meet; 0 when not said.")
    private int failUnder;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    @Option(names = "--junit", paramLabel = "FILE", description = "Also write the outcome as JUnit's XML.")
    private @Nullable Path junit;

    @Override
    public Integer call() {
        if (failUnder < 0 || failUnder > 100) {
            throw new ParameterException(spec.commandLine(), "--fail-under: " + failUnder + " (expected: 0 to 100)");
        }
        RoutingTable table = RuleFiles.table(folder, spec.commandLine().getErr());
        RuleTests ran = RuleTests.run(table, tests());
        var out = spec.commandLine().getOut();
        if (json) {
            out.println(json(ran, table));
        } else {
            print(ran, table, out);
        }
        out.flush();
        if (junit != null) {
            JunitXml.write(junit, ran);
        }
        return ran.passed() && ran.percent() >= failUnder ? 0 : 1;
    }

    private List<RuleTest> tests() {
        var tests = folder.resolve("tests");
        if (!Files.isDirectory(tests)) {
            throw new CommandFailed(tests + ": no such folder (expected: *.yaml with tests)");
        }
        try {
            return RulesFolder.tests(tests);
        } catch (RulesException e) {
            Problems.print(e.problems(), spec.commandLine().getErr());
            throw new CommandFailed(tests + ": not valid", e);
        }
    }

    private void print(RuleTests ran, RoutingTable table, PrintWriter out) {
        for (var outcome : ran.outcomes()) {
            if (outcome.passed()) {
                continue;
            }
            out.println(outcome.test().place() + ": " + title(outcome));
            outcome.mismatches().forEach(each -> out.println("    " + each));
            var explanation = JSON.valueToTree(ExplanationMap.of(outcome.explanation(), table.rules()));
            ExplainText.of(explanation).forEach(each -> out.println("      " + each));
        }
        long failed = ran.outcomes().stream().filter(each -> !each.passed()).count();
        out.println(Problems.count(ran.outcomes().size(), "test") + ", " + failed + " failed; routes "
                + ran.routesMet() + "/" + ran.routes() + ", matches " + ran.matchesMet() + "/" + ran.matches() + " ("
                + ran.percent() + "%)");
        ran.unmet().forEach(each -> out.println("not met: " + each));
        if (ran.percent() < failUnder) {
            out.println("matches met: " + ran.percent() + "% (expected: at least " + failUnder + "%)");
        }
    }

    /** What a test is about. */
    static String title(RuleTests.Outcome outcome) {
        var request = outcome.asked();
        var name = outcome.test().name();
        return (name.isEmpty() ? "" : name + ": ") + request.method() + " " + request.url();
    }

    private static String json(RuleTests ran, RoutingTable table) {
        var json = JSON.createObjectNode().put("passed", ran.passed()).put("percent", ran.percent());
        json.put("routes", ran.routes()).put("routesMet", ran.routesMet());
        json.put("matches", ran.matches()).put("matchesMet", ran.matchesMet());
        ran.unmet().forEach(json.putArray("unmet")::add);
        var tests = json.putArray("tests");
        for (var outcome : ran.outcomes()) {
            var one = tests.addObject()
                    .put("place", outcome.test().place().toString())
                    .put("title", title(outcome))
                    .put("passed", outcome.passed());
            var mismatches = one.putArray("mismatches");
            outcome.mismatches().forEach(each -> mismatches
                    .addObject()
                    .put("what", each.what())
                    .put("found", each.found())
                    .put("expected", each.expected()));
            if (!outcome.passed()) {
                one.set("explanation", JSON.valueToTree(ExplanationMap.of(outcome.explanation(), table.rules())));
            }
        }
        return JSON.writeValueAsString(json);
    }
}
