package dev.banyan.cli;

import dev.banyan.cli.toolkit.RunFolder;
import java.io.PrintWriter;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code banyan status}: what a running gateway does with its routes. */
@Command(
        name = "status",
        description = "Show the routes of a running gateway, or one of them.",
        mixinStandardHelpOptions = true)
final class StatusCommand implements Callable<Integer> {

    private static final JsonMapper JSON = JsonMapper.shared();

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before it runs the command
    private CommandSpec spec;

    @Parameters(
            arity = "0..1",
            paramLabel = "ROUTE",
            description = "One route: where it is, what its gates say, and what moved it.")
    private @Nullable String route;

    @Mixin
    @SuppressWarnings("NullAway.Init") // picocli sets it before it runs the command
    private RunFolder runFolder;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    @Override
    public Integer call() {
        var out = spec.commandLine().getOut();
        try (var admin = runFolder.gateway()) {
            if (route != null) {
                var one = admin.get(ShiftPath.of(route));
                if (json) {
                    out.println(JSON.writeValueAsString(one));
                } else {
                    RouteStatus.print(out, one);
                }
                out.flush();
                return 0;
            }
            var routes = admin.get("/admin/routes");
            var rules = admin.get("/admin/rules");
            var shifts = admin.get("/admin/shifts");
            if (json) {
                var all = JSON.createObjectNode();
                all.set("routes", routes);
                all.set("rules", rules);
                all.set("shifts", shifts);
                out.println(JSON.writeValueAsString(all));
            } else {
                print(out, routes, rules, shifts);
            }
        }
        out.flush();
        return 0;
    }

    private static void print(PrintWriter out, JsonNode routes, JsonNode rules, JsonNode shifts) {
        var shiftByRoute = new HashMap<String, String>();
        shifts.path("routes")
                .forEach(each -> shiftByRoute.put(each.path("route").asString(""), RouteStatus.inShort(each)));
        var table = new ArrayList<List<String>>();
        table.add(List.of(
                "ROUTE",
                "STAGE",
                "WEIGHT",
                "SHIFT",
                "CANDIDATE",
                "BASELINE SIDE",
                "CANDIDATE SIDE",
                "FALLBACKS",
                "SERVED BY"));
        for (var route : routes.path("routes")) {
            table.add(row(
                    route.path("name").asString(""),
                    route.path("stage").asString(""),
                    percent(route.path("weight").asInt(0)),
                    shiftByRoute.getOrDefault(route.path("name").asString(""), ""),
                    route.path("candidate").asString(""),
                    route));
        }
        table.add(row("(no route)", "", "", "", "", routes.path("unrouted")));
        print(out, table);
        out.println();
        var backends = new ArrayList<List<String>>();
        backends.add(List.of("BACKEND", "URL", "BREAKER", "IN FLIGHT"));
        for (var backend : routes.path("backends")) {
            backends.add(List.of(
                    backend.path("name").asString("")
                            + (backend.path("baseline").asBoolean(false) ? " (baseline)" : ""),
                    backend.path("url").asString(""),
                    backend.path("breaker").asString(""),
                    backend.path("inFlight").asInt(0) + "/"
                            + backend.path("maxConnections").asInt(0)));
        }
        print(out, backends);
        out.println();
        out.println("rules " + rules.path("hash").asString("none") + ", loaded "
                + rules.path("loadedAt").asString("-"));
        if (shifts.path("frozen").asBoolean(false)) {
            out.println("all routes are frozen: nothing goes up");
        }
        if (!shifts.path("storeUp").asBoolean(true) && !shiftByRoute.isEmpty()) {
            out.println("the control store is down: nothing goes up, and what gates say is not known");
        }
        String copySince = rules.path("copySince").asString("");
        if (!copySince.isEmpty()) {
            out.println("THE RULES FOLDER CANNOT BE USED: a copy of its rules of " + copySince + " serves");
        }
        for (var problem : rules.path("lastRejected").path("problems")) {
            out.println("refused: " + problem.path("file").asString("") + ":"
                    + problem.path("line").asInt(0) + ":"
                    + problem.path("column").asInt(0) + ": "
                    + problem.path("where").asString("") + ": "
                    + problem.path("found").asString("") + " (expected: "
                    + problem.path("expected").asString("") + ")");
        }
    }

    private static List<String> row(
            String name, String stage, String weight, String shift, String candidate, JsonNode counts) {
        var served = new ArrayList<String>();
        for (var backend : counts.path("served").properties()) {
            served.add(backend.getKey() + " " + backend.getValue().asLong(0));
        }
        return List.of(
                name,
                stage,
                weight,
                shift,
                candidate,
                counts.path("requests").path("baseline").asString("0"),
                counts.path("requests").path("candidate").asString("0"),
                counts.path("fallbacks").asString("0"),
                String.join(", ", served));
    }

    /** Basis points as people write them: 1000 is {@code 10%}. */
    static String percent(int basisPoints) {
        return BigDecimal.valueOf(basisPoints, 2).stripTrailingZeros().toPlainString() + "%";
    }

    private static void print(PrintWriter out, List<List<String>> table) {
        var widths = new int[table.getFirst().size()];
        for (var row : table) {
            for (var column = 0; column < widths.length; column++) {
                widths[column] = Math.max(widths[column], row.get(column).length());
            }
        }
        for (var row : table) {
            var line = new StringBuilder();
            for (var column = 0; column < widths.length; column++) {
                line.append(row.get(column))
                        .append(" ".repeat(widths[column] - row.get(column).length() + 2));
            }
            out.println(line.toString().stripTrailing());
        }
    }
}
