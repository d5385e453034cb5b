package dev.banyan.servers;

import dev.banyan.process.Ports;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.jspecify.annotations.Nullable;

/**
 * One real Kafka broker that is its own controller (KRaft), in this JVM, on 127.0.0.1. Topics are created on request or by
 * their first producer with {@link #PARTITIONS} partitions. {@link #close()} stops it and, unless a folder was named,
 * deletes its data.
 */
public final class LocalKafka implements AutoCloseable {

    /** Partitions of a topic that nobody created by hand. */
    public static final int PARTITIONS = 3;

    private static final int NODE_ID = 1;

    private static final String CONTROLLER_LISTENER = "CONTROLLER";

    private final KafkaRaftServer server;
    private final String bootstrapServers;
    private final @Nullable Path temporaryFolder;

    private LocalKafka(KafkaRaftServer server, String bootstrapServers, @Nullable Path temporaryFolder) {
        this.server = server;
        this.bootstrapServers = bootstrapServers;
        this.temporaryFolder = temporaryFolder;
    }

    /** A broker on free ports with data in a temporary folder. */
    public static LocalKafka start() {
        try {
            var folder = Files.createTempDirectory("banyan-kafka");
            return start(folder, 0, folder);
        } catch (IOException e) {
            throw new UncheckedIOException("making a folder for Kafka", e);
        }
    }

    /**
     * A broker with its data in {@code dataFolder} (kept at the end, used again at the next start) whose clients come to
     * {@code port}, 0 for a free one.
     */
    public static LocalKafka start(Path dataFolder, int port) {
        return start(dataFolder, port, null);
    }

    private static LocalKafka start(Path dataFolder, int wantedPort, @Nullable Path temporaryFolder) {
        var free = Ports.free(2);
        int port = wantedPort == 0 ? free.getFirst() : wantedPort;
        int controllerPort = free.getLast();
        var log = dataFolder.resolve("kafka-log").toAbsolutePath();
        var properties = properties(log, port, controllerPort);
        try {
            if (!Files.exists(log.resolve("meta.properties"))) {
                Files.createDirectories(log);
                format(log);
            }
            var server = new KafkaRaftServer(KafkaConfig.fromProps(properties), Time.SYSTEM);
            server.startup();
            return new LocalKafka(server, "127.0.0.1:" + port, temporaryFolder);
        } catch (Exception e) { // the broker and the formatter declare Exception
            throw new IllegalStateException("starting Kafka on port " + port, e);
        }
    }

    private static void format(Path log) throws Exception {
        new Formatter()
                .setPrintStream(new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8))
                .setClusterId(Uuid.randomUuid().toString())
                .setNodeId(NODE_ID)
                .setDirectories(List.of(log.toString()))
                .setMetadataLogDirectory(log.toString())
                .setControllerListenerName(CONTROLLER_LISTENER)
                .run();
    }

    private static Properties properties(Path log, int port, int controllerPort) {
        var properties = new Properties();
        properties.putAll(Map.ofEntries(
                Map.entry("process.roles", "broker,controller"),
                Map.entry("node.id", Integer.toString(NODE_ID)),
                Map.entry("controller.quorum.voters", NODE_ID + "@127.0.0.1:" + controllerPort),
                Map.entry("controller.listener.names", CONTROLLER_LISTENER),
                Map.entry("listeners", "PLAINTEXT://127.0.0.1:" + port + ",CONTROLLER://127.0.0.1:" + controllerPort),
                Map.entry("advertised.listeners", "PLAINTEXT://127.0.0.1:" + port),
                Map.entry("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT"),
                Map.entry("inter.broker.listener.name", "PLAINTEXT"),
                Map.entry("log.dirs", log.toString()),
                Map.entry("num.partitions", Integer.toString(PARTITIONS)),
                Map.entry("offsets.topic.replication.factor", "1"),
                Map.entry("offsets.topic.num.partitions", "4"),
                Map.entry("transaction.state.log.replication.factor", "1"),
                Map.entry("transaction.state.log.min.isr", "1"),
                Map.entry("transaction.state.log.num.partitions", "4"),
                Map.entry("share.coordinator.state.topic.replication.factor", "1"),
                Map.entry("share.coordinator.state.topic.min.isr", "1"),
                Map.entry("group.initial.rebalance.delay.ms", "0"),
                Map.entry("log.cleaner.enable", "false"),
                Map.entry("log.retention.ms", "-1"),
                // looking for work again and again, as a broker of a cluster does, costs more than the work of this one
                Map.entry("metadata.max.idle.interval.ms", "0"),
                Map.entry("num.network.threads", "1"),
                Map.entry("num.io.threads", "2"),
                Map.entry("group.coordinator.threads", "1"),
                Map.entry("background.threads", "2")));
        return properties;
    }

    /** {@code 127.0.0.1:port}. */
    public String bootstrapServers() {
        return bootstrapServers;
    }

    /** Creates a topic; one that exists is left as it is. */
    public void createTopic(String name, int partitions) {
        try (var admin =
                Admin.create(Map.<String, Object>of(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers))) {
            admin.createTopics(List.of(new NewTopic(name, partitions, (short) 1)))
                    .all()
                    .get();
        } catch (ExecutionException e) {
            if (!(e.getCause() instanceof TopicExistsException)) {
                throw new IllegalStateException("creating topic " + name, e);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while creating topic " + name, e);
        }
    }

    @Override
    public void close() {
        server.shutdown();
        server.awaitShutdown();
        if (temporaryFolder != null) {
            Machine.deleteTree(temporaryFolder);
        }
    }
}
