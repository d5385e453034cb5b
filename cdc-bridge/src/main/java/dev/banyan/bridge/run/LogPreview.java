package dev.banyan.bridge.run;

import dev.banyan.bridge.change.Dbms;
import dev.banyan.bridge.change.Era;
import dev.banyan.bridge.change.EventMapper;
import dev.banyan.bridge.change.MappingFailed;
import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.change.Transaction;
import dev.banyan.bridge.engine.EngineSettings;
import dev.banyan.bridge.engine.EngineSockets;
import dev.banyan.bridge.engine.ShapeChanged;
import dev.banyan.bridge.engine.Shapes;
import dev.banyan.bridge.engine.StoredOffsets;
import dev.banyan.bridge.engine.StoredSchemaHistory;
import dev.banyan.bridge.engine.TransactionAssembler;
import dev.banyan.bridge.source.Leaves;
import dev.banyan.bridge.source.LogState;
import dev.banyan.bridge.source.Preflight;
import dev.banyan.bridge.source.Source;
import dev.banyan.bridge.store.OffsetText;
import dev.banyan.bridge.store.Pause;
import dev.banyan.bridge.store.Pauses;
import dev.banyan.bridge.store.Position;
import dev.banyan.bridge.store.StoredFaults;
import io.debezium.embedded.Connect;
import io.debezium.engine.DebeziumEngine;
import io.debezium.engine.RecordChangeEvent;
import io.debezium.engine.format.ChangeEventFormat;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.connect.source.SourceRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads the transactions that the bridge would read next, without moving anything: no record is ever marked, so the slot stays. */
public final class LogPreview {

    private static final Logger LOG = LoggerFactory.getLogger(LogPreview.class);
    private static final Duration HEARTBEAT = Duration.ofMillis(300);
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration CLOSE_MAX = Duration.ofSeconds(30);

    /** What it works with; {@code definitions} of tables are needed for MariaDB's log only. */
    public record Parts(
            Source source,
            Position position,
            List<String> definitions,
            RunSettings.Limits limits,
            Pauses pauses,
            StoredFaults faults,
            EventMapper mapper) {
        public Parts {
            definitions = List.copyOf(definitions);
        }
    }

    /** What comes next. */
    public interface Listener {
        /** The next transaction; the mapper knows what is paused there. */
        void next(Transaction transaction);

        /** From here on a table does not fit the mapping any more, and its aggregate waits. */
        void paused(Pause pause);
    }

    private final Parts parts;
    private final Source source;
    private final List<Pause> met = new ArrayList<>();
    private Set<TableId> partitioned = Set.of();
    private PausedTables paused;
    private long reached;
    private int count;

    /** A preview from the position on. A {@link MappingFailed} where a start would be refused. */
    public LogPreview(Parts parts) {
        this.parts = parts;
        this.source = parts.source;
        PausedTables.refuseTorn(parts.mapper, parts.pauses, parts.faults);
        reached = parts.position.commitLsn();
        paused = pause();
    }

    private PausedTables pause() {
        var tables = PausedTables.preview(source, parts.pauses, met, parts.faults);
        parts.mapper.pause(tables.byTable());
        return tables;
    }

    /**
     * Hands the next transactions to {@code listener}, at most {@code most} of them and none later than now; returns how many. A {@link ShapeChanged}
     * where the bridge would stop at a table that does not fit.
     */
    public int read(int most, Listener listener) throws SQLException, InterruptedException {
        partitioned = partitioned();
        var end = Era.position(parts.position.era(), end());
        while (true) {
            try {
                read(end, most, listener);
                return count;
            } catch (ShapeChanged changed) {
                listener.paused(begin(changed));
                if (count == most) {
                    return count;
                }
            }
        }
    }

    /** Pauses what has {@code changed}, as a bridge would before it starts another engine. */
    private Pause begin(ShapeChanged changed) {
        var parking = source.table(changed.table()).map(Source.Table::parking).orElse(null);
        if (parking == null) {
            throw changed;
        }
        var pauses = new ArrayList<>(parts.pauses.all());
        pauses.addAll(met);
        var pause = new Pause(
                changed.table(),
                PausedTables.name(parking, pauses),
                parking.tables(),
                reached,
                Instant.EPOCH,
                changed.why(),
                changed.shape());
        met.add(pause);
        paused = pause();
        return pause;
    }

    private void read(long end, int most, Listener listener) throws SQLException, InterruptedException {
        var reader = new Reader(end, most, listener);
        var engineName = "preview-" + UUID.randomUUID();
        var beat = BinlogHeartbeat.start(source, HEARTBEAT);
        EngineSockets.open(engineName);
        var from = OffsetText.write(offset());
        StoredOffsets.register(engineName, () -> from);
        StoredSchemaHistory.register(engineName, StoredSchemaHistory.inMemory(parts.definitions));
        var settings = source.engineSettings(engineName, HEARTBEAT, parts.limits.queueBytesMax(), paused.whole());
        var engine = engine(settings, reader);
        var thread = Thread.ofPlatform().name("banyan-preview").daemon().start(engine);
        try {
            reader.done.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e.getCause());
        } catch (TimeoutException e) {
            throw new SQLException(
                    "reading the log: nothing after " + PATIENCE.toSeconds()
                            + " s (expected: transactions or heartbeats)",
                    e);
        } finally {
            beat.close();
            close(engine);
            thread.join(CLOSE_MAX);
            EngineSockets.close(engineName);
            StoredOffsets.unregister(engineName);
            StoredSchemaHistory.unregister(engineName);
        }
    }

    private DebeziumEngine<RecordChangeEvent<SourceRecord>> engine(EngineSettings settings, Reader reader) {
        return DebeziumEngine.create(ChangeEventFormat.of(Connect.class))
                .using(settings.properties())
                .using((DebeziumEngine.CompletionCallback) reader::completed)
                .notifying(reader)
                .build();
    }

    private static void close(DebeziumEngine<?> engine) {
        try {
            engine.close();
        } catch (IOException | IllegalStateException e) {
            LOG.debug("closing the engine", e); // it refuses when it has stopped by itself
        }
    }

    /** What the slot was told already, for Debezium tells it this again: our own position may lie further on, and what is up to it is read and left out. */
    private Map<String, Object> offset() throws SQLException {
        if (source.dbms() == Dbms.MARIADB) {
            return parts.position.offset();
        }
        try (var connection = source.connect()) {
            return Preflight.beginning(source, connection)
                    .map(slot -> slot.position().offset())
                    .orElse(parts.position.offset());
        }
    }

    private Set<TableId> partitioned() throws SQLException {
        try (var connection = source.connect()) {
            return Leaves.partitioned(source, connection);
        }
    }

    private long end() throws SQLException {
        try (var connection = source.connect()) {
            return LogState.end(source, connection);
        }
    }

    private final class Reader implements DebeziumEngine.ChangeConsumer<RecordChangeEvent<SourceRecord>> {

        private final CompletableFuture<@Nullable Void> done = new CompletableFuture<>();
        private final TransactionAssembler assembler = new TransactionAssembler(
                source.dbms(),
                parts.position.era(),
                EngineSettings.PREFIX,
                source.signalTable(),
                source.loggedKeys(partitioned),
                paused.whole(),
                parts.limits.transaction().inMemory("what is only looked at is mapped in memory"),
                null);
        private final Shapes shapes = source.shapes(paused.misfits(), (_, _, _) -> {});
        private final long end;
        private final int most;
        private final Listener listener;

        Reader(long end, int most, Listener listener) {
            this.end = end;
            this.most = most;
            this.listener = listener;
        }

        void completed(boolean success, @Nullable String message, @Nullable Throwable error) {
            done.completeExceptionally(
                    new IllegalStateException("the engine stopped: " + message, error)); // no effect once it is done
        }

        @Override
        public boolean supportsTombstoneEvents() {
            return false;
        }

        @Override
        public void handleBatch(
                List<RecordChangeEvent<SourceRecord>> records,
                DebeziumEngine.RecordCommitter<RecordChangeEvent<SourceRecord>> committer) {
            try {
                for (var event : records) {
                    if (!done.isDone()) {
                        accept(event.record());
                    }
                }
            } catch (RuntimeException e) {
                done.completeExceptionally(e);
            }
        }

        private void accept(SourceRecord record) {
            shapes.check(record);
            switch (assembler.accept(record)) {
                case TransactionAssembler.Outcome.Nothing _ -> {}
                case TransactionAssembler.Outcome.Quiet quiet -> {
                    if (quiet.position() >= end) {
                        done.complete(null);
                    }
                }
                case TransactionAssembler.Outcome.Committed committed -> committed(committed.transaction());
            }
        }

        private void committed(Transaction transaction) {
            if (transaction.commitLsn() > end) {
                done.complete(null);
                return;
            }
            var isEmpty = transaction.changes().stream()
                    .allMatch(change -> change.table().equals(source.signalTable()));
            if (transaction.commitLsn() <= reached || isEmpty) {
                return;
            }
            listener.next(transaction);
            reached = transaction.commitLsn();
            if (++count == most) {
                done.complete(null);
            }
        }
    }
}
