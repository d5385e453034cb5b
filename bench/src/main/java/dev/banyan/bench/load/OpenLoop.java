package dev.banyan.bench.load;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.HdrHistogram.Histogram;

/**
 * Requests by the clock, at a constant rate, whatever the answers do. A latency counts from the moment a request was due, so
 * that a server that stalls is charged for all who would have asked meanwhile (no coordinated omission).
 */
public final class OpenLoop implements Lane.Owner {

    private static final Duration DRAIN = Duration.ofSeconds(30);
    private static final long HIGHEST_NANOS = TimeUnit.MINUTES.toNanos(2);

    private final Loader loader;
    private final List<Ask> asks;
    private final double nanosPerRequest;
    private final long count;
    private final long warmUpCount;
    private final Histogram latencies = new Histogram(HIGHEST_NANOS, 3);
    private final ArrayDeque<Lane> idle = new ArrayDeque<>();
    private final CompletableFuture<Histogram> result = new CompletableFuture<>();
    private long startNanos;
    private long due;
    private long sent;
    private long answered;

    private OpenLoop(Loader loader, List<Ask> asks, double ratePerSecond, Duration warmUp, Duration duration) {
        this.loader = loader;
        this.asks = List.copyOf(asks);
        this.nanosPerRequest = 1e9 / ratePerSecond;
        this.warmUpCount = (long) (warmUp.toNanos() / nanosPerRequest);
        this.count = warmUpCount + Math.max(1, (long) (duration.toNanos() / nanosPerRequest));
    }

    /**
     * Asks at {@code ratePerSecond} for {@code warmUp} and then {@code duration} over the lanes of {@code front}, and returns the latencies in nanoseconds of all requests that were due after the warm-up. Throws {@link LoadFailed} on any
     * error, and when answers are still missing half a minute after the last request was due.
     */
    public static Histogram run(
            Loader loader, Front front, List<Ask> asks, double ratePerSecond, Duration warmUp, Duration duration)
            throws InterruptedException {
        var load = new OpenLoop(loader, asks, ratePerSecond, warmUp, duration);
        var open = loader.open(front, load);
        loader.loop().execute(() -> load.begin(open));
        try {
            return load.result.get(warmUp.plus(duration).plus(DRAIN).toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw LoadFailed.of(e);
        } catch (TimeoutException e) {
            throw new LoadFailed("no answer to some of the requests at " + Math.round(ratePerSecond) + "/s", e);
        } finally {
            load.result.cancel(false);
            loader.closeAll(open);
        }
    }

    private void begin(List<? extends Lane> lanes) {
        idle.addAll(lanes);
        startNanos = System.nanoTime();
        tick();
    }

    /** Sends what is due by now and comes back when the next request is. */
    private void tick() {
        if (result.isDone()) {
            return;
        }
        var elapsed = System.nanoTime() - startNanos;
        due = Math.min(count, (long) (elapsed / nanosPerRequest) + 1);
        dispatch();
        if (due < count) {
            var wait = (long) (due * nanosPerRequest) - (System.nanoTime() - startNanos);
            var _ = loader.loop().schedule(this::tick, Math.max(0, wait), TimeUnit.NANOSECONDS);
        }
    }

    private void dispatch() {
        while (sent < due && !idle.isEmpty()) {
            idle.pollFirst().send(asks.get((int) (sent % asks.size())), dueNanos(sent));
            sent++;
        }
    }

    private long dueNanos(long number) {
        return startNanos + (long) (number * nanosPerRequest);
    }

    @Override
    public void replied(Lane lane) {
        if (lane.dueNanos() >= dueNanos(warmUpCount)) { // not by count: answers do not come in the order of requests
            latencies.recordValue(Math.min(HIGHEST_NANOS, System.nanoTime() - lane.dueNanos()));
        }
        answered++;
        idle.addLast(lane);
        if (answered == count) {
            result.complete(latencies);
        } else {
            dispatch();
        }
    }

    @Override
    public void failed(String why) {
        result.completeExceptionally(new LoadFailed(why));
    }
}
