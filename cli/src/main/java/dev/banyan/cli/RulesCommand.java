package dev.banyan.cli;

import dev.banyan.rules.Problem;
import dev.banyan.rules.RoutingTable;
import dev.banyan.rules.RuleSet;
import dev.banyan.rules.RulesException;
import dev.banyan.rules.RulesFolder;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.json.JsonMapper;

/** {@code banyan rules}: what can be said about rule files without a gateway. */
@Command(name = "rules", description = "Check routing rules.", mixinStandardHelpOptions = true)
final class RulesCommand implements Runnable {

    private static final JsonMapper JSON = JsonMapper.shared();

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before it runs the command
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "a command is missing");
    }

    @Command(
            name = "validate",
            description =
                    "Read all *.yaml of a folder as the gateway would and print everything that is wrong with them.",
            mixinStandardHelpOptions = true)
    int validate(
            @Parameters(paramLabel = "DIR", description = "The folder, routing-rules for instance.") Path folder,
            @Option(names = "--json", description = "Print the result as JSON.") boolean json) {
        var out = spec.commandLine().getOut();
        try {
            var rules = RulesFolder.read(folder);
            RoutingTable.compile(rules);
            out.println(json ? JSON.writeValueAsString(valid(rules)) : summary(folder, rules));
            return 0;
        } catch (RulesException e) {
            if (json) {
                out.println(JSON.writeValueAsString(invalid(e.problems())));
            } else {
                print(e.problems(), spec.commandLine().getErr());
            }
            return 1;
        } finally {
            out.flush();
        }
    }

    private static Object valid(RuleSet rules) {
        var json = JSON.createObjectNode().put("valid", true).put("hash", rules.hash());
        json.put("backends", rules.backends().size());
        json.put("cohorts", rules.cohorts().size());
        json.put("routes", rules.routes().size());
        json.putArray("problems");
        return json;
    }

    private static Object invalid(List<Problem> problems) {
        var json = JSON.createObjectNode().put("valid", false);
        var list = json.putArray("problems");
        for (var problem : problems) {
            list.addObject()
                    .put("file", problem.file().toString())
                    .put("line", problem.line())
                    .put("column", problem.column())
                    .put("where", problem.where())
                    .put("found", problem.found())
                    .put("expected", problem.expected());
        }
        return json;
    }

    private static String summary(Path folder, RuleSet rules) {
        return folder + ": valid, " + count(rules.routes().size(), "route") + ", "
                + count(rules.backends().size(), "backend") + ", "
                + count(rules.cohorts().size(), "cohort")
                + ", hash " + rules.hash();
    }

    private static String count(int number, String thing) {
        return number + " " + thing + (number == 1 ? "" : "s");
    }

    /** Prints each problem in the form that editors can jump to, and under it the line with a mark at the column. */
    static void print(List<Problem> problems, PrintWriter err) {
        for (var problem : problems) {
            err.println(problem);
            var line = lineOf(problem);
            if (!line.isBlank()) {
                err.println("    " + line);
                err.println("    "
                        + line.substring(0, Math.clamp(problem.column() - 1, 0, line.length()))
                                .replaceAll("[^\t]", " ") + "^");
            }
        }
        err.println(count(problems.size(), "problem"));
        err.flush();
    }

    private static String lineOf(Problem problem) {
        if (problem.line() == 0) {
            return "";
        }
        try (var lines = Files.lines(problem.file())) {
            return lines.skip(problem.line() - 1L).findFirst().orElse("");
        } catch (IOException | UncheckedIOException e) {
            return ""; // the file went away since it was read: the message alone must do
        }
    }
}
