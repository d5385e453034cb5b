package dev.banyan.bench.load;

import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Lanes that each ask again as soon as they are answered: finds the peak. Runs from {@link #start} to {@link #close}; a caller
 * measures by looking at {@link #replies} twice.
 */
public final class ClosedLoop implements Lane.Owner, AutoCloseable {

    private final Loader loader;
    private final List<Ask> asks;
    private final AtomicLong replies = new AtomicLong();
    private volatile @Nullable String failure;
    private volatile boolean closing;
    private List<? extends Lane> lanes = List.of();
    private int next;

    private ClosedLoop(Loader loader, List<Ask> asks) {
        this.loader = loader;
        this.asks = List.copyOf(asks);
    }

    /** Opens the connections and begins. The {@code asks} are sent in turn. */
    public static ClosedLoop start(Loader loader, Front front, List<Ask> asks) {
        var load = new ClosedLoop(loader, asks);
        var lanes = loader.open(front, load);
        load.lanes = lanes;
        loader.loop().execute(() -> lanes.forEach(load::askNext));
        return load;
    }

    /** Returns how many whole replies there were since the start; throws {@link LoadFailed} if anything went wrong. */
    public long replies() {
        var why = failure;
        if (why != null) {
            throw new LoadFailed(why);
        }
        return replies.get();
    }

    private void askNext(Lane lane) {
        var ask = asks.get(next);
        next = next + 1 == asks.size() ? 0 : next + 1;
        lane.send(ask, 0); // due when it is sent: nobody asks
    }

    @Override
    public void replied(Lane lane) {
        replies.lazySet(replies.get() + 1); // only the event loop writes it
        if (!closing) {
            askNext(lane);
        }
    }

    @Override
    public void failed(String why) {
        if (!closing && failure == null) {
            failure = why;
        }
    }

    /** Ends the connections; what is in flight is cut. */
    @Override
    public void close() {
        closing = true;
        loader.closeAll(lanes);
    }
}
