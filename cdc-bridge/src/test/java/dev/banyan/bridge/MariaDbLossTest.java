package dev.banyan.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.bridge.change.Change;
import dev.banyan.bridge.change.Dbms;
import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.engine.EngineSettings;
import dev.banyan.bridge.engine.OffsetRule;
import dev.banyan.bridge.engine.SchemaLog;
import dev.banyan.bridge.engine.StoredSchemaHistory;
import dev.banyan.bridge.engine.TransactionAssembler;
import dev.banyan.bridge.run.Await;
import dev.banyan.bridge.run.Servers;
import dev.banyan.bridge.source.Source;
import io.debezium.embedded.Connect;
import io.debezium.engine.DebeziumEngine;
import io.debezium.engine.DebeziumEngine.RecordCommitter;
import io.debezium.engine.RecordChangeEvent;
import io.debezium.engine.format.ChangeEventFormat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.errors.RetriableException;
import org.apache.kafka.connect.source.SourceRecord;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The red control for MariaDB. Debezium keeps each row there that nobody has marked, so who takes rows one by one loses none; but who waits for
 * the end of a transaction, as the bridge does, and marks each record as the manual says, does.
 */
class MariaDbLossTest {

    private static final int ROWS = 3_000;

    @TempDir
    Path folder;

    private String database = "";
    private long lastMark;
    private final SchemaLog definitions = StoredSchemaHistory.inMemory(List.of());

    enum Marking {
        STOCK,
        OURS
    }

    private void database(String name, Marking marking) {
        database = "loss_" + name + "_" + marking.name().toLowerCase(Locale.ROOT);
        Servers.mariadb().createDatabase(database);
        sql("CREATE TABLE a (id BIGINT PRIMARY KEY)");
        sql("CREATE TABLE mark (id BIGINT PRIMARY KEY)");
    }

    private void sql(String sql) {
        Servers.mariadb().execute(database, sql);
    }

    /** Rows of {@code a} that neither run has delivered as a part of a whole transaction, once the second has seen everything. */
    private Set<Long> lost(Run before, Run run, long from, long to) throws Exception {
        run.awaitMark();
        var lost = LongStream.rangeClosed(from, to).boxed().collect(Collectors.toCollection(HashSet::new));
        lost.removeAll(before.delivered);
        lost.removeAll(run.delivered);
        return lost;
    }

    @ParameterizedTest
    @EnumSource
    void onlyOurMarkingKeepsLoadedRowsOverAFailureInsideThem(Marking marking) throws Exception {
        database("loaded", marking);
        var rows = Files.writeString(
                folder.resolve("rows.csv"),
                LongStream.rangeClosed(1, ROWS).mapToObj(Long::toString).collect(Collectors.joining("\n")));
        Run failed;
        try (var run = new Run(marking)) {
            failed = run;
            run.awaitMark();
            run.failAfterRows = 500;
            try (var connection = DriverManager.getConnection(
                            Servers.mariadb().jdbcUrl(database) + "?allowLocalInfile=true", "admin", "admin");
                    var statement = connection.createStatement()) {
                statement.execute("LOAD DATA LOCAL INFILE '" + rows + "' INTO TABLE a");
            }
            Await.until("the consumer fails", run.executor::isTerminated);
        }
        try (var run = new Run(marking)) {
            var lost = lost(failed, run, 1, ROWS);
            assertThat(lost.isEmpty()).as(lost.size() + " of " + ROWS + " lost").isEqualTo(marking == Marking.OURS);
        }
    }

    @ParameterizedTest
    @EnumSource
    void onlyOurWayKeepsABatchThatIsToBeTriedAgain(Marking marking) throws Exception {
        database("retried", marking);
        Run failed;
        try (var run = new Run(marking)) {
            failed = run;
            run.awaitMark();
            run.failOnce = true;
            sql("INSERT INTO a VALUES (1)");
            if (marking == Marking.OURS) {
                Await.until("the engine stops", run.executor::isTerminated);
            } else {
                Await.until("the batch fails", () -> !run.failOnce);
                run.awaitMark();
            }
        }
        try (var run = new Run(marking)) {
            assertThat(lost(failed, run, 1, 1)).hasSize(marking == Marking.OURS ? 0 : 1);
        }
    }

    /** An engine with Debezium's own offset file, and a consumer of whole transactions. */
    private final class Run implements AutoCloseable {

        private final Marking marking;
        private final Set<Long> delivered = ConcurrentHashMap.newKeySet();
        private final List<Long> open = new ArrayList<>();
        private final TransactionAssembler assembler = new TransactionAssembler(
                Dbms.MARIADB,
                EngineSettings.PREFIX,
                new TableId("none", "signal"),
                new TransactionAssembler.Limits(10_000, 10 << 20));
        private final DebeziumEngine<RecordChangeEvent<SourceRecord>> engine;
        private final ExecutorService executor = Executors.newSingleThreadExecutor();
        private volatile int failAfterRows;
        private volatile boolean failOnce;
        private int rows;

        Run(Marking marking) {
            this.marking = marking;
            StoredSchemaHistory.register(database, definitions);
            engine = DebeziumEngine.create(ChangeEventFormat.of(Connect.class))
                    .using(properties())
                    .notifying(this::handle)
                    .build();
            executor.execute(engine);
            executor.shutdown();
        }

        private Properties properties() {
            var tables = List.of(
                    new EngineSettings.Table(new TableId(database, "a"), List.of("id")),
                    new EngineSettings.Table(new TableId(database, "mark"), List.of("id")));
            var properties = new EngineSettings(
                            database,
                            new EngineSettings.Database(
                                    "127.0.0.1", Servers.mariadb().port(), database, "admin", "admin"),
                            new EngineSettings.Reading.Replica(Source.serverIdOf(database), false),
                            new TableId("none", "signal"),
                            tables,
                            Duration.ofHours(1),
                            64 << 20)
                    .properties();
            properties.setProperty("offset.storage", "org.apache.kafka.connect.storage.FileOffsetBackingStore");
            properties.setProperty(
                    "offset.storage.file.filename", folder.resolve("offsets").toString());
            properties.setProperty("schema.history.internal.store.only.captured.tables.ddl", "true");
            properties.setProperty("signal.enabled.channels", "in-process");
            properties.remove("errors.max.retries"); // as who has no supervisor of his own
            if (marking == Marking.STOCK) {
                properties.setProperty("include.schema.changes", "false"); // it hears of rows alone
            }
            properties.setProperty("max.batch.size", "100");
            properties.setProperty("max.queue.size", "400");
            return properties;
        }

        /** Writes marks until one arrives: what was written before has been handed out by then, as far as it ever will. */
        void awaitMark() throws Exception {
            var first = --lastMark;
            sql("INSERT INTO mark VALUES (" + first + ")");
            Await.until("a mark arrives", () -> {
                sql("INSERT INTO mark VALUES (" + --lastMark + ")");
                return delivered.stream().anyMatch(id -> id <= first);
            });
        }

        private void handle(
                List<RecordChangeEvent<SourceRecord>> records,
                RecordCommitter<RecordChangeEvent<SourceRecord>> committer)
                throws InterruptedException {
            if (failOnce
                    && records.stream().anyMatch(event -> event.record().topic().endsWith(".a"))) {
                failOnce = false;
                var failure = new RetriableException("as a Connect class would");
                throw marking == Marking.STOCK ? failure : new IllegalStateException(failure);
            }
            for (var event : records) {
                switch (marking) {
                    case STOCK -> stock(event, committer);
                    case OURS -> ours(event, committer);
                }
            }
            committer.markBatchFinished();
            rows += records.size();
            if (failAfterRows > 0 && rows > failAfterRows) {
                throw new IllegalStateException("as a consumer may fail");
            }
        }

        private void stock(
                RecordChangeEvent<SourceRecord> event, RecordCommitter<RecordChangeEvent<SourceRecord>> committer)
                throws InterruptedException {
            var value = (Struct) event.record().value();
            if (!event.record().topic().endsWith(".transaction")) {
                open.add(value.getStruct("after").getInt64("id"));
            } else {
                if (value.getString("status").equals("END")) {
                    delivered.addAll(open);
                }
                open.clear();
            }
            committer.markProcessed(event);
        }

        private void ours(
                RecordChangeEvent<SourceRecord> event, RecordCommitter<RecordChangeEvent<SourceRecord>> committer)
                throws InterruptedException {
            if (!(assembler.accept(event.record())
                    instanceof TransactionAssembler.Outcome.Committed(var transaction, var offset))) {
                return;
            }
            for (var change : transaction.changes()) {
                delivered.add((Long)
                        ((Change.Inserted) change).after().key(List.of("id")).getFirst());
            }
            var offsets = committer.buildOffsets();
            OffsetRule.rewritten(offset, null).forEach(offsets::set);
            committer.markProcessed(event, offsets);
        }

        @Override
        public void close() throws IOException {
            try {
                engine.close();
            } catch (IllegalStateException e) {
                assertThat(executor.isTerminated())
                        .as("only an engine that has failed refuses")
                        .isTrue();
            }
            executor.close(); // returns when the engine has ended
            StoredSchemaHistory.unregister(database);
        }
    }
}
