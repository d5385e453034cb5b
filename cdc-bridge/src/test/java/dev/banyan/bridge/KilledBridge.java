package dev.banyan.bridge;

import dev.banyan.bridge.change.DomainEvent;
import dev.banyan.bridge.hub.Hub;
import dev.banyan.bridge.hub.HubPosition;
import dev.banyan.bridge.hub.HubUnavailable;
import dev.banyan.bridge.run.BridgeRun;
import dev.banyan.bridge.run.Point;
import dev.banyan.bridge.run.RunSettings;
import dev.banyan.bridge.source.Preflight;
import dev.banyan.bridge.spool.DiskSpool;
import dev.banyan.bridge.store.FaultSeal;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * The bridge, which ends its own process the nth time it passes a point: nothing is flushed, no hook runs, as with kill -9. Its hub is down
 * for half a second of every four, so that it spools (unless it is to end at a point of a backfill), and one event of twenty is too large for it. Arguments: configuration, point or {@code null}, n.
 */
public final class KilledBridge {

    public static final int EXIT_KILLED = 137;

    /** What it prints when it is at work. */
    public static final String ACTIVE = "has the lease";

    private static final int UNIT_ROWS = 200;

    /** So few that many a transaction is larger than memory. */
    private static final int MEMORY_ROWS = 100;

    private static final Duration LEASE = Duration.ofSeconds(1);

    private KilledBridge() {}

    public static void main(String[] arguments) throws Exception {
        var config = Path.of(arguments[0]).toAbsolutePath();
        var at = arguments[1];
        var left = new AtomicInteger(Integer.parseInt(arguments[2]));
        var settings = settings(config, !at.startsWith("BACKFILL"), point -> kill(point, at, left));
        var run = new BridgeRun(settings, InstantSource.system());
        var main = Thread.currentThread();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(run, main)));
        Thread.ofVirtual().start(() -> tell(run));
        var end = run.run();
        System.out.println(end + " " + run.progress().reason());
        Runtime.getRuntime().halt(end == BridgeRun.End.STOPPED ? 0 : 1);
    }

    /** What it runs with; the hub of one whose backfills are to be begun is not {@code isOftenDown}. */
    public static RunSettings settings(Path config, boolean isOftenDown, Consumer<Point> watcher) throws Exception {
        var of = Setup.read(config).run(Preflight.Accepted.NONE);
        var folder = config.resolveSibling("spool");
        var key = FaultSeal.of(config.resolveSibling("fault.key"));
        return new RunSettings(
                of.name(),
                of.source(),
                of.store(),
                of.mapper(),
                () -> new OftenDown(of.hub().get(), isOftenDown),
                new RunSettings.Limits(of.limits().transaction(), of.limits().queueBytesMax(), UNIT_ROWS, MEMORY_ROWS),
                false,
                Duration.ofMillis(300),
                of.silenceMax(),
                LEASE,
                Preflight.Accepted.NONE,
                of.lake(),
                new RunSettings.Spooling(
                        new DiskSpool.Settings(folder, key, 1L << 30, 100_000), Duration.ofMillis(300), 50),
                watcher);
    }

    /** The process ends with the last of the hooks, whatever its threads are at: this one waits. */
    private static void stop(BridgeRun run, Thread main) {
        run.stop();
        try {
            main.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Writes down what state it enters, and why. */
    private static void tell(BridgeRun run) {
        var last = "";
        while (true) {
            var now = run.progress().state() + " " + run.progress().reason();
            if (!now.equals(last)) {
                System.out.println(InstantSource.system().instant() + " " + now);
                last = now;
            }
            LockSupport.parkNanos(50_000_000);
        }
    }

    private static void kill(Point point, String at, AtomicInteger left) {
        if (point == Point.LEASED) {
            System.out.println(ACTIVE);
        }
        if (point.name().equals(at) && left.decrementAndGet() == 0) {
            Runtime.getRuntime().halt(EXIT_KILLED);
        }
    }

    private record OftenDown(Hub hub, boolean isOften) implements Hub {

        @Override
        public long eventBytesMax() {
            return hub.eventBytesMax();
        }

        @Override
        public long bytes(DomainEvent event) {
            return event.id().hashCode() % 20 == 0 ? Long.MAX_VALUE : hub.bytes(event);
        }

        private void check() throws HubUnavailable {
            if (isOften && System.currentTimeMillis() % 4_000 < 500) {
                throw new HubUnavailable("down for now", new IllegalStateException());
            }
        }

        @Override
        public Optional<HubPosition> open() throws HubUnavailable {
            check();
            return hub.open();
        }

        @Override
        public void publish(List<DomainEvent> events, HubPosition position) throws HubUnavailable {
            check();
            hub.publish(events, position);
        }

        @Override
        public void abort() {
            hub.abort();
        }

        @Override
        public void close() {
            hub.close();
        }
    }
}
