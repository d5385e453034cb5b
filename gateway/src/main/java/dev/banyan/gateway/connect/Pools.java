package dev.banyan.gateway.connect;

import dev.banyan.gateway.backend.Limit;
import dev.banyan.gateway.backend.LiveBackend;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http2.Http2StreamChannel;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/** The pool of each event loop; connections of one kind, which a limit of each backend bounds. */
public final class Pools {

    private final Map<EventLoop, Pool> byLoop = new ConcurrentHashMap<>();
    private final Function<LiveBackend, Limit> limit;

    /** No connections, to begin with; {@code limit} is on those of this kind that a backend may have. */
    public Pools(Function<LiveBackend, Limit> limit) {
        this.limit = limit;
    }

    /** Returns the pool of the event loop of a client's connection, or of a stream of one. */
    public Pool of(Channel of) {
        Channel client = of instanceof Http2StreamChannel stream ? stream.parent() : of;
        EventLoop loop = client.eventLoop();
        Pool known = byLoop.get(loop);
        return known != null ? known : byLoop.computeIfAbsent(loop, each -> new Pool(this, each, client.getClass()));
    }

    Limit limit(LiveBackend backend) {
        return limit.apply(backend);
    }

    /** Has every loop let go of a connection to {@code backend} that waits, so that another loop may make one. */
    void makeRoom(LiveBackend backend) {
        byLoop.values().forEach(pool -> {
            if (!pool.loop().isShuttingDown()) {
                pool.loop().execute(() -> pool.closeOne(backend));
            }
        });
    }
}
