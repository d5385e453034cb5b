package dev.banyan.cli;

import dev.banyan.cli.toolkit.AdminApi;
import dev.banyan.cli.toolkit.CommandFailed;
import dev.banyan.cli.toolkit.RunFolder;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code banyan watch}: a route's journal and what its gates say, as they change. */
@Command(
        name = "watch",
        description = "Show how a route moves, line by line, until it is where you wait for it.",
        mixinStandardHelpOptions = true)
final class WatchCommand implements Callable<Integer> {

    private static final JsonMapper JSON = JsonMapper.shared();
    /** What a route's state can be; docs/reference/shifting.md says what each means. */
    static final List<String> STATES = List.of(
            "new", "running", "holding", "waiting", "paused", "rolled-back", "done", "stopped", "by-hand", "capped");

    private static final Duration PAUSE = Duration.ofMillis(500);

    /** How long a gateway that has answered may say nothing, if nothing else is said. */
    private static final Duration SILENCE_MAX = Duration.ofMinutes(1);

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before it runs the command
    private CommandSpec spec;

    @Parameters(paramLabel = "ROUTE", description = "The route's name.")
    @SuppressWarnings("NullAway.Init") // it is required
    private String route;

    @Option(
            names = "--until",
            paramLabel = "STATE",
            description =
                    "End with 0 when the route is in this state: done, rolled-back or another of docs/reference/shifting.md"
                            + " (default: Ctrl-C ends).")
    private @Nullable String until;

    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            description =
                    "End with 1 when that takes longer than this (default: when the gateway says nothing for a minute).")
    private @Nullable Long timeout;

    @Mixin
    @SuppressWarnings("NullAway.Init") // picocli sets it before it runs the command
    private RunFolder runFolder;

    @Option(names = "--json", description = "Print each entry of the journal as a line of JSON, and nothing else.")
    private boolean json;

    private @Nullable AdminApi admin;
    private boolean begun;
    private String unanswered = "";
    private String lastEntry = "";
    private String lastWords = "";

    @Override
    public Integer call() throws InterruptedException {
        var out = spec.commandLine().getOut();
        if (until != null && !STATES.contains(until)) {
            throw new ParameterException(
                    spec.commandLine(), "--until: " + until + " (expected: one of " + String.join(", ", STATES) + ")");
        }
        long start = System.nanoTime();
        long answered = start;
        try {
            while (true) {
                JsonNode now = ask();
                if (now != null) {
                    print(out, now);
                    out.flush();
                    unanswered = "";
                    answered = System.nanoTime();
                } else if (timeout == null && System.nanoTime() - answered > SILENCE_MAX.toNanos()) {
                    throw new CommandFailed(unanswered + " (for " + SILENCE_MAX.toSeconds() + " s)");
                }
                String state = now == null ? unanswered : now.path("state").asString("");
                if (state.equals(until)) {
                    return 0;
                }
                if (timeout != null
                        && System.nanoTime() - start
                                > Duration.ofSeconds(timeout).toNanos()) {
                    throw new CommandFailed("route " + route + ": " + state + " after " + timeout + " s (expected: "
                            + (until == null ? "to be stopped before" : until) + ")");
                }
                Thread.sleep(PAUSE);
            }
        } finally {
            if (admin != null) {
                admin.close();
            }
        }
    }

    /**
     * Returns how the route is; null when a gateway that has said so before does not now, which is said once. It may have been started again, at another
     * port, so it is looked for anew. One that never answered is the wrong one, and a refusal stays one.
     */
    private @Nullable JsonNode ask() {
        AdminApi.Answer answer;
        try {
            if (admin == null) {
                admin = runFolder.gateway();
            }
            answer = admin.look(ShiftPath.of(route));
        } catch (CommandFailed e) {
            if (!begun) {
                throw e;
            }
            lost(String.valueOf(e.getMessage()));
            return null;
        }
        if (answer.status() == 200) {
            begun = true;
            return answer.body();
        }
        var what = admin.base().resolve(ShiftPath.of(route)) + " answered " + answer.status() + ": " + answer.body();
        if (!begun || answer.status() < 500) {
            throw new CommandFailed(what);
        }
        lost(what);
        return null;
    }

    private void lost(String what) {
        if (unanswered.isEmpty()) {
            PrintWriter err = spec.commandLine().getErr();
            err.println("banyan: " + what + " (asking on)");
            err.flush();
        }
        unanswered = what;
        if (admin != null) {
            admin.close();
            admin = null;
        }
    }

    private void print(PrintWriter out, JsonNode now) {
        for (JsonNode entry : fresh(now.path("journal"))) {
            if (json) {
                out.println(JSON.writeValueAsString(entry));
            } else {
                out.println(RouteStatus.line(entry));
            }
        }
        String words =
                now.path("verdict").asString("") + ": " + now.path("words").asString("");
        if (!json && now.has("words") && !words.equals(lastWords)) {
            lastWords = words;
            out.println("  " + words);
        }
    }

    /** Entries that were not printed yet, the oldest first. */
    private List<JsonNode> fresh(JsonNode journal) {
        List<JsonNode> fresh = new ArrayList<>();
        for (JsonNode entry : journal) {
            if (key(entry).equals(lastEntry)) {
                break;
            }
            fresh.addFirst(entry);
        }
        if (!fresh.isEmpty()) {
            lastEntry = key(fresh.getLast());
        }
        return fresh;
    }

    private static String key(JsonNode entry) {
        return entry.path("generation").asString("") + "."
                + entry.path("number").asString("");
    }
}
