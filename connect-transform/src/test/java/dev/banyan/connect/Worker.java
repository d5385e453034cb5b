package dev.banyan.connect;

import dev.banyan.process.Child;
import dev.banyan.process.Children;
import dev.banyan.process.Ports;
import dev.banyan.process.RunFolder;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import javax.management.JMException;
import javax.management.ObjectName;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;
import org.apache.kafka.connect.cli.ConnectStandalone;

/**
 * A worker of Kafka Connect in a JVM of its own, as Kafka starts it: on its class path Kafka alone, below its {@code plugin.path} the packed
 * jar and Debezium's connector, each behind a class loader of its own.
 */
final class Worker implements AutoCloseable {

    private static final String LOGGING = """
            <configuration>
              <appender name="out" class="ch.qos.logback.core.ConsoleAppender">
                <encoder><pattern>%d{HH:mm:ss.SSS} %-5level %logger{20} %msg%n</pattern></encoder>
              </appender>
              <root level="WARN"><appender-ref ref="out"/></root>
            </configuration>
            """;

    private static final Path JAR = Path.of("target/connect-transform.jar");
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final Path folder;
    private final Children children;
    private final int port;
    private final int jmxPort;
    private final HttpClient client = HttpClient.newHttpClient();
    private Child child;

    Worker(Path folder, String bootstrapServers) throws Exception {
        this.folder = folder;
        children = new Children(RunFolder.create(folder.resolve("runs"), Instant.now()));
        var ports = Ports.free(2);
        port = ports.getFirst();
        jmxPort = ports.getLast();
        plugins();
        Files.writeString(folder.resolve("worker.properties"), """
                bootstrap.servers=%s
                plugin.path=%s
                plugin.discovery=service_load
                listeners=http://127.0.0.1:%d
                key.converter=org.apache.kafka.connect.json.JsonConverter
                value.converter=org.apache.kafka.connect.json.JsonConverter
                offset.storage.file.filename=%s
                offset.flush.interval.ms=300
                """.formatted(
                        bootstrapServers, folder.resolve("plugins"), port, folder.resolve("offsets")));
        Files.writeString(folder.resolve("logback.xml"), LOGGING);
        child = start();
    }

    private void plugins() throws IOException {
        var banyan = Files.createDirectories(folder.resolve("plugins/banyan"));
        Files.copy(JAR, banyan.resolve(JAR.getFileName()));
        var debezium = Files.createDirectories(folder.resolve("plugins/debezium-connector-postgres"));
        for (var jar : classPath(Worker::isDebeziums)) {
            Files.copy(Path.of(jar), debezium.resolve(Path.of(jar).getFileName()));
        }
    }

    private static boolean isDebeziums(String jar) {
        return jar.contains("/io/debezium/") || jar.contains("/org/postgresql/postgresql/");
    }

    private static boolean isOurs(String jar) {
        return !jar.endsWith(".jar")
                || jar.contains("/banyan/")
                || jar.startsWith(Path.of("..").toAbsolutePath().normalize() + "/")
                || jar.contains("/tools/jackson/")
                || jar.contains("/org/snakeyaml/");
    }

    private static List<String> classPath(Predicate<String> wanted) {
        return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
                .filter(wanted)
                .toList();
    }

    private Child start() throws Exception {
        var kafka = classPath(jar -> !isDebeziums(jar) && !isOurs(jar)).stream()
                .collect(Collectors.joining(File.pathSeparator));
        var started = children.start(
                Children.Role.APPLICATION,
                "worker",
                List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx384m",
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-Dcom.sun.management.jmxremote.port=" + jmxPort,
                        "-Dcom.sun.management.jmxremote.host=127.0.0.1",
                        "-Djava.rmi.server.hostname=127.0.0.1",
                        "-Dcom.sun.management.jmxremote.authenticate=false",
                        "-Dcom.sun.management.jmxremote.ssl=false",
                        "-Dlogback.configurationFile=" + folder.resolve("logback.xml"),
                        "-cp",
                        kafka,
                        ConnectStandalone.class.getName(),
                        folder.resolve("worker.properties").toString()));
        started.awaitReady(this::answers, PATIENCE);
        return started;
    }

    private boolean answers() {
        try {
            return get("/connectors").statusCode() == 200;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return client.send(request(path).build(), HttpResponse.BodyHandlers.ofString());
    }

    HttpResponse<String> put(String path, String json) throws IOException, InterruptedException {
        var request =
                request(path).header("content-type", "application/json").PUT(HttpRequest.BodyPublishers.ofString(json));
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .timeout(PATIENCE);
    }

    /** The transformation's metric {@code name}, as the worker shows it; -1 when it shows none. */
    @SuppressWarnings("BanJNDI") // a worker of this test on loopback
    long metric(String name) throws IOException, JMException {
        var url = new JMXServiceURL("service:jmx:rmi:///jndi/rmi://127.0.0.1:" + jmxPort + "/jmxrmi");
        try (var connector = JMXConnectorFactory.connect(url)) {
            var server = connector.getMBeanServerConnection();
            for (var bean : server.queryNames(new ObjectName("kafka.connect:type=plugins,*"), null)) {
                for (var attribute : server.getMBeanInfo(bean).getAttributes()) {
                    if (attribute.getName().equals(name)) {
                        return ((Number) server.getAttribute(bean, name)).longValue();
                    }
                }
            }
            return -1;
        }
    }

    String log() {
        return child.logTail(60);
    }

    /** Ends the worker as {@code kill -9} does. */
    void kill() {
        child.kill();
    }

    /** Starts it again, on the offsets it has stored. */
    void restart() throws Exception {
        child = start();
    }

    @Override
    public void close() {
        children.close();
    }
}
