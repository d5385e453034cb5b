package dev.banyan.cli.rules;

import dev.banyan.rules.Problem;
import dev.banyan.rules.RuleSet;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** What {@code validate} found, as JSON for programs. */
final class ProblemsJson {

    private static final JsonMapper JSON = JsonMapper.shared();

    private ProblemsJson() {}

    /** {@code hash} and the counts stand at the top when there is one folder and it is valid. */
    static String of(Map<Path, RuleSet> valid, List<Problem> problems) {
        var json = JSON.createObjectNode().put("valid", problems.isEmpty());
        if (valid.size() == 1 && problems.isEmpty()) {
            describe(json, valid.values().iterator().next());
        }
        var folders = json.putArray("folders");
        valid.forEach((folder, rules) -> describe(folders.addObject().put("folder", folder.toString()), rules));
        var list = json.putArray("problems");
        for (var problem : problems) {
            list.addObject()
                    .put("file", problem.file().toString())
                    .put("line", problem.line())
                    .put("column", problem.column())
                    .put("kind", problem.kind().toString())
                    .put("where", problem.where())
                    .put("found", problem.found())
                    .put("expected", problem.expected());
        }
        return JSON.writeValueAsString(json);
    }

    private static void describe(ObjectNode json, RuleSet rules) {
        json.put("hash", rules.hash());
        json.put("backends", rules.backends().size());
        json.put("cohorts", rules.cohorts().size());
        json.put("routes", rules.routes().size());
    }
}
