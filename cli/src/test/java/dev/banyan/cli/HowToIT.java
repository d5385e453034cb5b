package dev.banyan.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.banyan.process.Ports;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands of docs/how-to/put-the-gateway-in-front.md, with this test's ports and folder in the place of the page's. */
class HowToIT {

    private static final Path ROOT = Path.of(System.getProperty("banyan.root"));
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    @TempDir
    private Path folder;

    private HttpServer app;
    private int port;
    private int adminPort;

    @BeforeEach
    void startAnApplication() throws IOException {
        app = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        app.createContext("/", exchange -> {
            var text = ("hello from your own app: " + exchange.getRequestURI()).getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, text.length);
            exchange.getResponseBody().write(text);
            exchange.close();
        });
        app.start();
        var ports = Ports.free(2);
        port = ports.getFirst();
        adminPort = ports.getLast();
    }

    @AfterEach
    void stopTheApplication() {
        app.stop(0);
    }

    @Test
    void withoutRulesEveryRequestGoesToYourApp() throws Exception {
        var gateway = start(command("gateway --legacy http://127.0.0.1:8081\n"));
        try {
            assertThat(get("/any/path?q=1")).isEqualTo("hello from your own app: /any/path?q=1");
            var seen = shell(command("curl -H"));
            assertThat(seen).contains("\"unrouted\"");
            var status = shell("./banyan status --run-dir " + folder);
            assertThat(status).contains("(no route)", "legacy");
        } finally {
            stop(gateway);
        }
    }

    @Test
    void aFolderThatInitStartedIsServed() throws Exception {
        var rules = folder.resolve("started");
        var app = "http://127.0.0.1:" + this.app.getAddress().getPort();
        shell("./banyan rules init " + rules + " --legacy " + app);
        shell("./banyan rules validate " + rules);
        var gateway = start("./banyan gateway --legacy " + app + " --rules " + rules);
        try {
            assertThat(get("/any")).startsWith("hello from your own app");
        } finally {
            stop(gateway);
        }
    }

    @Test
    void aFolderOfRulesMovesTheFirstRoute() throws Exception {
        var gateway = start(command("--rules routing-rules"));
        try {
            assertThat(get("/catalog")).startsWith("hello from your own app");
            assertThat(shell("./banyan status --run-dir " + folder)).contains("browse-catalog", "live", "0%");
        } finally {
            stop(gateway);
        }
    }

    /** Returns the command of the page that contains {@code part}, with this test's addresses. */
    private String command(String part) throws IOException {
        var page = Files.readString(ROOT.resolve("docs/how-to/put-the-gateway-in-front.md"));
        var line = page.lines()
                .filter(text ->
                        (text.startsWith("./banyan") || text.startsWith("curl")) && (text + "\n").contains(part))
                .findFirst();
        assertThat(line).as("the command with " + part).isPresent();
        return line.get()
                .replace("127.0.0.1:8081", "127.0.0.1:" + app.getAddress().getPort())
                .replace("127.0.0.1:9080", "127.0.0.1:" + adminPort)
                .replace(".banyan/gateway", folder.toString());
    }

    private Process start(String command) throws Exception {
        var here = " --port " + port + " --admin-port " + adminPort + " --run-dir " + folder;
        var gateway = new ProcessBuilder("/bin/sh", "-c", "exec " + command + here)
                .directory(ROOT.toFile())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("output").toFile())
                .start();
        var deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!Files.readString(folder.resolve("output")).contains("READY gateway port=" + port)) {
            assertThat(gateway.isAlive() && System.nanoTime() < deadline)
                    .as(Files.readString(folder.resolve("output")))
                    .isTrue();
            Thread.sleep(50);
        }
        return gateway;
    }

    /** The signal goes through to the gateway: nothing that listened does so afterwards. */
    private void stop(Process gateway) throws Exception {
        var children = gateway.descendants().toList();
        assertThat(children).isNotEmpty();
        gateway.destroy();
        assertThat(gateway.waitFor(120, TimeUnit.SECONDS)).isTrue();
        for (var child : children) {
            child.onExit().get(60, TimeUnit.SECONDS); // a guard lives a moment longer than what it guards
        }
    }

    private String get(String path) throws IOException, InterruptedException {
        try (var client = HttpClient.newHttpClient()) {
            var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                    .build();
            return client.send(request, BodyHandlers.ofString()).body();
        }
    }

    private String shell(String command) throws IOException, InterruptedException {
        var output = folder.resolve("shell-output");
        var process = new ProcessBuilder(List.of("/bin/sh", "-c", command))
                .directory(ROOT.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
        assertThat(process.exitValue()).as(Files.readString(output)).isZero();
        return Files.readString(output);
    }
}
