package dev.banyan.bridge;

import dev.banyan.bridge.cel.CelConditions;
import dev.banyan.bridge.mapping.MappingException;
import dev.banyan.bridge.mapping.MappingFile;
import dev.banyan.bridge.mappingtest.MappingTestRun;
import dev.banyan.bridge.mappingtest.MappingTestRun.Outcome;
import dev.banyan.bridge.mappingtest.MappingTests;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.json.JsonMapper;

/** {@code banyan bridge test}: rows, and the events a mapping must make of them. */
@Command(
        name = "test",
        mixinStandardHelpOptions = true,
        description = {
            "Runs the tests of a mapping, in the file itself or in NAME.tests.yaml beside it. Needs no database.",
            "Exit codes: 0 all as expected, 1 not, or a file is not valid, 2 wrong usage."
        })
final class TestCommand implements Callable<Integer> {

    @Parameters(paramLabel = "MAPPING", description = "the mapping file")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Path mapping;

    @Option(names = "--explain", description = "also say of the tests that pass which rule named each event, and why")
    private boolean explain;

    @Option(names = "--require-all", description = "fail when a rule names no event of any test")
    private boolean requireAll;

    @Option(names = "--json", description = "print JSON")
    private boolean json;

    @Override
    public Integer call() throws MappingException {
        var read = MappingFile.read(mapping, new CelConditions());
        var tests = MappingTests.read(read);
        if (tests.isEmpty()) {
            System.err.println(mapping + ": no tests (expected: 'tests:' in it or in "
                    + MappingTests.beside(mapping).getFileName() + ")");
            return 1;
        }
        var run = MappingTestRun.of(read, tests);
        var passed = run.failed() == 0 && (run.unmet().isEmpty() || !requireAll);
        System.out.print(json ? json(run, passed) : text(run));
        return passed ? 0 : 1;
    }

    private String text(MappingTestRun run) {
        var text = new StringBuilder();
        for (var outcome : run.outcomes()) {
            if (outcome.passed() && !explain) {
                continue;
            }
            text.append(outcome.test().place())
                    .append(": ")
                    .append(outcome.passed() ? "" : "FAILED ")
                    .append(outcome.test().name())
                    .append('\n');
            outcome.differences().forEach(each -> text.append(each.indent(4)));
            ExplanationText.lines(outcome.explanation())
                    .forEach(each -> text.append("      ").append(each).append('\n'));
        }
        run.unmet()
                .forEach(rule -> text.append("no test meets rule ").append(rule).append('\n'));
        return text.append(run.outcomes().size())
                .append(" tests, ")
                .append(run.failed())
                .append(" failed; rules met ")
                .append(run.rules() - run.unmet().size())
                .append('/')
                .append(run.rules())
                .append('\n')
                .toString();
    }

    private static String json(MappingTestRun run, boolean passed) {
        var json = new LinkedHashMap<String, Object>();
        json.put("passed", passed);
        json.put("rules", run.rules());
        json.put("unmet", run.unmet());
        json.put("tests", run.outcomes().stream().map(TestCommand::json).toList());
        return JsonMapper.shared().writeValueAsString(json) + "\n";
    }

    private static Map<String, Object> json(Outcome outcome) {
        var json = new LinkedHashMap<String, Object>();
        json.put("name", outcome.test().name());
        json.put("place", outcome.test().place());
        json.put("passed", outcome.passed());
        json.put("differences", outcome.differences());
        json.put("explanation", ExplanationText.json(outcome.explanation()));
        return json;
    }
}
