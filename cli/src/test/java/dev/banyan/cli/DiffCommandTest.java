package dev.banyan.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
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

    @TempDir
    Path runFolder;

    private HttpServer admin;

    @BeforeEach
    void start() throws IOException {
        admin = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        admin.createContext("/admin/diff", exchange -> {
            boolean known = "route=two%20words"
                    .equals(exchange.getRequestURI().getRawQuery().replace("+", "%20"));
            boolean opened = "Bearer secret".equals(exchange.getRequestHeaders().getFirst("Authorization"));
            byte[] body = (known
                            ? "{\"route\":\"two words\",\"text\":\"route two words: 3 compared\\n\"}"
                            : "{\"error\":\"route: x (expected: the name of a route)\"}")
                    .getBytes(UTF_8);
            exchange.sendResponseHeaders(!opened ? 401 : known ? 200 : 400, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        admin.start();
        Files.writeString(
                runFolder.resolve("gateway.json"),
                "{\"adminPort\":" + admin.getAddress().getPort() + ",\"tokenFile\":\"admin.token\"}");
        Files.writeString(runFolder.resolve("admin.token"), "secret\n");
    }

    @AfterEach
    void stop() {
        admin.stop(0);
    }

    @Test
    void theGatewaysTextIsPrintedAsItIs() {
        assertThat(run("two words")).isEqualTo("0 route two words: 3 compared\n");
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
