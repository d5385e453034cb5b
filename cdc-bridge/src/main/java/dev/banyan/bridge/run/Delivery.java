package dev.banyan.bridge.run;

import dev.banyan.bridge.change.Arrival;
import dev.banyan.bridge.change.Spoken;
import dev.banyan.bridge.engine.EngineSettings;
import dev.banyan.bridge.engine.Shapes;
import dev.banyan.bridge.engine.TransactionAssembler;
import dev.banyan.bridge.hub.HubFenced;
import dev.banyan.bridge.spool.Spool;
import dev.banyan.bridge.spool.SpoolFull;
import dev.banyan.bridge.store.Fenced;
import dev.banyan.bridge.store.Position;
import io.debezium.engine.DebeziumEngine;
import io.debezium.engine.RecordChangeEvent;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.apache.kafka.connect.source.SourceRecord;
import org.jspecify.annotations.Nullable;

/** Takes Debezium's batches, and returns from each when the events of every transaction completed in it are safe. */
final class Delivery implements DebeziumEngine.ChangeConsumer<RecordChangeEvent<SourceRecord>>, AutoCloseable {

    /*
     * Safe is what the courier has taken to hub, lake and store, or what lies in the spool. Only then is it marked, and Debezium tells
     * PostgreSQL; at most every CONFIRM_EVERY, because before that the store has to reach the disk. When it does, and once more when
     * it stops, Debezium asks us how far to go: never beyond what was made sure of, for a successor begins where it finds store and spool.
     *
     * Closing the engine interrupts the thread that calls handleBatch. H2 closes its file under an interrupted thread, and Kafka's
     * producer gives up half-way, so the work is done by threads of our own and the caller waits until it is done.
     *
     * Nothing but DeliveryFailed leaves handleBatch: Debezium takes Connect's RetriableException as leave to poll the next batch, and
     * the one in hand would be gone.
     */
    static final Duration CONFIRM_EVERY = Duration.ofMillis(500);

    private static final Duration LOOK_AGAIN = Duration.ofMillis(100);

    /** When what cannot be delivered goes to the spool: after so long, or when the slot has used so much of the log it may keep. */
    record SpoolWhen(Duration after, int logPercent) {

        /** True for what has {@code waited} so long while the slot has used {@code percentUsed}. */
        boolean isDue(Duration waited, int percentUsed) {
            return waited.compareTo(after) >= 0 || (waited.compareTo(CONFIRM_EVERY) > 0 && percentUsed >= logPercent);
        }
    }

    /** Where the records come from. */
    @FunctionalInterface
    interface Origin {
        /** Returns when it is known that what was checked is what is read. */
        void confirm() throws InterruptedException;
    }

    /** What the deliveries of one engine run share. */
    record Parts(
            TransactionAssembler assembler,
            Shapes shapes,
            Courier.Parts courier,
            Origin origin,
            Intake.@Nullable Spools spools,
            @Nullable Spool spool,
            SpoolWhen spoolWhen,
            Doubts doubts) {}

    private final Parts parts;
    private final Progress progress;
    private final Consumer<Point> watcher;
    private final Intake intake;
    private final CourierThread courier;
    private final ExecutorService worker = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().name("banyan-delivery").daemon().factory());
    private final Arrivals arrivals;
    private volatile Position sure;
    private boolean isForced;
    private long confirmedAtNanos = System.nanoTime();
    private volatile @Nullable Throwable failure;
    private volatile boolean busy;
    private volatile boolean retired;

    Delivery(Parts parts, Position stored) {
        this.parts = parts;
        this.progress = parts.courier.progress();
        var position = new AtomicReference<>(stored);
        this.intake = new Intake(parts.spools, parts.spool, position::get);
        this.sure = intake.safe();
        this.arrivals = new Arrivals(
                parts.assembler, parts.shapes, parts.courier.backfill(), sure.offset(), progress, parts.doubts);
        this.watcher = parts.courier.watcher();
        this.courier = new CourierThread(
                new Courier(parts.courier, intake, position), intake, parts.courier.ledger(), progress, watcher);
        progress.spool(intake.spoolBytes());
    }

    /** Why the last batch, or what was spooled before, failed; null while all is well. */
    @Nullable
    Throwable failure() {
        return failure == null ? courier.failure() : failure;
    }

    /** True while a batch is being worked on: silence of the log then means nothing. */
    boolean isBusy() {
        return busy;
    }

    /** False once nothing of this delivery is at work any more. */
    boolean isAlive() {
        return busy || courier.isAlive();
    }

    boolean isSpooling() {
        return intake.isSpooling();
    }

    /** What the database may be told: up to there everything was safe when that was last made sure of. Debezium starts from it, too. */
    Position sure() {
        return sure;
    }

    /** Up to where everything was handed on. */
    long reached() {
        return intake.safe().commitLsn();
    }

    void start() {
        courier.start();
    }

    @Override
    public boolean supportsTombstoneEvents() {
        return false;
    }

    @Override
    public void handleBatch(
            List<RecordChangeEvent<SourceRecord>> records,
            DebeziumEngine.RecordCommitter<RecordChangeEvent<SourceRecord>> committer)
            throws InterruptedException {
        if (retired) {
            throw new IllegalStateException("a batch for an engine that was given up");
        }
        busy = true;
        try {
            var unread = parts.courier.backfill().unread();
            if (unread != null) {
                throw new IllegalStateException(unread.why());
            }
            awaitWorker(worker.submit(() -> {
                parts.origin.confirm();
                accept(arrivals.of(records, intake.safe().commitLsn()));
                arrivals.check();
                force();
                return null;
            }));
            confirm(committer);
            if (records.stream().anyMatch(event -> !event.record().topic().equals(EngineSettings.HEARTBEAT_TOPIC))) {
                progress.signOfLife();
            }
        } catch (RuntimeException e) {
            failure = e;
            throw new DeliveryFailed("batch not delivered: " + Spoken.of(e), e);
        } finally {
            busy = false;
        }
    }

    /** Returns when the work is done, interrupted or not: it is short, or it looks at {@code stopping} itself. */
    private static void awaitWorker(Future<?> work) throws InterruptedException {
        var interrupted = false;
        try {
            while (true) {
                try {
                    work.get();
                    break;
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException cause
                    ? cause
                    : new IllegalStateException("delivering a batch", e.getCause());
        }
        if (interrupted) {
            throw new InterruptedException("stopped after a batch was delivered");
        }
    }

    boolean isRetired() {
        return retired;
    }

    /** From now on every batch is refused, and the threads end. */
    @Override
    public void close() {
        retired = true;
        worker.shutdown();
        courier.close();
    }

    /** Closes the spool's files; nothing of this delivery is at work any more. */
    void closeSpool() {
        intake.close();
    }

    private void accept(List<Arrival> arrivals) throws InterruptedException {
        courier.check();
        if (arrivals.isEmpty()) {
            return;
        }
        watcher.accept(Point.READ);
        if (!hand(arrivals)) {
            watcher.accept(Point.SPOOLED);
            return;
        }
        watcher.accept(Point.HANDED);
        var since = System.nanoTime();
        while (!courier.awaitIdle(LOOK_AGAIN)) {
            var waited = Duration.ofNanos(System.nanoTime() - since);
            if (parts.courier.stopping().isAsked() && courier.hubFails()) {
                throw new BrokenOff("stopped while the hub did not answer");
            }
            if (intake.canSpool()
                    && (courier.hubFails()
                            || arrivals.stream().noneMatch(Arrival::isLarge)) // a large one takes its time
                    && parts.spoolWhen.isDue(waited, progress.logPercent())) {
                courier.beginSpool(arrivals);
                watcher.accept(Point.SPOOL_BEGUN);
                spooled(arrivals);
                progress.enter(Progress.State.SPOOLING, progress.reason());
                return;
            }
        }
        progress.enter(Progress.State.STREAMING, "");
    }

    /** Hands {@code arrivals} on; true when the courier has them in memory, false when they are in the spool. */
    private boolean hand(List<Arrival> arrivals) throws InterruptedException {
        while (true) {
            if (courier.give(arrivals)) {
                return true;
            }
            try {
                if (intake.append(arrivals)) {
                    spooled(arrivals);
                    return false;
                }
            } catch (SpoolFull e) {
                progress.enter(Progress.State.HUB_UNAVAILABLE, String.valueOf(e.getMessage()));
                courier.check();
                if (parts.courier.stopping().isAsked()) {
                    throw e;
                }
                TimeUnit.NANOSECONDS.sleep(LOOK_AGAIN.toNanos());
            }
        }
    }

    private void spooled(List<Arrival> arrivals) {
        progress.spooledTransactions.addAndGet(arrivals.stream()
                .filter(arrival -> arrival.transaction() != null)
                .count());
        progress.spool(intake.spoolBytes());
    }

    /** Brings to disk what is then confirmed, when it is time to. What is in the spool is there already, but the spool may be another's by now. */
    private void force() {
        if (arrivals.unconfirmed() != null && System.nanoTime() - confirmedAtNanos >= CONFIRM_EVERY.toNanos()) {
            var reached = intake.safe();
            if (intake.isSpooling()) {
                intake.checkLease();
            } else {
                parts.courier.ledger().force();
                watcher.accept(Point.FORCED);
            }
            sure = reached;
            isForced = true;
        }
    }

    private void confirm(DebeziumEngine.RecordCommitter<RecordChangeEvent<SourceRecord>> committer)
            throws InterruptedException {
        var mark = arrivals.unconfirmed();
        if (mark == null || !isForced) {
            return;
        }
        var offsets = committer.buildOffsets();
        sure.offset().forEach(offsets::set);
        committer.markProcessed(mark, offsets);
        watcher.accept(Point.MARKED);
        committer.markBatchFinished();
        watcher.accept(Point.CONFIRMED);
        arrivals.confirmed();
        isForced = false;
        confirmedAtNanos = System.nanoTime();
    }

    /** True when {@code failure} means that another instance is at work. */
    static boolean isFenced(@Nullable Throwable failure) {
        for (var cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof Fenced || cause instanceof HubFenced) {
                return true;
            }
        }
        return false;
    }
}
