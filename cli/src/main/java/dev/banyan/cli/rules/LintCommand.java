package dev.banyan.cli.rules;

import dev.banyan.rules.lint.Finding;
import dev.banyan.rules.lint.FindingsMap;
import dev.banyan.rules.lint.Lint;
import dev.banyan.rules.lint.LintCode;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.json.JsonMapper;

/** {@code banyan rules lint}: what is allowed in rules and probably not meant. */
@Command(
        name = "lint",
        description = {
            "Print what is allowed in rules and probably not meant; each finding has a code with a section in docs/reference/lint.md.",
            "Exit codes: 0 nothing of that level, 1 something, or the rules are not valid, 2 wrong usage."
        },
        mixinStandardHelpOptions = true)
final class LintCommand implements Callable<Integer> {

    private static final JsonMapper JSON = JsonMapper.shared();

    /** Lower case, because that is what people type. */
    enum FailOn {
        warning,
        error
    }

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before it runs the command
    private CommandSpec spec;

    @Parameters(paramLabel = "DIR", description = "The folder of rules.")
    @SuppressWarnings("NullAway.Init") // picocli sets it before it runs the command
    private Path folder;

    @Option(names = "--fail-on", description = "${COMPLETION-CANDIDATES}; error when not said.")
    private FailOn failOn = FailOn.error;

    @Option(names = "--format", description = "${COMPLETION-CANDIDATES}; text when not said.")
    private OutputForm form = OutputForm.text;

    @Override
    public Integer call() {
        var out = spec.commandLine().getOut();
        var rules = RuleFiles.table(folder, spec.commandLine().getErr()).rules();
        List<Finding> findings = Lint.findings(rules, InstantSource.system().instant());
        switch (form) {
            case text -> {
                findings.forEach(out::println);
                out.println(Problems.count(findings.size(), "finding"));
            }
            case json -> out.println(JSON.writeValueAsString(FindingsMap.of(findings)));
            case sarif -> out.println(sarif(findings));
        }
        out.flush();
        boolean fails = findings.stream()
                .anyMatch(each -> failOn == FailOn.warning || each.code().level() == LintCode.Level.ERROR);
        return fails ? 1 : 0;
    }

    private static String sarif(List<Finding> findings) {
        var sarif = new Sarif();
        for (var code : LintCode.values()) {
            sarif.rule(code.name(), code.title(), level(code));
        }
        for (var each : findings) {
            var place = each.place();
            var text = each.where() + ": " + each.found() + " (expected: " + each.expected() + ")";
            sarif.result(each.code().name(), level(each.code()), text, place.file(), place.line(), place.column());
        }
        return sarif.text();
    }

    private static String level(LintCode code) {
        return code.level().name().toLowerCase(Locale.ROOT);
    }
}
