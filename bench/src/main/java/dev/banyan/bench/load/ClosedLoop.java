package dev.banyan.bench.load;

import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Connections that each ask again as soon as they are answered: finds the peak. Runs from {@link #start} to {@link #close}; a
 * caller measures by looking at {@link #replies} twice.
 */
public final class ClosedLoop implements Connection.Owner, AutoCloseable {

    private final Loader loader;
    private final List<Ask> asks;
    private final AtomicLong replies = new AtomicLong();
    private volatile @Nullable String failure;
    private volatile boolean closing;
    private List<Connection> connections = List.of();
    private int next;

    private ClosedLoop(Loader loader, List<Ask> asks) {
        this.loader = loader;
        this.asks = List.copyOf(asks);
    }

    /** Opens the connections and begins. The {@code asks} are sent in turn. */
    public static ClosedLoop start(Loader loader, int port, List<Ask> asks, int connections) {
        var load = new ClosedLoop(loader, asks);
        load.connections = loader.open(port, connections, load);
        loader.loop().execute(() -> load.connections.forEach(load::send));
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

    private void send(Connection connection) {
        var ask = asks.get(next);
        next = next + 1 == asks.size() ? 0 : next + 1;
        connection.send(ask);
    }

    @Override
    public void replied(Connection connection) {
        replies.lazySet(replies.get() + 1); // only this thread writes it
        if (!closing) {
            send(connection);
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
        loader.closeAll(connections);
    }
}
