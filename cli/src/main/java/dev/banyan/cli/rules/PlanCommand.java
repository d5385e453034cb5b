package dev.banyan.cli.rules;

import dev.banyan.rules.RuleWords;
import dev.banyan.rules.RulesPlan;
import dev.banyan.rules.RulesPlanMap;
import dev.banyan.rules.TrafficPlan;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** {@code banyan rules plan}: what new rules would do differently. */
@Command(
        name = "plan",
        description = {
            "Say what the rules of NEW do differently from those of OLD: what was added, removed and changed key by key,",
            "the share of callers that change sides on each route, matches that can no longer win, and what the steps of",
            "routes need before their gates can pass.",
            "Exit codes: 0 nothing changes, 3 something does, 1 rules are not valid, 2 wrong usage."
        },
        mixinStandardHelpOptions = true)
final class PlanCommand implements Callable<Integer> {

    private static final JsonMapper JSON = JsonMapper.shared();
    private static final int CHANGES = 3;
    private static final int TOP = 10;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before it runs the command
    private CommandSpec spec;

    @Parameters(index = "0", paramLabel = "OLD", description = "The folder of the rules in force.")
    @SuppressWarnings("NullAway.Init") // picocli sets it before it runs the command
    private Path before;

    @Parameters(index = "1", paramLabel = "NEW", description = "The folder of the rules to come.")
    @SuppressWarnings("NullAway.Init") // picocli sets it before it runs the command
    private Path after;

    @Option(
            names = "--log",
            paramLabel = "FILE",
            description = "An access log (.gz too): say how many of its requests would go to another backend.")
    private @Nullable Path log;

    @Option(
            names = "--log-format",
            paramLabel = "FORM",
            defaultValue = "combined",
            description = "How the log is written: ${COMPLETION-CANDIDATES} (${DEFAULT-VALUE}).")
    @SuppressWarnings("NullAway.Init") // it has a default
    private AccessLog.Form logForm;

    @Option(
            names = "--host",
            defaultValue = "",
            description = "The host that requests of the log asked for, where its lines do not say.")
    @SuppressWarnings("NullAway.Init") // it has a default
    private String host;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    @Override
    public Integer call() throws IOException {
        var err = spec.commandLine().getErr();
        var old = RuleFiles.table(before, err);
        var now = RuleFiles.table(after, err);
        var plan = RulesPlan.of(old.rules(), now.rules());
        var traffic = new TrafficPlan(old, now);
        var read = log == null ? AccessLog.Outcome.NONE : read(log, traffic);
        var out = spec.commandLine().getOut();
        var needs = StepNeeds.of(now.rules(), traffic, log != null && read.timeless() == 0);
        if (json) {
            out.println(json(plan, log == null ? null : traffic, read, needs));
        } else {
            print(plan, out);
            if (log != null) {
                print(traffic, read, out);
            }
            needs.print(out);
        }
        out.flush();
        return plan.isEmpty() ? 0 : CHANGES;
    }

    private AccessLog.Outcome read(Path file, TrafficPlan traffic) {
        var progress = new LineProgress(file, spec.commandLine().getErr());
        try {
            return new AccessLog(file, logForm, host).read(Instant.now(), traffic::add, progress);
        } finally {
            progress.end();
        }
    }

    private static void print(TrafficPlan traffic, AccessLog.Outcome read, PrintWriter out) {
        out.println();
        out.println("%d requests of the log: %.1f would go elsewhere (%s)"
                .formatted(traffic.requests(), traffic.moved(), share(traffic.moved(), traffic.requests())));
        traffic.moves()
                .forEach((move, count) -> out.println("    %s -> %s by %s: %.1f (%s)"
                        .formatted(move.from(), move.to(), move.route(), count, share(count, traffic.requests()))));
        traffic.topPaths(TOP).forEach((path, count) -> out.println("    %10.1f  %s".formatted(count, path)));
        if (traffic.pathsLost() > 0) {
            out.println("so many paths that each may have %.1f more".formatted(traffic.pathsLost()));
        }
        if (read.timeless() > 0) {
            out.println(Problems.count(read.timeless(), "request")
                    + " without a time that can be read: schedules are taken as of now");
        }
        if (read.unreadLines() > 0) {
            out.println("%s no request that can be read, the first is line %d"
                    .formatted(
                            Problems.count(read.unreadLines(), "line") + (read.unreadLines() == 1 ? " is" : " are"),
                            read.firstUnread()));
        }
    }

    private static String share(double part, long all) {
        return all == 0 ? "0%" : RuleWords.percent(Math.toIntExact(Math.round(part * 10_000 / all)));
    }

    private static void print(RulesPlan plan, PrintWriter out) {
        for (var entry : plan.entries()) {
            var moved = entry.movedBuckets() == 0
                    ? ""
                    : ", " + RuleWords.percent(entry.movedBuckets()) + " of callers change sides";
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

    private static String json(RulesPlan plan, @Nullable TrafficPlan traffic, AccessLog.Outcome read, StepNeeds needs) {
        ObjectNode json = JSON.valueToTree(RulesPlanMap.of(plan));
        needs.addTo(json);
        if (traffic != null) {
            var log = json.putObject("log")
                    .put("requests", traffic.requests())
                    .put("moved", traffic.moved())
                    .put("pathsLost", traffic.pathsLost())
                    .put("timeless", read.timeless())
                    .put("unreadLines", read.unreadLines())
                    .put("firstUnreadLine", read.firstUnread());
            var moves = log.putArray("moves");
            traffic.moves().forEach((move, count) -> moves.addObject()
                    .put("from", move.from())
                    .put("to", move.to())
                    .put("route", move.route())
                    .put("requests", count));
            var paths = log.putArray("paths");
            traffic.topPaths(TOP)
                    .forEach(
                            (path, count) -> paths.addObject().put("path", path).put("requests", count));
        }
        return JSON.writeValueAsString(json);
    }
}
