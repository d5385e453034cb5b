package dev.banyan.gateway.lean;

import dev.banyan.gateway.backend.LiveBackend;
import io.netty.channel.EventLoop;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

/** The pool of each event loop. */
final class Pools {

    private final Map<EventLoop, Pool> byLoop = new ConcurrentHashMap<>();
    private final Predicate<InetSocketAddress> forbidden;

    /** {@code forbidden} says which addresses no connection goes to, whatever name led there. */
    Pools(Predicate<InetSocketAddress> forbidden) {
        this.forbidden = forbidden;
    }

    Pool of(EventLoop loop) {
        return byLoop.computeIfAbsent(loop, each -> new Pool(this, each));
    }

    boolean mayConnect(InetSocketAddress address) {
        return !forbidden.test(address);
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
