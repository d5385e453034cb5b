package dev.banyan.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.engine.EngineSettings;
import dev.banyan.bridge.run.Await;
import dev.banyan.bridge.run.Servers;
import io.debezium.embedded.Connect;
import io.debezium.engine.DebeziumEngine;
import io.debezium.engine.DebeziumEngine.RecordCommitter;
import io.debezium.engine.RecordChangeEvent;
import io.debezium.engine.format.ChangeEventFormat;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.apache.kafka.connect.source.SourceRecord;

/** Debezium over tables {@code a} and {@code b} of a PostgreSQL database, with its own offset file, and a consumer as a test wants it. */
final class LossEngine implements AutoCloseable {

    static final TableId SIGNAL_TABLE = new TableId("banyan", "signal");

    /** Takes a batch, marks of it what it wants, and says which rows it has delivered. What it throws may end the engine. */
    @FunctionalInterface
    interface Consumer {
        List<Long> take(
                List<RecordChangeEvent<SourceRecord>> records,
                RecordCommitter<RecordChangeEvent<SourceRecord>> committer)
                throws InterruptedException;
    }

    private final Set<Long> delivered = ConcurrentHashMap.newKeySet();
    private final DebeziumEngine<RecordChangeEvent<SourceRecord>> engine;
    private final ExecutorService executor = Executors.newSingleThreadExecutor();

    /** Makes a database with the two tables and a slot, and returns its name, which ends with {@code name}. */
    static String database(String name) {
        var database = "loss_" + name.toLowerCase(Locale.ROOT);
        Servers.postgres().createDatabase(database);
        Servers.postgres().execute(database, """
                CREATE TABLE a (id BIGINT PRIMARY KEY);
                CREATE TABLE b (id BIGINT PRIMARY KEY);
                CREATE SCHEMA banyan;
                CREATE TABLE banyan.signal (id VARCHAR(64) PRIMARY KEY, type VARCHAR(32) NOT NULL, data TEXT);
                CREATE PUBLICATION p FOR TABLE a, b, banyan.signal""");
        Servers.postgres()
                .execute(database, "SELECT pg_create_logical_replication_slot('" + database + "', 'pgoutput')");
        return database;
    }

    /** Starts, and returns when it reads the slot of {@code database}, which has its name. Its offset is a file in {@code folder}. */
    LossEngine(Path folder, String database, Duration heartbeat, Consumer consumer) throws Exception {
        this(properties(folder, database, heartbeat), database, consumer);
    }

    /** The same with {@code settings} in place of its own, and with the signal table. */
    LossEngine(Path folder, String database, Map<String, String> settings, Consumer consumer) throws Exception {
        this(with(properties(folder, database, Duration.ZERO), settings), database, consumer);
    }

    private LossEngine(Properties properties, String database, Consumer consumer) throws Exception {
        this.engine = DebeziumEngine.create(ChangeEventFormat.of(Connect.class))
                .using(properties)
                .notifying((records, committer) -> {
                    var ids = consumer.take(records, committer);
                    committer.markBatchFinished();
                    delivered.addAll(ids);
                })
                .build();
        executor.execute(engine);
        executor.shutdown();
        Await.until("the slot is read", () -> isRead(database) || hasEnded()); // a consumer may end it at once
    }

    private static Properties with(Properties properties, Map<String, String> settings) {
        properties.setProperty("signal.enabled.channels", "source,in-process");
        settings.forEach(properties::setProperty);
        return properties;
    }

    /** Asks through the channel within the process, as {@code id}, that an incremental snapshot read {@code table}. */
    void askFor(String table, String id) {
        engine.getSignaler()
                .signal(new DebeziumEngine.Signal(
                        id,
                        "execute-snapshot",
                        "{\"type\": \"incremental\", \"data-collections\": [\"public." + table + "\"]}",
                        Map.of()));
    }

    private static boolean isRead(String database) throws SQLException {
        try (var connection = Servers.postgres().connect(database);
                var statement = connection.createStatement();
                var result = statement.executeQuery(
                        "SELECT active FROM pg_replication_slots WHERE slot_name = '" + database + "'")) {
            return result.next() && result.getBoolean(1);
        }
    }

    private static Properties properties(Path folder, String database, Duration heartbeat) {
        var tables = List.of(
                new EngineSettings.Table(new TableId("public", "a"), List.of("id")),
                new EngineSettings.Table(new TableId("public", "b"), List.of("id")));
        var source =
                new EngineSettings.Database("127.0.0.1", Servers.postgres().port(), database, "postgres", "postgres");
        var properties = new EngineSettings(
                        database,
                        source,
                        new EngineSettings.Reading.Slot(database, "p"),
                        SIGNAL_TABLE,
                        tables,
                        heartbeat,
                        64 << 20)
                .properties();
        properties.setProperty("offset.storage", "org.apache.kafka.connect.storage.FileOffsetBackingStore");
        properties.setProperty(
                "offset.storage.file.filename", folder.resolve(database).toString());
        properties.remove("driver.socketFactory"); // nobody closes its sockets
        properties.remove("heartbeat.action.query");
        properties.setProperty("signal.enabled.channels", "in-process");
        properties.remove("errors.max.retries"); // as who has no supervisor of his own
        properties.setProperty("max.batch.size", "100");
        properties.setProperty("max.queue.size", "400");
        return properties;
    }

    /** The rows of the batches that were taken so far, by their ids. */
    Set<Long> delivered() {
        return delivered;
    }

    /** True when it has ended by itself. */
    boolean hasEnded() {
        return executor.isTerminated();
    }

    @Override
    public void close() throws IOException {
        try {
            engine.close();
        } catch (IllegalStateException e) {
            assertThat(hasEnded()).as("only an engine that has failed refuses").isTrue();
        }
        executor.close(); // returns when the engine has ended
    }
}
