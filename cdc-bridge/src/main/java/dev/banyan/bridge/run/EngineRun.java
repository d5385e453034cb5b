package dev.banyan.bridge.run;

import dev.banyan.bridge.change.LargeList;
import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.engine.EngineSettings;
import dev.banyan.bridge.engine.EngineSockets;
import dev.banyan.bridge.engine.ShapeChanged;
import dev.banyan.bridge.engine.SnapshotFailures;
import dev.banyan.bridge.engine.SnapshotNotices;
import dev.banyan.bridge.engine.StoredOffsets;
import dev.banyan.bridge.engine.StoredSchemaHistory;
import dev.banyan.bridge.engine.TemporalConverter;
import dev.banyan.bridge.engine.TransactionAssembler;
import dev.banyan.bridge.hub.EventsRefused;
import dev.banyan.bridge.hub.Hub;
import dev.banyan.bridge.lake.Lake;
import dev.banyan.bridge.source.OpenWriters;
import dev.banyan.bridge.source.Source;
import dev.banyan.bridge.source.Unreadable;
import dev.banyan.bridge.spool.Spool;
import dev.banyan.bridge.store.BridgeStore;
import dev.banyan.bridge.store.ChangeBytes;
import dev.banyan.bridge.store.OffsetText;
import dev.banyan.bridge.store.Position;
import dev.banyan.bridge.store.StoreSession;
import io.debezium.embedded.Connect;
import io.debezium.engine.DebeziumEngine;
import io.debezium.engine.RecordChangeEvent;
import io.debezium.engine.format.ChangeEventFormat;
import io.debezium.engine.spi.OffsetCommitPolicy;
import java.time.Duration;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.apache.kafka.connect.source.SourceRecord;
import org.jspecify.annotations.Nullable;

/** One run of Debezium's engine, watched: backfills are signalled to it, and it is closed when it falls silent. */
final class EngineRun implements AutoCloseable {

    /*
     * Known ways for an engine to be alive and read nothing (a keep-alive thread that died, a connection dropped without a word) have
     * one sign in common: the heartbeats that its own query writes into the log do not come back. What Debezium sends from memory is no sign,
     * and neither is silence while the server is seen at work on our log (LogMeter): far back, or in a large transaction of tables that are
     * not published or not mapped, nothing comes of it for long.
     */
    private static final long TICK_MS = 100;

    /** How long closing waits for what would come twice if it were broken off; one more call of the lake still fits behind it. */
    private static final Duration FINISH_MAX = Duration.ofSeconds(20);

    /** Why it is over. */
    enum Stop {
        ENDED,
        SILENT,
        CUT,
        /** To be started anew at once, because a backfill is to pause, to go on or to end. */
        ASKED,
        /** The legacy database does not publish what it did, or logs not all any more: the preflight says what about it. */
        UNPUBLISHED,
        /** Rows went or came with a partition: the next start notes of which tables. */
        PARTED,
        HUNG
    }

    private final RunSettings settings;
    private final Progress progress;
    private final BooleanSupplier stopping;
    private final CheckedServer server;
    private final PausedTables paused;
    private final BackfillWatch backfills;
    private final Doubts doubts;
    private final Delivery delivery;
    private final long begunAt;
    private final DebeziumEngine<RecordChangeEvent<SourceRecord>> engine;
    private final String engineName;
    private final CountDownLatch ended = new CountDownLatch(1);
    private final EngineClosing closing;
    private final Silence silence;
    private volatile String message = "";
    private volatile @Nullable Throwable error;
    private volatile @Nullable Long closingAtNanos;
    private @Nullable LogMeter meter;
    private @Nullable BinlogHeartbeat heartbeat;

    EngineRun(
            RunSettings settings,
            BridgeStore store,
            StoreSession session,
            Position position,
            CheckedServer server,
            Hub hub,
            @Nullable Lake lake,
            @Nullable Spool spool,
            Progress progress,
            BooleanSupplier stopping) {
        this.settings = settings;
        this.progress = progress;
        this.stopping = stopping;
        this.server = server;
        this.silence = new Silence(progress, settings.silenceMax());
        var keys = settings.source().tables().stream().collect(Collectors.toMap(Source.Table::id, Source.Table::key));
        if (spool == null) {
            store.backfills().endUnbegun();
        }
        var line = store.backfills().line();
        progress.backfills(line);
        var mapper = settings.mapper().get();
        mapper.refuse(progress.refusedEvents());
        PausedTables.refuseTorn(mapper, store.pauses(), session.faults());
        this.paused = PausedTables.of(settings.source(), store.pauses(), session.faults(), spool != null, progress);
        mapper.pause(paused.byTable());
        var backfill = new BackfillTracker(keys, session, line, read -> mapper.missing(read, session.images()), mapper);
        this.backfills = new BackfillWatch(
                backfill,
                store.backfills(),
                settings.source(),
                tables -> OpenWriters.of(settings.source(), tables),
                tables -> Unreadable.of(settings.source(), tables),
                settings.watcher(),
                progress::backfills,
                System::nanoTime);
        var timelines = new Timelines(settings.source(), position);
        if (lake != null) {
            lake.carry(timelines::onOurs);
        }
        var courier = new Courier.Parts(
                mapper,
                hub,
                lake,
                session,
                backfill,
                store.backfills()::line,
                settings.source().tableIds(),
                progress,
                store.storeId(),
                settings.limits(),
                timelines::onOurs,
                settings.watcher(),
                new Courier.Stopping(() -> closingAtNanos != null || stopping.getAsBoolean(), this::isOverdue));
        var spooling = settings.spool();
        this.doubts = new Doubts(position.era());
        var parts = new Delivery.Parts(
                assembler(position.era(), mapper.wholeFor()),
                settings.source().shapes(paused.misfits(), paused),
                courier,
                server::confirm,
                spooling == null ? null : new ClaimedSpools(store, spooling.disk(), settings.watcher()),
                spool,
                spooling == null ? new Delivery.SpoolWhen(Duration.ZERO, 100) : spooling.when(),
                doubts);
        this.delivery = new Delivery(parts, position);
        this.begunAt = delivery.reached();
        this.engineName = settings.name() + "-" + UUID.randomUUID();
        EngineSockets.open(engineName);
        StoredOffsets.register(
                engineName,
                () -> OffsetText.write(backfill.handedOut(delivery.sure().offset())));
        StoredSchemaHistory.register(
                engineName, new StoredSchemaLog(store, settings.source(), position.era(), doubts, this::waits));
        SnapshotNotices.register(engineName, backfill::told);
        this.engine = DebeziumEngine.create(ChangeEventFormat.of(Connect.class))
                .using(settings.source()
                        .engineSettings(
                                engineName,
                                settings.heartbeat(),
                                settings.limits().queueBytesMax(),
                                paused.whole())
                        .properties())
                .using(OffsetCommitPolicy.always())
                .using((DebeziumEngine.CompletionCallback) this::completed)
                .using(new DebeziumEngine.ConnectorCallback() {
                    @Override
                    public void pollingStarted() {
                        silence.pollingStarted();
                    }
                })
                .notifying(delivery)
                .build();
        this.closing = new EngineClosing(engine, engineName, delivery, hub, ended);
    }

    /** True while whoever waits in the legacy database for {@code what} may do so: until we are closed, and not in silence. */
    private boolean waits(String what) {
        progress.signOfLife();
        if (!silence.isPolling() || progress.reason().isEmpty()) { // what the hub does is said first
            progress.waits(progress.state(), what);
        }
        return closingAtNanos == null && !stopping.getAsBoolean();
    }

    private boolean isOverdue() {
        var since = closingAtNanos;
        return since != null && System.nanoTime() - since > FINISH_MAX.toNanos();
    }

    private TransactionAssembler assembler(int era, @Nullable String wholeFor) {
        var source = settings.source();
        var limits = settings.limits();
        return new TransactionAssembler(
                source.dbms(),
                era,
                EngineSettings.PREFIX,
                source.signalTable(),
                source.loggedKeys(server.partitioned()),
                paused.whole(),
                wholeFor == null ? limits.transaction() : limits.transaction().inMemory(wholeFor),
                wholeFor == null ? () -> new LargeList<>(limits.memoryRowsMax(), ChangeBytes.CODEC) : null);
    }

    void start() {
        silence.started();
        delivery.start();
        meter = LogMeter.start(settings.source(), progress, server);
        heartbeat = BinlogHeartbeat.start(settings.source(), settings.heartbeat());
        Thread.ofPlatform().name("banyan-engine").daemon().start(() -> {
            try {
                engine.run();
            } finally {
                ended.countDown();
            }
        });
    }

    private void completed(boolean success, @Nullable String text, @Nullable Throwable failure) {
        message = text == null ? "" : text;
        error = failure;
        if (failure != null) {
            SnapshotFailures.ended(engineName, failure);
        }
        ended.countDown();
    }

    /** Why the engine stopped, as far as it is known. */
    @Nullable
    Throwable failure() {
        var failed = delivery.failure();
        if (failed != null && !(failed instanceof BrokenOff)) { // that, because it was closed, says nothing of why
            return failed;
        }
        var misread = doubts.misread();
        if (error != null && misread != null && delivery.reached() == begunAt) { // else there may be more before it
            return misread;
        }
        return TemporalConverter.takeRefused(engineName)
                .<Throwable>map(refused -> refused)
                .orElse(error);
    }

    /** Why the last batch is not where it should be; null when it is. */
    @Nullable
    Throwable batchFailure() {
        return delivery.failure();
    }

    /** True when the next engine's mapper will hear of {@code refused} for the first time, and so give other events. */
    boolean learns(EventsRefused refused) {
        return progress.refused(refused.whyById());
    }

    /** Pauses the table that has {@code changed}, from the next transaction on, for the next engine; false where the mapping says to stop. */
    boolean pauses(ShapeChanged changed) {
        return paused.begin(changed, delivery.reached());
    }

    /** What the server says to the bridge's own heartbeats; empty when it takes them. */
    String heartbeatRefusal() {
        return heartbeat == null ? "" : heartbeat.refusal();
    }

    /** What is not published any more, or was not for a while; empty when all is. */
    String unpublished() {
        return meter == null ? "" : meter.unpublished();
    }

    /** The tables of which rows went or came with a partition. */
    Set<TableId> parted() {
        return meter == null ? Set.of() : meter.parted();
    }

    String message() {
        return message;
    }

    /** Where what is not delivered waits. */
    String waitsIn() {
        return delivery.isSpooling() ? "spool" : "log";
    }

    /** Watches until the engine has ended, or closes it when it must; closed it is, too, when watching fails. */
    Stop await() throws InterruptedException {
        Stop why;
        boolean isClosed;
        try {
            why = watch();
        } finally {
            closingAtNanos = System.nanoTime();
            isClosed = closing.close();
        }
        var stop = isClosed ? why : Stop.HUNG;
        if (why == Stop.SILENT || (why == Stop.ENDED && !stopping.getAsBoolean())) { // else we broke its chunk off
            backfills.settle();
        }
        return stop;
    }

    private Stop watch() throws InterruptedException {
        while (!ended.await(TICK_MS, TimeUnit.MILLISECONDS)) {
            if (stopping.getAsBoolean()) {
                return Stop.ENDED;
            }
            if (heartbeat != null && heartbeat.isCut() && !delivery.isBusy()) {
                return Stop.CUT;
            }
            if (!unpublished().isEmpty()) {
                return Stop.UNPUBLISHED;
            }
            if (!parted().isEmpty()) {
                return Stop.PARTED;
            }
            if (!delivery.isBusy() && silence.isTooLong()) {
                return Stop.SILENT;
            }
            if (silence.isPolling() && backfills.isAskedOtherwise(delivery.isSpooling())) {
                return Stop.ASKED;
            }
            if (silence.isPolling() && progress.state() == Progress.State.STREAMING) {
                backfills.signal(engine.getSignaler());
            }
        }
        return Stop.ENDED;
    }

    @Override
    public void close() {
        EngineSockets.close(engineName);
        StoredOffsets.unregister(engineName);
        StoredSchemaHistory.unregister(engineName);
        SnapshotNotices.unregister(engineName);
        if (heartbeat != null) {
            heartbeat.close();
        }
        delivery.closeSpool();
        if (meter != null) {
            meter.close();
        }
    }
}
