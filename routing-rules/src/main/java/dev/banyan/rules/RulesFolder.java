package dev.banyan.rules;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A folder of rule files. All {@code *.yaml} directly in it are one rule set. */
public final class RulesFolder {

    private RulesFolder() {}

    /** Reads and checks all rules of a folder, or says everything that is wrong with them. */
    public static RuleSet read(Path folder) throws RulesException {
        if (!Files.isDirectory(folder)) {
            throw new RulesException(List.of(new Problem(folder, 0, 0, "folder", "no such folder", "a folder")));
        }
        return RuleSet.of(List.of(), List.of(), List.of());
    }
}
