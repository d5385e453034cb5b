package dev.banyan.gateway;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assertions;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A gateway on free ports over the rules of a folder, with what tests ask it. */
final class TestGateway implements AutoCloseable {

    private static final HttpClient CLIENT = HttpClient.newHttpClient();
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    private static Way way = Way.LEAN;

    private final Gateway gateway;
    private final Path folder;
    private final @Nullable Http2Bridge bridge;

    private TestGateway(Gateway gateway, Path folder) {
        this.gateway = gateway;
        this.folder = folder;
        Integer http2 = gateway.http2Port();
        this.bridge = http2 != null && way.isHttp2() ? new Http2Bridge(http2) : null;
    }

    /** Has the gateways that start from now on take this way. */
    static void take(Way next) {
        way = next;
    }

    /** Returns what makes a gateway take the way of the test that runs. */
    static List<String> wayOptions() {
        return way.options();
    }

    /** Starts with these rules in {@code folder/rules}; {@code options} are added to the command line. */
    static TestGateway start(Path folder, String rules, String... options) throws Exception {
        Files.createDirectories(folder.resolve("rules"));
        Files.writeString(folder.resolve("rules/rules.yaml"), rules);
        return restart(folder, options);
    }

    /** Starts over the rules that lie in {@code folder/rules} already. */
    static TestGateway restart(Path folder, String... options) throws Exception {
        return over(folder, folder.resolve("rules").toString(), options);
    }

    /** Starts over the rules of any source. */
    static TestGateway over(Path folder, String rules, String... options) throws Exception {
        var args = new ArrayList<>(List.of("--rules", rules));
        args.addAll(List.of("--run-dir", folder.resolve("run").toString(), "--port", "0"));
        args.add("--reveal");
        if (!List.of(options).contains("--admin-port")) {
            args.addAll(List.of("--admin-port", "0"));
        }
        if (!List.of(options).contains("--drain")) {
            args.addAll(List.of("--drain", "1"));
        }
        args.addAll(way.options());
        args.addAll(List.of(options));
        return new TestGateway(Gateway.start(GatewayCommand.parse(args.toArray(String[]::new))), folder);
    }

    Gateway gateway() {
        return gateway;
    }

    /** Where tests that speak HTTP/1.1 reach the gateway by the way it takes. */
    int port() {
        return bridge == null ? gateway.port() : bridge.port();
    }

    /** The port of HTTP/2, which the options must have asked for. */
    int http2Port() {
        Integer port = gateway.http2Port();
        if (port == null) {
            throw new IllegalStateException("no port of HTTP/2");
        }
        return port;
    }

    /** Connects to that port and greets. */
    Http2Wire http2() throws IOException {
        return Http2Wire.to(http2Port());
    }

    Wire wire() throws IOException {
        return Wire.to(port());
    }

    /** Sends one request on a connection of its own and returns the reply. */
    String ask(String request) throws IOException {
        try (var wire = wire()) {
            return wire.send(request).reply();
        }
    }

    /** Sends {@code METHOD target} without a body. */
    String ask(String method, String target) throws IOException {
        return ask(method + " " + target + " HTTP/1.1\r\nHost: shop.test\r\n\r\n");
    }

    Path rulesFile() {
        return folder.resolve("rules/rules.yaml");
    }

    /** Replaces the rules the way editors do: a new file under the old name. */
    void save(String rules) throws IOException {
        Path draft = folder.resolve("draft");
        Files.writeString(draft, rules);
        Files.move(draft, rulesFile(), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    JsonNode admin(String path) throws IOException, InterruptedException {
        return new JsonMapper().readTree(adminText(path));
    }

    String adminText(String path) throws IOException, InterruptedException {
        String token = Files.readString(folder.resolve("run/admin.token")).strip();
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + gateway.adminPort() + path))
                .header("Authorization", "Bearer " + token)
                .build();
        return CLIENT.send(request, HttpResponse.BodyHandlers.ofString()).body();
    }

    /** Sends a body to the admin API. */
    HttpResponse<String> adminPost(String path, String body) throws IOException, InterruptedException {
        String token = Files.readString(folder.resolve("run/admin.token")).strip();
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + gateway.adminPort() + path))
                .header("Authorization", "Bearer " + token)
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        return CLIENT.send(request, HttpResponse.BodyHandlers.ofString());
    }

    /** Returns what the admin API counts for a route. */
    JsonNode route(String name) throws IOException, InterruptedException {
        for (JsonNode route : admin("/admin/routes").path("routes")) {
            if (route.path("name").asString("").equals(name)) {
                return route;
            }
        }
        throw new AssertionError("no route " + name);
    }

    /** Returns the calls a backend has at the moment. */
    int inFlight(String backend) {
        return gateway.rules().current().backends().get(backend).inFlight();
    }

    /** Returns when {@code condition} holds, or fails after three minutes. Asks for a fifth of the time at most, but every 50 ms. */
    static void await(String what, Callable<Boolean> condition) throws Exception {
        long asked = System.nanoTime();
        long end = asked + PATIENCE.toNanos();
        while (!condition.call()) {
            long now = System.nanoTime();
            if (now > end) {
                Assertions.fail("not within " + PATIENCE + ": " + what);
            }
            Thread.sleep(Math.clamp(4 * (now - asked) / 1_000_000, 5, 50));
            asked = System.nanoTime();
        }
    }

    @Override
    public void close() {
        gateway.close();
        if (bridge != null) {
            bridge.close();
        }
    }
}
