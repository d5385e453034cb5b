package dev.banyan.cli.rules;

import dev.banyan.cli.toolkit.CommandFailed;
import dev.banyan.rules.RoutingTable;
import dev.banyan.rules.RulesException;
import dev.banyan.rules.RulesFolder;
import java.io.PrintWriter;
import java.nio.file.Path;

/** Folders of rules for commands that need valid ones. */
final class RuleFiles {

    private RuleFiles() {}

    /** The compiled rules of a folder; prints what is wrong with them and fails when anything is. */
    static RoutingTable table(Path folder, PrintWriter err) {
        try {
            return RoutingTable.compile(RulesFolder.read(folder));
        } catch (RulesException e) {
            Problems.print(e.problems(), err);
            throw new CommandFailed(folder + ": not valid", e);
        }
    }
}
