package dev.banyan.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.bridge.change.Change;
import dev.banyan.bridge.change.Dbms;
import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.engine.EngineSettings;
import dev.banyan.bridge.engine.OffsetRule;
import dev.banyan.bridge.engine.TransactionAssembler;
import dev.banyan.bridge.run.Await;
import dev.banyan.bridge.run.Servers;
import io.debezium.embedded.Connect;
import io.debezium.engine.DebeziumEngine;
import io.debezium.engine.RecordChangeEvent;
import io.debezium.engine.format.ChangeEventFormat;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.source.SourceRecord;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.postgresql.PGConnection;

/**
 * The red control: the same faults with Debezium marking each record as its manual says, and with our marking. When a test here fails
 * because stock marking loses nothing any more, {@link OffsetRule} can go.
 */
class LossTest {

    private static final long LAST = 1_000_000;
    private static final TableId SIGNAL_TABLE = new TableId("banyan", "signal");

    @TempDir
    Path folder;

    enum Marking {
        STOCK,
        OURS;

        /** Stock marking may come through by luck: where the engine is stopped before it has written its offsets down. */
        void check(Scenario scenario) throws Exception {
            if (this == OURS) {
                assertThat(scenario.lost(0)).isEmpty();
                return;
            }
            Set<Long> lost = Set.of();
            for (int i = 0; i < TRIES_MAX && lost.isEmpty(); i++) {
                lost = scenario.lost(i);
            }
            assertThat(lost).as("dbz#76 and dbz#1554 are there still").isNotEmpty();
        }
    }

    private static final int TRIES_MAX = 5;

    /** One run with a fault in it; says which rows were lost. */
    interface Scenario {
        Set<Long> lost(int attempt) throws Exception;
    }

    @ParameterizedTest
    @EnumSource
    void onlyOurMarkingKeepsInterleavedTransactionsOverARestart(Marking marking) throws Exception {
        marking.check(attempt -> interleaved(marking, database("interleaved_" + marking + attempt)));
    }

    private Set<Long> interleaved(Marking marking, String database) throws Exception {
        try (var open = Servers.postgres().connect(database)) {
            open.setAutoCommit(false);
            try (var run = new Run(database, marking, 0)) {
                open.createStatement().execute("INSERT INTO a SELECT generate_series(1, 5)");
                sql(database, "INSERT INTO b VALUES (90)");
                Await.until("the short transaction is marked", () -> run.delivered.contains(90L));
                open.createStatement().execute("INSERT INTO a SELECT generate_series(6, 10)");
            }
            open.commit();
        }
        try (var run = new Run(database, marking, 0)) {
            return lost(run, database, Set.of());
        }
    }

    @ParameterizedTest
    @EnumSource
    void onlyOurMarkingKeepsCopiedRowsOverAFailureInsideThem(Marking marking) throws Exception {
        marking.check(attempt -> copied(marking, database("copied_" + marking + attempt)));
    }

    private Set<Long> copied(Marking marking, String database) throws Exception {
        Set<Long> before;
        try (var run = new Run(database, marking, 500)) {
            sql(database, "INSERT INTO b VALUES (0)");
            Await.until("a first row is marked", () -> run.delivered.contains(0L));
            var rows = new StringBuilder();
            for (var i = 1; i <= 3000; i++) {
                rows.append(i).append('\n');
            }
            try (var connection = Servers.postgres().connect(database)) {
                connection
                        .unwrap(PGConnection.class)
                        .getCopyAPI()
                        .copyIn("COPY a FROM STDIN", new StringReader(rows.toString()));
            }
            Await.until("the consumer fails", run.executor::isTerminated);
            before = Set.copyOf(run.delivered);
        }
        try (var run = new Run(database, marking, 0)) {
            return lost(run, database, before);
        }
    }

    /** Rows of the tables that neither {@code before} nor {@code run} has, once {@code run} has seen everything. */
    private static Set<Long> lost(Run run, String database, Set<Long> before) throws Exception {
        sql(database, "INSERT INTO b VALUES (" + LAST + ")");
        Await.until("the last row arrives", () -> run.delivered.contains(LAST));
        var lost = new ConcurrentSkipListSet<Long>();
        try (var connection = Servers.postgres().connect(database);
                var statement = connection.createStatement();
                var result = statement.executeQuery("SELECT id FROM a")) {
            while (result.next()) {
                lost.add(result.getLong(1));
            }
        }
        lost.removeAll(before);
        lost.removeAll(run.delivered);
        return lost;
    }

    private static String database(String name) {
        var database = "loss_" + name.toLowerCase(java.util.Locale.ROOT);
        Servers.postgres().createDatabase(database);
        for (var sql : List.of(
                "CREATE TABLE a (id BIGINT PRIMARY KEY)",
                "CREATE TABLE b (id BIGINT PRIMARY KEY)",
                "CREATE PUBLICATION p FOR TABLE a, b",
                "SELECT pg_create_logical_replication_slot('" + database + "', 'pgoutput')")) {
            sql(database, sql);
        }
        return database;
    }

    private static void sql(String database, String sql) {
        Servers.postgres().execute(database, sql);
    }

    /** An engine with Debezium's own offset file. */
    private final class Run implements AutoCloseable {

        private final Marking marking;
        private final int failAfterRows;
        private final Set<Long> delivered = ConcurrentHashMap.newKeySet();
        private final TransactionAssembler assembler = new TransactionAssembler(
                Dbms.POSTGRESQL,
                EngineSettings.PREFIX,
                SIGNAL_TABLE,
                new TransactionAssembler.Limits(10_000, 10 << 20));
        private final DebeziumEngine<RecordChangeEvent<SourceRecord>> engine;
        private final ExecutorService executor = Executors.newSingleThreadExecutor();
        private int rows;

        Run(String database, Marking marking, int failAfterRows) throws Exception {
            this.marking = marking;
            this.failAfterRows = failAfterRows;
            this.engine = DebeziumEngine.create(ChangeEventFormat.of(Connect.class))
                    .using(properties(database))
                    .notifying(this::handle)
                    .build();
            executor.execute(engine);
            executor.shutdown();
            Await.until("the slot is read", () -> isRead(database));
        }

        private static boolean isRead(String database) throws SQLException {
            try (var connection = Servers.postgres().connect(database);
                    var statement = connection.createStatement();
                    var result = statement.executeQuery(
                            "SELECT active FROM pg_replication_slots WHERE slot_name = '" + database + "'")) {
                return result.next() && result.getBoolean(1);
            }
        }

        private Properties properties(String database) {
            var tables = List.of(
                    new EngineSettings.Table(new TableId("public", "a"), List.of("id")),
                    new EngineSettings.Table(new TableId("public", "b"), List.of("id")));
            var source = new EngineSettings.Database(
                    "127.0.0.1", Servers.postgres().port(), database, "postgres", "postgres");
            var properties = new EngineSettings(
                            database,
                            source,
                            new EngineSettings.Reading.Slot(database, "p"),
                            SIGNAL_TABLE,
                            tables,
                            Duration.ofHours(1),
                            64 << 20)
                    .properties();
            properties.setProperty("offset.storage", "org.apache.kafka.connect.storage.FileOffsetBackingStore");
            properties.setProperty(
                    "offset.storage.file.filename", folder.resolve(database).toString());
            properties.remove("driver.socketFactory"); // nobody closes its sockets
            properties.setProperty("heartbeat.interval.ms", "0");
            properties.remove("heartbeat.action.query");
            properties.setProperty("signal.enabled.channels", "in-process");
            properties.setProperty("max.batch.size", "100");
            properties.setProperty("max.queue.size", "400");
            return properties;
        }

        private void handle(
                List<RecordChangeEvent<SourceRecord>> records,
                DebeziumEngine.RecordCommitter<RecordChangeEvent<SourceRecord>> committer)
                throws InterruptedException {
            var ids = new ArrayList<Long>();
            for (var event : records) {
                ids.addAll(
                        switch (marking) {
                            case STOCK -> stock(event, committer);
                            case OURS -> ours(event, committer);
                        });
            }
            committer.markBatchFinished();
            delivered.addAll(ids);
            rows += records.size();
            if (failAfterRows > 0 && rows > failAfterRows) {
                throw new IllegalStateException("as a consumer may fail");
            }
        }

        private static List<Long> stock(
                RecordChangeEvent<SourceRecord> event,
                DebeziumEngine.RecordCommitter<RecordChangeEvent<SourceRecord>> committer)
                throws InterruptedException {
            committer.markProcessed(event);
            var value = (Struct) event.record().value();
            return event.record().topic().endsWith(".transaction")
                    ? List.of()
                    : List.of(value.getStruct("after").getInt64("id"));
        }

        private List<Long> ours(
                RecordChangeEvent<SourceRecord> event,
                DebeziumEngine.RecordCommitter<RecordChangeEvent<SourceRecord>> committer)
                throws InterruptedException {
            if (!(assembler.accept(event.record())
                    instanceof TransactionAssembler.Outcome.Committed(var transaction, var offset))) {
                return List.of();
            }
            var offsets = committer.buildOffsets();
            OffsetRule.rewritten(offset, null).forEach(offsets::set);
            committer.markProcessed(event, offsets);
            return transaction.changes().stream()
                    .map(change -> (Long) ((Change.Inserted) change)
                            .after()
                            .key(List.of("id"))
                            .getFirst())
                    .toList();
        }

        @Override
        public void close() throws IOException {
            try {
                engine.close();
            } catch (IllegalStateException e) {
                assertThat(failAfterRows)
                        .as("only an engine that has failed refuses")
                        .isPositive();
            }
            executor.close(); // returns when the engine has ended
        }
    }
}
