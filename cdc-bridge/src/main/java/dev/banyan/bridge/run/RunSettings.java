package dev.banyan.bridge.run;

import dev.banyan.bridge.change.EventMapper;
import dev.banyan.bridge.engine.TransactionAssembler;
import dev.banyan.bridge.hub.Hub;
import dev.banyan.bridge.lake.Lake;
import dev.banyan.bridge.source.Preflight;
import dev.banyan.bridge.source.Source;
import dev.banyan.bridge.spool.DiskSpool;
import dev.banyan.bridge.store.BridgeStore;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What one bridge is made of. {@code mapper} and {@code hub} are made anew for each run of the engine. {@code accepted} is what a
 * person has declared safe. Without a {@code lake} events go to the hub alone; without a
 * {@code spool} the legacy database keeps what the hub does not take. When nothing comes through the log for longer than
 * {@code silenceMax}, the engine is started anew. The {@code watcher} is told of every point a run passes, on the thread that passes it.
 */
public record RunSettings(
        String name,
        Source source,
        BridgeStore.Settings store,
        Supplier<EventMapper> mapper,
        Supplier<Hub> hub,
        Limits limits,
        boolean backfillOnFirstStart,
        Duration heartbeat,
        Duration silenceMax,
        Duration lease,
        Preflight.Accepted accepted,
        Lake.@Nullable Settings lake,
        @Nullable Spooling spool,
        Consumer<Point> watcher) {

    private static final Duration SILENCE_MIN = Duration.ofSeconds(15);

    /** The same, silent for three heartbeats, 15 s at least, and watched by nobody. */
    public RunSettings(
            String name,
            Source source,
            BridgeStore.Settings store,
            Supplier<EventMapper> mapper,
            Supplier<Hub> hub,
            Limits limits,
            boolean backfillOnFirstStart,
            Duration heartbeat,
            Duration lease,
            Preflight.Accepted accepted,
            Lake.@Nullable Settings lake,
            @Nullable Spooling spool) {
        this(
                name,
                source,
                store,
                mapper,
                hub,
                limits,
                backfillOnFirstStart,
                heartbeat,
                heartbeat.multipliedBy(3).compareTo(SILENCE_MIN) < 0 ? SILENCE_MIN : heartbeat.multipliedBy(3),
                lease,
                accepted,
                lake,
                spool,
                _ -> {});
    }

    /** Where transactions wait for a hub that does not take them, and when they begin to. */
    public record Spooling(DiskSpool.Settings disk, Duration after, int logPercent) {
        Delivery.SpoolWhen when() {
            return new Delivery.SpoolWhen(after, logPercent);
        }
    }

    /**
     * What bounds memory: one transaction, Debezium's queue, how many rows one Kafka transaction carries at least before it closes, and how
     * many rows or events may be in memory at once where more of them can go to a file.
     */
    public record Limits(
            TransactionAssembler.Limits transaction, long queueBytesMax, int unitRowsMax, int memoryRowsMax) {

        public static final Limits DEFAULT =
                new Limits(new TransactionAssembler.Limits(500_000, 256L << 20), 64L << 20, 5_000);

        /** With as much in memory as fits into the heap of a process of its own. */
        public Limits(TransactionAssembler.Limits transaction, long queueBytesMax, int unitRowsMax) {
            this(transaction, queueBytesMax, unitRowsMax, 20_000);
        }
    }
}
