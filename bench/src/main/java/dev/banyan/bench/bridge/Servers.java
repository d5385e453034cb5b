package dev.banyan.bench.bridge;

import dev.banyan.process.Checkout;
import dev.banyan.process.Child;
import dev.banyan.process.Children;
import dev.banyan.process.Ports;
import dev.banyan.process.RunFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;

/** PostgreSQL and Kafka, each a process of its own, and the carriers while they run. */
final class Servers implements AutoCloseable {

    static final String USER = "postgres";
    static final int PARTITIONS = 4;

    private static final String DATABASE = "bench";
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final Duration STOP_PATIENCE = Duration.ofSeconds(60);

    private final RunFolder folder;
    private final Children children;
    private final int postgresPort;
    private final int kafkaPort;
    private int started;

    Servers(Path root, RunFolder folder) throws InterruptedException {
        this.folder = folder;
        this.children = new Children(folder);
        var jar = root.resolve("local-servers/target/local-servers.jar");
        var postgres = server(jar, "postgres");
        var kafka = server(jar, "kafka");
        postgresPort = children.awaitPort(postgres, PATIENCE);
        kafkaPort = children.awaitPort(kafka, PATIENCE);
    }

    private Child server(Path jar, String name) {
        return children.start(
                Children.Role.SERVER,
                name,
                List.of(
                        Checkout.java().toString(),
                        "-jar",
                        jar.toString(),
                        name,
                        "--dir",
                        folder.folder("data-" + name).toString()));
    }

    /** Makes the tables and what writes them, with one step of each load, so that every update finds its row. */
    void prepare(List<Carrier> carriers) throws SQLException, IOException, InterruptedException {
        execute("postgres", "CREATE DATABASE " + DATABASE);
        execute(DATABASE, BanyanBridge.resource("load.sql"));
        execute(DATABASE, "SELECT items(0)");
        try (var admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers()))) {
            admin.createTopics(carriers.stream()
                            .flatMap(carrier ->
                                    List.of(Load.values()).stream().flatMap(load -> carrier.topics(load).stream()))
                            .map(topic -> new NewTopic(topic, PARTITIONS, (short) 1))
                            .toList())
                    .all()
                    .get();
        } catch (ExecutionException e) {
            throw new IOException("creating topics", e);
        }
    }

    /** Writes {@code count} steps of {@code load} from step {@code first} on, each transaction as fast as the last one allows. */
    void write(Load load, long first, long count) throws SQLException {
        // Not waiting for the disk concerns only who writes, and nobody measures that.
        execute(
                DATABASE,
                "SET synchronous_commit = off",
                "CALL " + load.procedure() + "(" + first + ", " + (first + count) + ")");
    }

    /** Starts {@code carrier} and returns once it reads from its slot. */
    Child start(Carrier carrier) throws IOException, InterruptedException {
        var command = carrier.command(this, folder.folder(carrier.name()));
        var child = children.start(Children.Role.APPLICATION, carrier.name() + "-" + ++started, command);
        child.awaitReady(() -> isRead(carrier.slot()), PATIENCE);
        return child;
    }

    void stop(Child child) {
        child.stop(STOP_PATIENCE);
    }

    private boolean isRead(String slot) {
        try (var connection = connect();
                var query =
                        connection.prepareStatement("SELECT active FROM pg_replication_slots WHERE slot_name = ?")) {
            query.setString(1, slot);
            try (var rows = query.executeQuery()) {
                return rows.next() && rows.getBoolean(1);
            }
        } catch (SQLException e) {
            throw new IllegalStateException("asking for slot " + slot, e);
        }
    }

    Connection connect() throws SQLException {
        return DriverManager.getConnection(jdbcUrl(), USER, USER);
    }

    private void execute(String database, String... statements) throws SQLException {
        try (var connection = DriverManager.getConnection(jdbcUrl(database), USER, USER);
                var statement = connection.createStatement()) {
            for (var sql : statements) {
                statement.execute(sql);
            }
        }
    }

    String jdbcUrl() {
        return jdbcUrl(DATABASE);
    }

    private String jdbcUrl(String database) {
        return "jdbc:postgresql://127.0.0.1:" + postgresPort + "/" + database;
    }

    String bootstrapServers() {
        return "127.0.0.1:" + kafkaPort;
    }

    static int freePort() {
        return Ports.free(1).getFirst();
    }

    /** Ends all processes and deletes what the servers kept; logs and configurations stay. */
    @Override
    public void close() {
        children.close();
        for (var name : List.of("data-postgres", "data-kafka")) {
            try {
                folder.delete(name);
            } catch (UncheckedIOException e) {
                // what is left takes room below .banyan/bench and nothing else
            }
        }
    }
}
