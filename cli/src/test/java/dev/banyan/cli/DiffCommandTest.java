package dev.banyan.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.banyan.cli.toolkit.LiveRunFolder;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code diff} asks a gateway's admin port, and what it prints of the answer. */
class DiffCommandTest {

    private static final String PROPOSED = """
            {"route": "browse", "text": "a report\\n",
             "proposals": [{"section": "json", "key": "path", "place": "$.items[*].rank"}],
             "ignorable": [{"section": "json", "key": "path", "place": "$.items[*].rank"},
                           {"section": "html", "key": "selector", "place": ".clock"}]}""";

    private static final String BACKENDS = """
            backends: [{name: legacy, url: "http://a", baseline: true}, {name: n, url: "http://b"}]
            """;

    private static final String ROUTES = """
            # people's own
            routes:
              - name: browse # the shop
                matches: [{path: {value: /a}}]
                candidate: n
                stage: complete
            """;

    @TempDir
    Path runFolder;

    private HttpServer admin;
    private LiveRunFolder gateway;
    private Path rules;
    private volatile String source = "";

    @BeforeEach
    void start() throws IOException {
        rules = runFolder.resolve("rules");
        admin = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        admin.createContext("/admin/diff", exchange -> {
            String query = exchange.getRequestURI().getRawQuery();
            boolean opened = "Bearer secret".equals(exchange.getRequestHeaders().getFirst("Authorization"));
            String known = query.equals("route=browse")
                    ? PROPOSED
                    : query.equals("route=two+words")
                            ? "{\"route\":\"two words\",\"text\":\"route two words: 3 compared\\n\"}"
                            : null;
            answer(
                    exchange,
                    !opened ? 401 : known != null ? 200 : 400,
                    known == null ? "{\"error\":\"route: x (expected: the name of a route)\"}" : known);
        });
        admin.createContext("/admin/rules", exchange -> answer(exchange, 200, "{\"source\": \"" + source + "\"}"));
        admin.start();
        gateway = new LiveRunFolder(runFolder, admin.getAddress().getPort(), "secret");
        Files.createDirectory(rules);
        Files.writeString(rules.resolve("backends.yaml"), BACKENDS);
        Files.writeString(rules.resolve("routes.yaml"), ROUTES);
        source = rules.toString();
    }

    private static void answer(HttpExchange exchange, int status, String json) throws IOException {
        byte[] body = json.getBytes(UTF_8);
        exchange.sendResponseHeaders(status, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    @AfterEach
    void stop() throws IOException {
        gateway.close();
        admin.stop(0);
    }

    @Test
    void theGatewaysTextIsPrintedAsItIs() {
        assertThat(run("two words")).isEqualTo("0 route two words: 3 compared\n");
    }

    @Test
    void whatIsNoiseIsWrittenWithTheReasonAndShownAsADiff() throws IOException {
        Path file = rules.resolve("routes.yaml");
        assertThat(run("browse", "--write", "--reason", "ranked by chance"))
                .isEqualTo("""
                0 --- FILE
                +++ FILE
                @@ -4,3 +4,7 @@
                     matches: [{path: {value: /a}}]
                     candidate: n
                     stage: complete
                +    compare:
                +      json:
                +        ignore:
                +          - {path: "$.items[*].rank", reason: "ranked by chance"}
                FILE: written. The evidence of the route begins anew.
                """.replace("FILE", file.toString()));
        assertThat(Files.readString(file)).startsWith(ROUTES.strip()).endsWith("""
                    stage: complete
                    compare:
                      json:
                        ignore:
                          - {path: "$.items[*].rank", reason: "ranked by chance"}
                """);
        String written = Files.readString(file);
        assertThat(run("browse", "--write", "--reason", "another")).startsWith("0 " + file + ": nothing to write");
        assertThat(Files.readString(file)).isEqualTo(written);
        assertThat(rules.toFile().list()).containsExactlyInAnyOrder("backends.yaml", "routes.yaml");
    }

    @Test
    void aPlaceThatIsChosenIsWrittenWhetherItIsNoiseOrNotUntilItsDay() throws IOException {
        String[] args = {
            "browse", "--write", "--only", ".clock", "--reason", "time of day", "--expires", "2999-01-31", "--json"
        };
        assertThat(run(args)).contains("\"changed\":true").contains("\"place\":\".clock\"");
        assertThat(Files.readString(rules.resolve("routes.yaml")))
                .contains("- {selector: \".clock\", reason: \"time of day\", expires: \"2999-01-31\"}");
        assertThat(run(args)).startsWith("0 ").contains("\"changed\":false");
    }

    @Test
    void aReportSaysHowItsRulesAreWritten() {
        assertThat(run("browse")).isEqualTo("""
                0 a report

                to have such rules written: banyan diff browse --write --reason TEXT [--only PLACE]; without --only, those for noise
                """);
    }

    @Test
    void nothingIsWrittenWithoutAReasonOrForAPlaceThatDiffersNowhere() throws IOException {
        assertThat(run("browse", "--write")).startsWith("2 ").contains("--reason");
        assertThat(run("browse", "--write", "--reason", " ")).startsWith("2 ").contains("--reason: nothing");
        assertThat(run("browse", "--reason", "r")).startsWith("2 ").contains("--write");
        assertThat(run("browse", "--write", "--reason", "r", "--only", "$.name"))
                .startsWith("1 ")
                .contains("--only: $.name (expected: a place that differs in its value: $.items[*].rank, .clock)");
        assertThat(run("browse", "--write", "--reason", "${x}"))
                .startsWith("1 ")
                .contains("would not be valid");
        assertThat(run("browse", "--write", "--reason", "x".repeat(600)))
                .startsWith("1 ")
                .contains("would not be valid");
        assertThat(Files.readString(rules.resolve("routes.yaml"))).isEqualTo(ROUTES);
    }

    @Test
    void rulesThatAreNotReadyForItStayAsTheyAre() throws IOException {
        Path file = rules.resolve("routes.yaml");
        String defaults = BACKENDS + "defaults: {route: {compare: {headers: [etag]}}}\n";
        Files.writeString(rules.resolve("backends.yaml"), defaults);
        assertThat(run("browse", "--write", "--reason", "r")).startsWith("1 ").contains("comes from the defaults");
        Files.writeString(rules.resolve("backends.yaml"), BACKENDS);
        String expired = ROUTES + """
                    compare: {json: {ignore: [{path: "$.items[*].rank", reason: r, expires: "2020-01-01"}]}}
                """;
        Files.writeString(file, expired);
        assertThat(run("browse", "--write", "--reason", "r", "--only", "$.items[*].rank"))
                .startsWith("1 ")
                .contains("only until 2020-01-01");
        Files.writeString(rules.resolve("twice.yaml"), ROUTES);
        assertThat(run("browse", "--write", "--reason", "r")).startsWith("1 ").contains("twice.yaml");
        Files.delete(rules.resolve("twice.yaml"));
        Files.writeString(file, ROUTES.replace("browse", "other"));
        assertThat(run("browse", "--write", "--reason", "r"))
                .startsWith("1 ")
                .contains("no route browse (expected: one of [other])");
    }

    @Test
    void rulesThatAreNoFolderHereNeedOne() {
        source = "https://rules.test/";
        assertThat(run("browse", "--write", "--reason", "r")).startsWith("1 ").contains("https://rules.test/");
        assertThat(run("browse", "--write", "--reason", "r", "--rules", rules.toString()))
                .startsWith("0 ");
    }

    @Test
    void jsonIsTheWholeAnswer() {
        assertThat(run("two words", "--json"))
                .isEqualTo("0 {\"route\":\"two words\",\"text\":\"route two words: 3 compared\\n\"}\n");
    }

    @Test
    void aRouteThatIsNotThereIsSaidByTheGateway() {
        assertThat(run("x")).startsWith("1 banyan: ").contains("route: x (expected: the name of a route)");
    }

    private String run(String... args) {
        var printed = new StringWriter();
        var writer = new PrintWriter(printed);
        var all = new java.util.ArrayList<>(java.util.List.of("diff", "--run-dir", runFolder.toString()));
        all.addAll(java.util.List.of(args));
        int exitCode = Banyan.commandLine().setOut(writer).setErr(writer).execute(all.toArray(String[]::new));
        writer.flush();
        return exitCode + " " + printed;
    }
}
