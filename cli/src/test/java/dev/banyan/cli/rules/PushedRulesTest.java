package dev.banyan.cli.rules;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.banyan.cli.toolkit.LiveRunFolder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Two people with a folder each push and pull, by way of a gateway that keeps versions as the real one does. */
class PushedRulesTest {

    private static final JsonMapper JSON = JsonMapper.shared();

    @TempDir
    private Path folder;

    private final List<JsonNode> pushed = new ArrayList<>();
    private HttpServer gateway;
    private LiveRunFolder runFolder;

    @BeforeEach
    void startGateway() throws IOException {
        gateway = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        gateway.createContext("/admin/rules/versions", this::answer);
        gateway.start();
        runFolder = new LiveRunFolder(folder, gateway.getAddress().getPort(), "t".repeat(40));
    }

    @AfterEach
    void stopGateway() throws IOException {
        runFolder.close();
        gateway.stop(0);
    }

    private void answer(HttpExchange exchange) throws IOException {
        var last = exchange.getRequestURI().getPath().replaceFirst(".*/", "");
        if (exchange.getRequestMethod().equals("POST")) {
            var push = JSON.readTree(exchange.getRequestBody());
            if (push.path("why").asString("").equals("refuse this")) {
                reply(
                        exchange,
                        422,
                        "{\"error\": \"the rules cannot be used\", \"problems\": [\"rules.yaml:1:1: x\"]}");
            } else if (push.path("base").asInt() == pushed.size()) {
                pushed.add(push);
                reply(exchange, 200, "{\"version\": %d, \"hash\": \"abc\"}".formatted(pushed.size()));
            } else {
                reply(
                        exchange,
                        409,
                        "{\"error\": \"base: %d\"}".formatted(push.path("base").asInt()));
            }
        } else if (last.equals("versions")) {
            var all = JSON.createObjectNode().put("store", "a store").put("newest", pushed.size());
            var list = all.putArray("versions");
            for (int i = pushed.size(); i > 0; i--) {
                list.addObject()
                        .put("version", i)
                        .put("by", pushed.get(i - 1).path("by").asString(""))
                        .put("why", pushed.get(i - 1).path("why").asString(""));
            }
            reply(exchange, 200, JSON.writeValueAsString(all));
        } else {
            var all = JSON.createObjectNode();
            all.set("files", pushed.get(Integer.parseInt(last) - 1).path("files"));
            reply(exchange, 200, JSON.writeValueAsString(all));
        }
    }

    private static void reply(HttpExchange exchange, int status, String body) throws IOException {
        try (exchange) {
            var bytes = body.getBytes(UTF_8);
            exchange.sendResponseHeaders(status, bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }

    private Ran run(String command, Path rules, Object... more) {
        var args = new ArrayList<Object>(List.of(command, rules, "--run-dir", folder));
        args.addAll(List.of(more));
        return Ran.rules(args.toArray());
    }

    private Path write(Path rules, int port) throws IOException {
        Files.createDirectories(rules);
        Files.writeString(
                rules.resolve("rules.yaml"),
                "backends: [{name: legacy, url: \"http://localhost:%d\", baseline: true}]\n".formatted(port));
        return rules;
    }

    @Test
    void aPushReplacesOnlyWhatItsAuthorHasSeen() throws Exception {
        var mine = write(folder.resolve("mine"), 1);
        assertThat(run("push", mine, "--why", "begin", "--by", "me").out()).contains("version 1");
        var theirs = folder.resolve("theirs");
        assertThat(run("pull", theirs).out()).contains("version 1");
        assertThat(theirs.resolve("rules.yaml")).hasSameTextualContentAs(mine.resolve("rules.yaml"));

        write(theirs, 2);
        assertThat(run("push", theirs, "--why", "move", "--by", "them", "--json")
                        .out())
                .contains("\"version\":2");
        write(mine, 3);
        assertThat(run("push", mine, "--why", "late")).satisfies(late -> {
            assertThat(late.exitCode()).isEqualTo(1);
            assertThat(late.err()).contains("answered 409");
        });
        assertThat(run("pull", mine).err()).contains("has rules that are no version");
        write(mine, 1);
        assertThat(run("pull", mine).exitCode()).isZero();
        assertThat(mine.resolve("rules.yaml")).content().contains("localhost:2");

        // Back to the first version, which becomes the third.
        assertThat(run("pull", mine, "--number", "1").exitCode()).isZero();
        assertThat(run("push", mine, "--why", "back").out()).contains("version 3");
        assertThat(Ran.rules("versions", "--run-dir", folder).out())
                .contains("3 versions in a store")
                .containsSubsequence("back", "move", "begin");
    }

    @Test
    void aFolderThatKeepsNoNoteIsPushedAllTheSame() throws Exception {
        var mine = write(folder.resolve("mine"), 1);
        Files.createDirectory(mine.resolve(".banyan-version.tmp")); // as in a folder that may only be read
        assertThat(run("push", mine, "--why", "begin", "--by", "me")).satisfies(ran -> {
            assertThat(ran.exitCode()).as(ran.err()).isZero();
            assertThat(ran.out()).contains("version 1");
            assertThat(ran.err()).contains("warning", ".banyan-version: not written", "needs --base 1");
        });
    }

    @Test
    void aPullThatBrokeOffIsMadeAgain() throws Exception {
        var mine = write(folder.resolve("mine"), 1);
        Files.writeString(mine.resolve("more.yaml"), "backends: [{name: new, url: \"http://localhost:8\"}]\n");
        run("push", mine, "--why", "begin", "--by", "me");
        write(mine, 2);
        Files.writeString(mine.resolve("more.yaml"), "backends: [{name: new, url: \"http://localhost:9\"}]\n");
        run("push", mine, "--why", "move", "--by", "me");
        write(mine, 1); // as when it was killed between two files
        assertThat(run("pull", mine, "--number", "1")).satisfies(again -> {
            assertThat(again.exitCode()).as(again.err()).isZero();
            assertThat(mine.resolve("more.yaml")).content().contains("localhost:8");
        });
        write(mine, 3);
        assertThat(run("pull", mine, "--number", "2").err()).contains("has rules that are no version");
    }

    /** A gateway may serve from the folder: it sees the old file or the new one, and never a half. */
    @Test
    void aPullReplacesFilesAndDoesNotWriteIntoThem() throws Exception {
        var mine = write(folder.resolve("mine"), 1);
        run("push", mine, "--why", "begin", "--by", "me");
        write(mine, 2);
        run("push", mine, "--why", "move", "--by", "me");
        var old = Files.createLink(folder.resolve("old"), mine.resolve("rules.yaml"));
        if (System.getProperty("user.name").equals("root")) {
            Files.setAttribute(old, "unix:gid", 4242); // as of a gateway that reads what others write
        }
        assertThat(run("pull", mine, "--number", "1").exitCode()).isZero();
        assertThat(Files.getAttribute(mine.resolve("rules.yaml"), "unix:gid"))
                .isEqualTo(Files.getAttribute(old, "unix:gid"));
        assertThat(mine.resolve("rules.yaml")).content().contains("localhost:1");
        assertThat(old).content().contains("localhost:2");
        try (var files = Files.list(mine)) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrder("rules.yaml", ".banyan-version");
        }
    }

    @Test
    void whatTheGatewayRefusesIsSaidAndAFolderOfOthersIsNotPushed() throws Exception {
        var mine = write(folder.resolve("mine"), 1);
        assertThat(run("push", mine, "--why", "refuse this").err()).contains("answered 422", "rules.yaml:1:1: x");
        assertThat(run("push", mine).exitCode()).isEqualTo(2);
        assertThat(run("pull", folder.resolve("new")).err()).contains("no version of the rules");
        run("push", mine, "--why", "begin", "--by", "me");
        var other = write(folder.resolve("other"), 9);
        assertThat(run("push", other, "--why", "over it").err())
                .contains("version 1 by me: begin (expected: rules pull, or --base 1)");
        assertThat(run("push", other, "--why", "over it", "--base", "1").out()).contains("version 2");
        Files.writeString(other.resolve("rules.yaml"), "backends: [");
        assertThat(run("push", other, "--why", "broken").err()).contains("not valid");
        assertThat(pushed).hasSize(2);
    }
}
