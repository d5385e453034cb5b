package dev.banyan.cli.rules;

import dev.banyan.rules.Reachability;
import dev.banyan.rules.RulesPlan;
import java.io.PrintWriter;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.json.JsonMapper;

/** {@code banyan rules plan}: what new rules would do differently. */
@Command(
        name = "plan",
        description = {
            "Say what the rules of NEW do differently from those of OLD: what was added, removed and changed key by key,",
            "the share of callers that change sides on each route, and matches that can no longer win.",
            "Exit codes: 0 nothing changes, 3 something does, 1 rules are not valid, 2 wrong usage."
        },
        mixinStandardHelpOptions = true)
final class PlanCommand implements Callable<Integer> {

    private static final JsonMapper JSON = JsonMapper.shared();
    private static final int CHANGES = 3;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before it runs the command
    private CommandSpec spec;

    @Parameters(index = "0", paramLabel = "OLD", description = "The folder of the rules in force.")
    @SuppressWarnings("NullAway.Init") // picocli sets it before it runs the command
    private Path before;

    @Parameters(index = "1", paramLabel = "NEW", description = "The folder of the rules to come.")
    @SuppressWarnings("NullAway.Init") // picocli sets it before it runs the command
    private Path after;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    @Override
    public Integer call() {
        var err = spec.commandLine().getErr();
        var old = RuleFiles.table(before, err).rules();
        var now = RuleFiles.table(after, err).rules();
        var plan = RulesPlan.of(old, now);
        var out = spec.commandLine().getOut();
        if (json) {
            out.println(json(plan));
        } else {
            print(plan, out);
        }
        out.flush();
        return plan.isEmpty() ? 0 : CHANGES;
    }

    private static void print(RulesPlan plan, PrintWriter out) {
        for (var entry : plan.entries()) {
            var moved =
                    entry.movedBuckets() == 0 ? "" : ", " + percent(entry.movedBuckets()) + " of callers change sides";
            out.println(entry.where() + ": " + word(entry.change()) + moved);
            for (var key : entry.keys()) {
                var name = key.key().isEmpty() ? "" : key.key() + ": ";
                out.println("    " + name + key.before() + " -> " + key.after());
            }
        }
        for (var each : plan.newlyCovered()) {
            out.println(match(each.route().name(), each.match()) + ": can no longer win, "
                    + match(each.by().name(), each.byMatch()) + " goes first");
        }
        out.println(Problems.count(plan.entries().size(), "change"));
    }

    private static String match(String route, int match) {
        return "routes[" + route + "].matches[" + match + "]";
    }

    private static String word(RulesPlan.Change change) {
        return change.name().toLowerCase(Locale.ROOT);
    }

    private static String percent(int basisPoints) {
        return BigDecimal.valueOf(basisPoints, 2).stripTrailingZeros().toPlainString() + "%";
    }

    private static String json(RulesPlan plan) {
        var json = JSON.createObjectNode();
        var changes = json.putArray("changes");
        for (var entry : plan.entries()) {
            var one = changes.addObject()
                    .put("where", entry.where())
                    .put("change", word(entry.change()))
                    .put("movedBuckets", entry.movedBuckets());
            var keys = one.putArray("keys");
            entry.keys().forEach(each -> keys.addObject()
                    .put("key", each.key())
                    .put("before", each.before())
                    .put("after", each.after()));
        }
        var covered = json.putArray("newlyCovered");
        for (Reachability.Covered each : plan.newlyCovered()) {
            covered.addObject()
                    .put("match", match(each.route().name(), each.match()))
                    .put("by", match(each.by().name(), each.byMatch()));
        }
        return JSON.writeValueAsString(json);
    }
}
