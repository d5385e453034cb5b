package dev.banyan.gateway.connect;

import dev.banyan.gateway.backend.Failure;
import dev.banyan.gateway.backend.Limit;
import dev.banyan.gateway.backend.LiveBackend;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.HttpRequestEncoder;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One connection in the making: a place under the backend's limit, and the way there. */
@SuppressWarnings("FutureReturnValueIgnored") // Netty: the connection's own deadline ends whatever does not come back
final class Connecting {

    private static final int LOOK_FOR_ROOM_MILLIS = 5;

    private final BackendConnection connection;
    private final LiveBackend backend;
    private final Limit limit;
    private final Pool pool;
    private final Pools pools;
    private @Nullable Future<Channel> dial;

    Connecting(BackendConnection connection, Pool pool, Pools pools) {
        this.connection = connection;
        this.backend = connection.backend();
        this.limit = pools.limit(backend);
        this.pool = pool;
        this.pools = pools;
    }

    /*
     * There are never more calls than connections a backend may have; when there is no room, connections wait in other pools or
     * are just being closed, and there will be.
     */
    void start() {
        if (!connection.isAwaited()) {
            return;
        }
        if (limit.take()) {
            connection.dialBegins();
            dial = Dial.to(
                    backend,
                    connection.instance(),
                    pool.loop(),
                    pool.channelType(),
                    connection.decoder(),
                    new HttpRequestEncoder(),
                    connection);
            dial.addListener((Future<Channel> dialled) -> ended(dialled));
        } else {
            pools.makeRoom(backend);
            pool.loop().schedule(this::start, LOOK_FOR_ROOM_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    /** Gives up, because nobody waits for it any more. */
    void cancel() {
        if (dial != null) {
            dial.cancel(false);
        }
    }

    /** Whether the backend was asked at all: until then it waits for a place, and nothing of that is the backend's fault. */
    boolean hasBegun() {
        return dial != null;
    }

    private void ended(Future<Channel> dialled) {
        if (!dialled.isSuccess()) {
            limit.giveBack();
            connection.notConnected(Failure.ofConnecting(dialled.cause()));
            return;
        }
        dialled.getNow().closeFuture().addListener(_ -> limit.giveBack());
        connection.connected(dialled.getNow());
    }
}
