package dev.banyan.cli.rules;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.banyan.cli.toolkit.Toolkit;
import dev.banyan.rules.Problem;
import dev.banyan.rules.ProblemKind;
import java.net.URLEncoder;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Findings as SARIF 2.1.0, which code hosts and editors show at the line. Columns count code points. A relative file is
 * relative to the folder the command was run in.
 */
final class Sarif {

    private static final JsonMapper JSON = JsonMapper.shared();
    private static final String SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json";

    private final ArrayNode rules = JSON.createArrayNode();
    private final ArrayNode results = JSON.createArrayNode();

    /** What {@code validate} found. */
    static String ofProblems(List<Problem> problems) {
        var sarif = new Sarif();
        for (var kind : ProblemKind.values()) {
            sarif.rule(kind.toString(), kind.title(), "error");
        }
        for (var problem : problems) {
            var text = problem.where() + ": " + problem.found() + " (expected: " + problem.expected() + ")";
            sarif.result(problem.kind().toString(), "error", text, problem.file(), problem.line(), problem.column());
        }
        return sarif.text();
    }

    /** Declares a rule that results may name. {@code level} is SARIF's: error, warning, note or none. */
    void rule(String id, String description, String level) {
        var rule = rules.addObject().put("id", id);
        rule.putObject("shortDescription").put("text", description);
        rule.putObject("defaultConfiguration").put("level", level);
    }

    /** Adds a finding; line and column count from 1, and a line of 0 means the file as a whole. */
    ObjectNode result(String rule, String level, String text, Path file, int line, int column) {
        var result = results.addObject().put("ruleId", rule).put("level", level);
        result.putObject("message").put("text", text);
        var place = result.putArray("locations").addObject().putObject("physicalLocation");
        place.putObject("artifactLocation").put("uri", uri(file));
        if (line > 0) {
            place.putObject("region").put("startLine", line).put("startColumn", Math.max(1, column));
        }
        return result;
    }

    /** The whole log, with one run. */
    String text() {
        var log = JSON.createObjectNode().put("$schema", SCHEMA).put("version", "2.1.0");
        var run = log.putArray("runs").addObject();
        ObjectNode driver = run.putObject("tool").putObject("driver").put("name", "banyan");
        driver.put("version", Toolkit.version());
        driver.set("rules", rules);
        run.put("columnKind", "unicodeCodePoints");
        run.set("results", results);
        return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(log);
    }

    private static String uri(Path file) {
        if (file.isAbsolute()) {
            return file.toUri().toString();
        }
        return StreamSupport.stream(file.spliterator(), false)
                .map(each -> URLEncoder.encode(each.toString(), UTF_8).replace("+", "%20"))
                .collect(Collectors.joining("/"));
    }
}
