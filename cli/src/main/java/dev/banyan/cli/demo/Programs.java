package dev.banyan.cli.demo;

import dev.banyan.cli.toolkit.Toolkit;
import dev.banyan.process.Checkout;
import dev.banyan.process.Child;
import dev.banyan.process.Children;
import dev.banyan.process.Children.Role;
import dev.banyan.process.Ports;
import dev.banyan.process.RunFolder;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/** The programs of the demo, each a process of its own on free ports: how each is started, and when it is ready. */
final class Programs implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final Pattern READY = Pattern.compile("READY \\w+ port=(\\d+)");
    /** Seven JVMs share this machine: one compiler, one collector thread. */
    private static final List<String> SMALL_JVM = List.of(
            "-XX:TieredStopAtLevel=1", "--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow");

    private final Toolkit toolkit;
    private final RunFolder folder;
    private final Children children;
    private final Size size;
    private final long seed;
    private final HttpClient client =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(1)).build();
    private final int gatewayPort;
    private final int adminPort;
    private final int legacyPort;
    private final int catalogPort;
    private final int loyaltyPort;
    private final int bridgePort;
    private final int releasesPort;
    private volatile int postgresPort;
    private volatile int kafkaPort;

    Programs(Toolkit toolkit, RunFolder folder, Size size, long seed) {
        this.toolkit = toolkit;
        this.folder = folder;
        this.size = size;
        this.seed = seed;
        this.children = new Children(folder);
        var ports = Ports.free(7);
        gatewayPort = ports.get(0);
        adminPort = ports.get(1);
        legacyPort = ports.get(2);
        catalogPort = ports.get(3);
        loyaltyPort = ports.get(4);
        bridgePort = ports.get(5);
        releasesPort = ports.get(6);
    }

    /** Starts PostgreSQL and makes the databases. */
    void startPostgres() throws InterruptedException, SQLException {
        var data = folder.folder("postgres");
        var command = java("local-servers", "postgres", "--dir", data.toString());
        postgresPort = port(children.start(Role.SERVER, "postgres", command));
        try (var server = DriverManager.getConnection(jdbcUrl("postgres"));
                var statement = server.createStatement()) {
            for (var database : List.of("legacy", "catalog", "loyalty")) {
                statement.execute("create database " + database);
            }
        }
    }

    /** Starts a Kafka broker. */
    void startKafka() throws InterruptedException {
        var data = folder.folder("kafka");
        var command = java("local-servers", "kafka", "--dir", data.toString());
        kafkaPort = port(children.start(Role.SERVER, "kafka", command));
    }

    private int port(Child server) throws InterruptedException {
        return children.awaitPort(server, PATIENCE);
    }

    /** Starts the monolith, which migrates and seeds its database. */
    void startLegacy() throws InterruptedException {
        var arguments = springArguments(legacyPort, "legacy");
        arguments.add("--size=" + size);
        arguments.add("--seed=" + seed);
        var child = children.start(Role.APPLICATION, "legacy", java("legacy-sample", arguments));
        child.awaitReady(() -> answers(legacy().resolve("/catalog")), PATIENCE);
    }

    /** Starts the gateway with the rules in {@code rules}. */
    void startGateway(Path rules) throws InterruptedException {
        var child = children.start(
                Role.APPLICATION,
                "gateway",
                java(
                        "gateway",
                        List.of(
                                "--legacy",
                                legacy().toString(),
                                "--backend",
                                "catalog=" + catalog(),
                                "--backend",
                                "catalog-api=" + releases(),
                                "--backend",
                                "loyalty=" + loyalty(),
                                "--port",
                                Integer.toString(gatewayPort),
                                "--admin-port",
                                Integer.toString(adminPort),
                                "--rules",
                                rules.toString(),
                                "--run-dir",
                                gatewayFolder().toString(),
                                "--reveal")));
        child.awaitLine(READY, PATIENCE); // its admin port answers earlier
    }

    /** Starts the catalogue service. */
    void startCatalog() throws InterruptedException {
        startService("catalog", catalogPort);
    }

    /** Starts the loyalty service. */
    void startLoyalty() throws InterruptedException {
        startService("loyalty", loyaltyPort);
    }

    private void startService(String name, int port) throws InterruptedException {
        var arguments = springArguments(port, name);
        arguments.add("--kafka.bootstrap-servers=" + bootstrapServers());
        var child = children.start(Role.APPLICATION, name, java("new-services/" + name, arguments));
        var ready = URI.create("http://127.0.0.1:" + port + "/actuator/health/readiness");
        child.awaitReady(() -> answers(ready), PATIENCE);
    }

    private List<String> springArguments(int port, String database) {
        return new ArrayList<>(List.of(
                "--server.port=" + port,
                "--spring.datasource.url=jdbc:postgresql://127.0.0.1:" + postgresPort + "/" + database,
                "--spring.datasource.username=postgres",
                "--spring.datasource.password=postgres"));
    }

    /** Starts the bridge with the example of the shop, pointed at this run's servers. */
    void startBridge() throws InterruptedException, IOException {
        var config = folder.folder("bridge").resolve("bridge.yaml");
        var mapping = toolkit.root().resolve("cdc-bridge/examples/shop/mapping.yaml");
        BridgeConfig.write(mapping, config, this);
        var child = children.start(
                Role.APPLICATION, "bridge", java("cdc-bridge", List.of("run", "--config", config.toString())));
        child.awaitReady(() -> answers(bridge().resolve("/health")), PATIENCE);
    }

    /** Ends {@code program} as {@code kill -9} does. */
    void kill(String program) {
        children.get(program).kill();
    }

    long pid(String program) {
        return children.get(program).pid();
    }

    /** Returns programs that should run and do not. */
    List<String> ended() {
        var running = children.running();
        return List.of("postgres", "kafka", "legacy", "catalog", "loyalty", "bridge", "gateway").stream()
                .filter(program -> !running.contains(program))
                .toList();
    }

    URI gateway() {
        return URI.create("http://localhost:" + gatewayPort);
    }

    URI legacy() {
        return URI.create("http://127.0.0.1:" + legacyPort);
    }

    URI catalog() {
        return URI.create("http://127.0.0.1:" + catalogPort);
    }

    /** Where the releases of the catalogue's API are played. */
    URI releases() {
        return URI.create("http://127.0.0.1:" + releasesPort);
    }

    URI loyalty() {
        return URI.create("http://127.0.0.1:" + loyaltyPort);
    }

    URI bridge() {
        return URI.create("http://127.0.0.1:" + bridgePort);
    }

    int postgresPort() {
        return postgresPort;
    }

    int bridgePort() {
        return bridgePort;
    }

    String bootstrapServers() {
        return "127.0.0.1:" + kafkaPort;
    }

    /** Returns the URL of {@code database}, user and password in it. */
    String jdbcUrl(String database) {
        return "jdbc:postgresql://127.0.0.1:" + postgresPort + "/" + database + "?user=postgres&password=postgres";
    }

    /** Returns the folder in which the gateway leaves its token. */
    Path gatewayFolder() {
        return folder.folder("gateway");
    }

    /** Whether a GET of {@code uri} is answered with 200 now. */
    boolean answers(URI uri) {
        try {
            var request =
                    HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(5)).build();
            return client.send(request, BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException e) {
            return false; // not yet
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Whether the bridge says that its backfills are done. */
    boolean isBackfilled() {
        try {
            var backfills = JsonMapper.shared()
                    .readTree(get(bridge().resolve("/status")))
                    .path("backfills");
            return !backfills.isEmpty()
                    && backfills.valueStream().allMatch(backfill -> backfill.path("state")
                            .asString("")
                            .equals("done"));
        } catch (IOException | JacksonException e) {
            return false; // it does not answer at the moment
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Returns the body that a GET of {@code uri} is answered with. */
    String get(URI uri) throws IOException, InterruptedException {
        var request =
                HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(10)).build();
        return client.send(request, BodyHandlers.ofString()).body();
    }

    private List<String> java(String module, String... arguments) {
        return java(module, List.of(arguments));
    }

    private List<String> java(String module, List<String> arguments) {
        var command = new ArrayList<String>();
        command.add(Checkout.java().toString());
        command.addAll(SMALL_JVM);
        command.addAll(Toolkit.collector("-XX:+UseSerialGC", System.getenv()));
        command.add(size.heap());
        command.addAll(toolkit.options(module));
        command.add("-jar");
        command.add(toolkit.jar(module).toString());
        command.addAll(arguments);
        return command;
    }

    /** Stops them all. */
    @Override
    public void close() {
        children.close();
        client.shutdownNow();
    }

    /** Deletes what the servers kept. */
    void deleteData() {
        for (var name : List.of("postgres", "kafka")) {
            if (Files.exists(folder.path().resolve(name))) {
                folder.delete(name);
            }
        }
    }
}
