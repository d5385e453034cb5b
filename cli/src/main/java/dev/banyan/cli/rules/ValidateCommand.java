package dev.banyan.cli.rules;

import dev.banyan.rules.Problem;
import dev.banyan.rules.RoutingTable;
import dev.banyan.rules.RuleSet;
import dev.banyan.rules.RulesException;
import dev.banyan.rules.RulesFolder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code banyan rules validate}: everything that is wrong with folders of rules, at once. */
@Command(
        name = "validate",
        description = {
            "Read all *.yaml of a folder as the gateway would and print everything that is wrong with them.",
            "Exit codes: 0 valid, 1 something is wrong, 2 wrong usage."
        },
        mixinStandardHelpOptions = true)
final class ValidateCommand implements Callable<Integer> {

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before it runs the command
    private CommandSpec spec;

    @Parameters(paramLabel = "DIR", arity = "1..*", description = "Folders, each a rule set of its own.")
    private List<Path> folders = List.of();

    @Option(names = "--format", description = "${COMPLETION-CANDIDATES}; text when not said.")
    private OutputForm form = OutputForm.text;

    @Option(names = "--json", description = "The same as --format json.")
    private boolean json;

    @Override
    public Integer call() {
        Map<Path, RuleSet> valid = new LinkedHashMap<>();
        List<Problem> problems = new ArrayList<>();
        for (var folder : folders) {
            try {
                var rules = RulesFolder.read(folder);
                RoutingTable.compile(rules);
                valid.put(folder, rules);
            } catch (RulesException e) {
                problems.addAll(e.problems());
            }
        }
        print(valid, problems);
        return problems.isEmpty() ? 0 : 1;
    }

    private void print(Map<Path, RuleSet> valid, List<Problem> problems) {
        var out = spec.commandLine().getOut();
        switch (json ? OutputForm.json : form) {
            case json -> out.println(ProblemsJson.of(valid, problems));
            case sarif -> out.println(Sarif.ofProblems(problems));
            case text -> {
                valid.forEach((folder, rules) -> out.println(summary(folder, rules)));
                if (!problems.isEmpty()) {
                    Problems.print(problems, spec.commandLine().getErr());
                }
            }
        }
        out.flush();
    }

    private static String summary(Path folder, RuleSet rules) {
        return folder + ": valid, " + Problems.count(rules.routes().size(), "route") + ", "
                + Problems.count(rules.backends().size(), "backend") + ", "
                + Problems.count(rules.cohorts().size(), "cohort")
                + ", hash " + rules.hash();
    }
}
