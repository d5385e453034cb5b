package dev.banyan.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.bridge.change.Change;
import dev.banyan.bridge.change.Dbms;
import dev.banyan.bridge.change.Transaction;
import dev.banyan.bridge.engine.EngineSettings;
import dev.banyan.bridge.engine.OffsetRule;
import dev.banyan.bridge.engine.TransactionAssembler;
import dev.banyan.bridge.engine.TransactionAssembler.Outcome;
import dev.banyan.bridge.run.Await;
import dev.banyan.bridge.run.Servers;
import io.debezium.engine.DebeziumEngine.RecordCommitter;
import io.debezium.engine.RecordChangeEvent;
import java.io.StringReader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.errors.RetriableException;
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
    private static final int TRIES_MAX = 5;
    private static final Duration NO_HEARTBEAT = Duration.ZERO;

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
            assertThat(lost).as("Debezium loses rows still").isNotEmpty();
        }

        /** A consumer that marks in this way. */
        LossEngine.Consumer consumer() {
            if (this == STOCK) {
                return LossTest::stock;
            }
            var assembler = assembler();
            return (records, committer) -> {
                var ids = new ArrayList<Long>();
                for (var event : records) {
                    if (assembler.accept(event.record()) instanceof Outcome.Committed(var transaction, var offset)) {
                        mark(event, offset, committer);
                        ids.addAll(ids(transaction));
                    }
                }
                return ids;
            };
        }
    }

    /** One run with a fault in it; says which rows were lost. */
    interface Scenario {
        Set<Long> lost(int attempt) throws Exception;
    }

    private static List<Long> stock(
            List<RecordChangeEvent<SourceRecord>> records, RecordCommitter<RecordChangeEvent<SourceRecord>> committer)
            throws InterruptedException {
        var ids = new ArrayList<Long>();
        for (var event : records) {
            committer.markProcessed(event);
            if (!event.record().topic().endsWith(".transaction")) {
                ids.add(((Struct) event.record().value()).getStruct("after").getInt64("id"));
            }
        }
        return ids;
    }

    private static TransactionAssembler assembler() {
        return new TransactionAssembler(
                Dbms.POSTGRESQL,
                EngineSettings.PREFIX,
                LossEngine.SIGNAL_TABLE,
                new TransactionAssembler.Limits(10_000, 10 << 20));
    }

    private static void mark(
            RecordChangeEvent<SourceRecord> event,
            Map<String, ?> offset,
            RecordCommitter<RecordChangeEvent<SourceRecord>> committer)
            throws InterruptedException {
        var offsets = committer.buildOffsets();
        OffsetRule.rewritten(offset, null).forEach(offsets::set);
        committer.markProcessed(event, offsets);
    }

    private static List<Long> ids(Transaction transaction) {
        return transaction.changes().stream()
                .map(change -> (Long)
                        ((Change.Inserted) change).after().key(List.of("id")).getFirst())
                .toList();
    }

    @ParameterizedTest
    @EnumSource
    void onlyOurMarkingKeepsInterleavedTransactionsOverARestart(Marking marking) throws Exception {
        marking.check(attempt -> interleaved(marking, LossEngine.database("interleaved_" + marking + attempt)));
    }

    private Set<Long> interleaved(Marking marking, String database) throws Exception {
        try (var open = Servers.postgres().connect(database)) {
            open.setAutoCommit(false);
            try (var run = engine(database, marking.consumer())) {
                open.createStatement().execute("INSERT INTO a SELECT generate_series(1, 5)");
                sql(database, "INSERT INTO b VALUES (90)");
                Await.until(
                        "the short transaction is marked", () -> run.delivered().contains(90L));
                open.createStatement().execute("INSERT INTO a SELECT generate_series(6, 10)");
            }
            open.commit();
        }
        return lost(database, marking.consumer(), Set.of());
    }

    @ParameterizedTest
    @EnumSource
    void onlyOurMarkingKeepsCopiedRowsOverAFailureInsideThem(Marking marking) throws Exception {
        marking.check(attempt -> copied(marking, LossEngine.database("copied_" + marking + attempt)));
    }

    private Set<Long> copied(Marking marking, String database) throws Exception {
        Set<Long> before;
        var consumer = marking.consumer();
        try (var run = engine(database, failingAfter(500, consumer))) {
            sql(database, "INSERT INTO b VALUES (0)");
            Await.until("a first row is marked", () -> run.delivered().contains(0L));
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
            Await.until("the consumer fails", run::hasEnded);
            before = Set.copyOf(run.delivered());
        }
        return lost(database, marking.consumer(), before);
    }

    private static LossEngine.Consumer failingAfter(int rowsMax, LossEngine.Consumer consumer) {
        var rows = new int[1];
        return (records, committer) -> {
            if (rows[0] > rowsMax) {
                throw new IllegalStateException("as a consumer may fail");
            }
            rows[0] += records.size();
            return consumer.take(records, committer);
        };
    }

    @ParameterizedTest
    @EnumSource
    void onlyOurWayKeepsABatchThatIsToBeTriedAgain(Marking marking) throws Exception {
        var database = LossEngine.database("retried_" + marking);
        var mustFail = new AtomicBoolean();
        var consumer = marking.consumer();
        Set<Long> before;
        try (var run = engine(database, (records, committer) -> {
            if (records.stream().anyMatch(event -> event.record().topic().endsWith(".a"))
                    && mustFail.getAndSet(false)) {
                var failure = new RetriableException("as a Connect class would");
                throw marking == Marking.STOCK ? failure : new IllegalStateException(failure);
            }
            return consumer.take(records, committer);
        })) {
            mustFail.set(true);
            sql(database, "INSERT INTO a VALUES (1)");
            if (marking == Marking.OURS) {
                Await.until("the engine stops", run::hasEnded);
            } else {
                Await.until("the batch fails", () -> !mustFail.get());
                sql(database, "INSERT INTO b VALUES (2)");
                Await.until("the next is taken", () -> run.delivered().contains(2L));
            }
            before = Set.copyOf(run.delivered());
        }
        assertThat(lost(database, marking.consumer(), before)).hasSize(marking == Marking.OURS ? 0 : 1);
    }

    @ParameterizedTest
    @EnumSource
    void onlyOurMarkingKeepsATransactionOverAHeartbeatBeforeItsEnd(Marking marking) throws Exception {
        marking.check(attempt -> beaten(marking, LossEngine.database("beaten_" + marking + attempt)));
    }

    private Set<Long> beaten(Marking marking, String database) throws Exception {
        var before = ConcurrentHashMap.<Long>newKeySet();
        try (var run = new LossEngine(folder, database, Duration.ofMillis(1), beating(marking, before, true))) {
            var last = new AtomicLong();
            Await.until("a heartbeat comes between a commit and its END", () -> {
                sql(
                        database,
                        "DO $$ BEGIN FOR i IN " + (last.get() + 1) + ".." + last.addAndGet(500)
                                + " LOOP INSERT INTO a VALUES (i); COMMIT; END LOOP; END $$");
                return run.hasEnded();
            });
        }
        return lost(database, beating(marking, before, false), before);
    }

    /**
     * A consumer of whole transactions, which it adds to {@code taken}. In the stock way it marks a heartbeat whenever it comes. When
     * {@code isKilled} it dies at the first that comes between a commit and its END.
     */
    private static LossEngine.Consumer beating(Marking marking, Set<Long> taken, boolean isKilled) {
        var assembler = assembler();
        return (records, committer) -> {
            var ids = new ArrayList<Long>();
            for (var event : records) {
                var offset = event.record().sourceOffset();
                var isHeartbeat = event.record().topic().equals(EngineSettings.HEARTBEAT_TOPIC);
                var outcome = assembler.accept(event.record());
                if (outcome instanceof Outcome.Committed(var transaction, var end)) {
                    mark(event, end, committer);
                    ids.addAll(ids(transaction));
                    taken.addAll(ids);
                } else if (isHeartbeat && (marking == Marking.STOCK || outcome instanceof Outcome.Quiet)) {
                    mark(event, offset, committer);
                }
                if (isKilled && isHeartbeat && assembler.openRows() > 0 && "COMMIT".equals(offset.get("messageType"))) {
                    committer.markBatchFinished();
                    throw new IllegalStateException("killed");
                }
            }
            return ids;
        };
    }

    private LossEngine engine(String database, LossEngine.Consumer consumer) throws Exception {
        return new LossEngine(folder, database, NO_HEARTBEAT, consumer);
    }

    /** Rows of {@code a} that are neither {@code before} nor delivered by another engine with {@code consumer}, once that has seen everything. */
    private Set<Long> lost(String database, LossEngine.Consumer consumer, Set<Long> before) throws Exception {
        try (var run = engine(database, consumer)) {
            sql(database, "INSERT INTO b VALUES (" + LAST + ")");
            Await.until("the last row arrives", () -> run.delivered().contains(LAST));
            var lost = new ConcurrentSkipListSet<Long>();
            try (var connection = Servers.postgres().connect(database);
                    var statement = connection.createStatement();
                    var result = statement.executeQuery("SELECT id FROM a")) {
                while (result.next()) {
                    lost.add(result.getLong(1));
                }
            }
            lost.removeAll(before);
            lost.removeAll(run.delivered());
            return lost;
        }
    }

    private static void sql(String database, String sql) {
        Servers.postgres().execute(database, sql);
    }
}
