package dev.banyan.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.banyan.cli.toolkit.LiveRunFolder;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Commands about shifts, against an admin port that answers what a test says. */
class ShiftCommandTest {

    private static final String RUNNING = """
            {"route": "browse", "state": "running", "stage": "live", "weight": 2500, "frozen": false, "step": 2, "steps": 5,
             "since": "2026-03-01T12:00:00Z", "verdict": "inconclusive", "words": "310 of 500 requests to the candidate",
             "limits": [{"words": "errorRate: candidate 0% of 310 requests: not surely within or beyond 2%"}],
             "needs": {"seen": 310, "needed": 900, "hoursLeft": 1.9},
             "journal": [
               {"generation": 1, "number": 2, "at": "2026-03-01T12:00:00Z", "event": "promote", "words": "shadow -> live 25%",
                "by": "ada", "reason": "sure"},
               {"generation": 1, "number": 1, "at": "2026-03-01T11:00:00Z", "event": "begin", "words": "begins: shadow",
                "by": "file", "reason": ""}]}""";

    /** What the admin port answers for all routes. */
    private static final Map<String, String> ALL = Map.of(
            "/admin/routes", """
            {"routes": [
               {"name": "browse", "stage": "live", "weight": 2500, "candidate": "new", "requests": {"baseline": 7, "candidate": 3},
                "fallbacks": 0, "served": {"legacy": 7, "new": 3}},
               {"name": "bills", "stage": "off", "weight": 0, "candidate": "new", "requests": {}, "served": {}},
               {"name": "hand", "stage": "live", "weight": 5, "candidate": "new", "requests": {}, "served": {}}],
             "unrouted": {}, "backends": []}""",
            "/admin/rules", "{\"hash\": \"1234\"}",
            "/admin/shifts", """
            {"frozen": true, "storeUp": false, "routes": [
               {"route": "browse", "state": "holding", "step": 1, "steps": 5, "frozen": true, "verdict": "inconclusive",
                "needs": {"seen": 310, "needed": 900, "hoursLeft": 1.9}},
               {"route": "bills", "state": "running", "step": 0, "steps": 2, "frozen": false, "verdict": "inconclusive",
                "needs": {"seen": 0, "needed": null, "hoursLeft": null}}]}""");

    @TempDir
    private Path folder;

    private final List<JsonNode> asked = new CopyOnWriteArrayList<>();
    private volatile String outcome = "done";
    private HttpServer server;
    private LiveRunFolder gateway;

    /** What is answered before all else, one after the other. */
    private final Queue<Said> ahead = new ConcurrentLinkedQueue<>();

    private record Said(int status, String body) {}

    private record Ran(int exitCode, String out, String err) {}

    private Ran run(String... args) {
        var out = new StringWriter();
        var err = new StringWriter();
        var commandLine = Banyan.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
        return new Ran(commandLine.execute(args), out.toString(), err.toString());
    }

    private Ran runHere(String... args) {
        var all = new java.util.ArrayList<>(List.of(args));
        all.addAll(List.of("--run-dir", folder.toString()));
        return run(all.toArray(String[]::new));
    }

    @BeforeEach
    void start() throws Exception {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            boolean isCommand = exchange.getRequestMethod().equals("POST");
            if (isCommand) {
                asked.add(JsonMapper.shared().readTree(body));
            }
            Said said = ahead.poll();
            if (said != null) {
                byte[] bytes = said.body.getBytes(StandardCharsets.UTF_8);
                exchange.sendResponseHeaders(said.status, bytes.length);
                exchange.getResponseBody().write(bytes);
                exchange.close();
                return;
            }
            boolean known = exchange.getRequestURI().getPath().endsWith("/browse");
            String all = ALL.get(exchange.getRequestURI().getPath());
            String answer = all != null && !isCommand
                    ? all
                    : isCommand
                            ? "{\"outcome\": \"" + outcome + "\", \"words\": \"live 25% -> off: sure\"}"
                            : known ? RUNNING : "{\"error\":\"route: nobody (expected: one of the rules in force)\"}";
            byte[] bytes = answer.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(isCommand || known || all != null ? 200 : 404, bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
        });
        server.start();
        gateway = new LiveRunFolder(folder, server.getAddress().getPort(), "secret");
    }

    @AfterEach
    void stop() throws IOException {
        gateway.close();
        server.stop(0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"promote", "pause", "resume", "rollback", "freeze", "unfreeze"})
    void commandSaysWhoAsksAndWhyAndPrintsWhatBecameOfIt(String command) throws IOException {
        Ran ran = runHere(command, "browse", "--reason", "prices look wrong", "--by", "ada");
        assertThat(ran.err()).isEmpty();
        assertThat(ran.exitCode()).isZero();
        assertThat(ran.out().strip()).isEqualTo("browse: live 25% -> off: sure");
        JsonNode body = asked.getFirst();
        assertThat(body.path("command").asString()).isEqualTo(command);
        assertThat(body.path("reason").asString()).isEqualTo("prices look wrong");
        assertThat(body.path("by").asString()).isEqualTo("ada");
        assertThat(body.has("step")).isEqualTo(command.equals("promote"));
    }

    @Test
    void refusalIsExitCodeOneAndNoAnswerYetIsFour() {
        outcome = "refused";
        assertThat(runHere("promote", "browse", "--reason", "r").exitCode()).isEqualTo(1);
        outcome = "later";
        assertThat(runHere("rollback", "browse", "--reason", "r").exitCode()).isEqualTo(4);
    }

    @Test
    void allRoutesAreFrozenTogetherAndOnlyFrozen() {
        assertThat(runHere("freeze", "--all", "--reason", "sale").exitCode()).isZero();
        assertThat(asked.getFirst().path("route").asString()).isEqualTo("*");
        assertThat(runHere("rollback", "--all", "--reason", "sale").exitCode()).isEqualTo(2);
        assertThat(runHere("freeze", "--reason", "sale").err()).contains("a ROUTE, or --all, is missing");
        assertThat(runHere("rollback", "browse").err()).contains("--reason");
    }

    @Test
    void statusOfARouteIsItsStandpointItsGatesAndItsJournal() {
        Ran ran = runHere("status", "browse");
        assertThat(ran.out().lines())
                .containsExactly(
                        "browse: running at live 25%, step 3 of 5 since 2026-03-01T12:00:00Z",
                        "gates: inconclusive, 310 of 500 requests to the candidate",
                        "  errorRate: candidate 0% of 310 requests: not surely within or beyond 2%",
                        "needs about 900 requests or pairs if nothing is wrong, has 310: 1.9 h more at this traffic",
                        "2026-03-01T12:00:00Z  promote       shadow -> live 25% (ada: sure)",
                        "2026-03-01T11:00:00Z  begin         begins: shadow (file)");
        assertThat(runHere("status", "nobody").err()).contains("route: nobody (expected: one of the rules in force)");
    }

    @Test
    void statusOfAllRoutesHasTheirShiftsInAColumn() {
        assertThat(runHere("status").out().lines().map(String::stripTrailing))
                .contains(
                        "ROUTE       STAGE  WEIGHT  SHIFT                                          CANDIDATE  BASELINE SIDE  CANDIDATE SIDE  FALLBACKS  SERVED BY",
                        "browse      live   25%     holding 2/5, frozen: inconclusive, 1.9 h more  new        7              3               0          legacy 7, new 3",
                        "bills       off    0%      running 1/2: inconclusive, cannot pass         new        0              0               0",
                        "hand        live   0.05%                                                  new        0              0               0",
                        "all routes are frozen: nothing goes up",
                        "the control store is down: nothing goes up, and what gates say is not known");
        assertThat(runHere("status", "--json").out()).contains("\"shifts\":{\"frozen\":true");
    }

    @Test
    void watchPrintsTheJournalInOrderAndEndsWhereItIsToldTo() {
        Ran ran = runHere("watch", "browse", "--until", "running");
        assertThat(ran.exitCode()).isZero();
        assertThat(ran.out().lines().map(line -> line.strip()))
                .containsExactly(
                        "2026-03-01T11:00:00Z  begin         begins: shadow (file)",
                        "2026-03-01T12:00:00Z  promote       shadow -> live 25% (ada: sure)",
                        "inconclusive: 310 of 500 requests to the candidate");
        assertThat(runHere("watch", "browse", "--until", "done", "--timeout", "0")
                        .err())
                .contains("route browse: running after 0 s (expected: done)");
        Ran slip = runHere("watch", "browse", "--until", "rolledback");
        assertThat(slip.exitCode()).isEqualTo(2);
        assertThat(slip.err()).contains("--until: rolledback (expected: one of new, running", "rolled-back");
    }

    /** A script takes the exit code 1 for a route that did not get there in time. */
    @Test
    void watchAsksOnWhenAGatewayThatHasAnsweredDoesNotForAWhile() {
        ahead.addAll(List.of(
                new Said(200, RUNNING),
                new Said(503, "{\"error\":\"it is stopping\"}"),
                new Said(502, "<html>"),
                new Said(200, RUNNING.replace("\"running\"", "\"done\""))));
        Ran ran = runHere("watch", "browse", "--until", "done");
        assertThat(ran.exitCode()).as(ran.err()).isZero();
        assertThat(ran.err()).containsOnlyOnce("asking on").contains("answered 503");
        ahead.add(new Said(503, "{\"error\":\"nobody yet\"}"));
        assertThat(runHere("watch", "browse", "--until", "running").err()).contains("answered 503");
    }

    @Test
    void theStatesToWaitForAreThoseOfThePage() throws IOException {
        var page = Files.readString(Path.of(System.getProperty("banyan.root"), "docs/reference/shifting.md"));
        var table = page.substring(page.indexOf("| state | what"), page.indexOf("What each event"));
        assertThat(table.lines().skip(2).filter(line -> !line.isEmpty()).map(line -> line.split("[| ]+", 3)[1]))
                .containsExactlyElementsOf(WatchCommand.STATES);
    }
}
