package dev.banyan.bench.load;

import io.netty.channel.ChannelHandler;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Connections, or streams of them, that each ask again as soon as they are answered: finds the peak. Runs from {@link #start} to {@link #close}; a
 * caller measures by looking at {@link #replies} twice.
 */
public final class ClosedLoop implements Connection.Owner, Http2Connection.Owner, AutoCloseable {

    private final Loader loader;
    private final List<Ask> asks;
    private final AtomicLong replies = new AtomicLong();
    private volatile @Nullable String failure;
    private volatile boolean closing;
    private List<? extends ChannelHandler> connections = List.of();
    private int next;

    private ClosedLoop(Loader loader, List<Ask> asks) {
        this.loader = loader;
        this.asks = List.copyOf(asks);
    }

    /** Opens the connections and begins. The {@code asks} are sent in turn. */
    public static ClosedLoop start(Loader loader, int port, List<Ask> asks, int connections) {
        var load = new ClosedLoop(loader, asks);
        var open = loader.open(port, connections, load);
        load.connections = open;
        loader.loop().execute(() -> open.forEach(connection -> connection.send(load.next())));
        return load;
    }

    /** The same over HTTP/2 by prior knowledge, with {@code streams} requests at a time on each connection. */
    public static ClosedLoop startHttp2(Loader loader, int port, List<Ask> asks, int connections, int streams) {
        var load = new ClosedLoop(loader, asks);
        var open = loader.openHttp2(port, connections, load);
        load.connections = open;
        loader.loop()
                .execute(() -> open.forEach(connection -> {
                    for (var stream = 0; stream < streams; stream++) {
                        connection.send(load.next());
                    }
                    connection.flush();
                }));
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

    private Ask next() {
        var ask = asks.get(next);
        next = next + 1 == asks.size() ? 0 : next + 1;
        return ask;
    }

    @Override
    public void replied(Connection connection) {
        count();
        if (!closing) {
            connection.send(next());
        }
    }

    @Override
    public void replied(Http2Connection connection) {
        count();
        if (!closing) {
            connection.send(next());
        }
    }

    private void count() {
        replies.lazySet(replies.get() + 1); // only the event loop writes it
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
