package dev.banyan.gateway.connect;

import dev.banyan.gateway.backend.Failure;
import dev.banyan.gateway.backend.Limit;
import dev.banyan.gateway.backend.LiveBackend;
import dev.banyan.gateway.http.Origin;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.handler.codec.http.HttpRequestEncoder;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.Future;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** One connection in the making: a place under the backend's limit, its name's addresses, TCP to one of them, TLS. */
@SuppressWarnings("FutureReturnValueIgnored") // Netty: the connection's own deadline ends whatever does not come back
final class Connecting {

    private static final int LOOK_FOR_ROOM_MILLIS = 5;

    private final BackendConnection connection;
    private final LiveBackend backend;
    private final Limit limit;
    private final Pool pool;
    private final Pools pools;

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
            resolve();
        } else {
            pools.makeRoom(backend);
            pool.loop().schedule(this::start, LOOK_FOR_ROOM_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    private void resolve() {
        Origin origin = connection.instance().origin();
        String host = origin.host().startsWith("[")
                ? origin.host().substring(1, origin.host().length() - 1)
                : origin.host();
        backend.addresses()
                .getResolver(pool.loop())
                .resolveAll(InetSocketAddress.createUnresolved(host, origin.port()))
                .addListener((Future<List<InetSocketAddress>> resolved) -> {
                    if (resolved.isSuccess()) {
                        tryAddress(resolved.getNow(), 0);
                    } else {
                        fail();
                    }
                });
    }

    private void tryAddress(List<InetSocketAddress> addresses, int at) {
        if (at == addresses.size() || !connection.isAwaited()) {
            fail();
        } else {
            open(addresses.get(at)).addListener((ChannelFuture opened) -> {
                if (opened.isSuccess()) {
                    opened.channel().closeFuture().addListener(_ -> limit.giveBack());
                    secure(opened.channel());
                } else {
                    tryAddress(addresses, at + 1);
                }
            });
        }
    }

    private void fail() {
        limit.giveBack();
        connection.notConnected(Failure.CONNECT);
    }

    private ChannelFuture open(SocketAddress address) {
        return new Bootstrap()
                .group(pool.loop())
                .disableResolver()
                .channel(pool.channelType())
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.SO_KEEPALIVE, true)
                .option(
                        ChannelOption.CONNECT_TIMEOUT_MILLIS,
                        Math.toIntExact(backend.backend().timeouts().connect().toMillis()))
                .handler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        addCodecs(channel);
                    }
                })
                .connect(address);
    }

    private void addCodecs(Channel channel) {
        if (backend.tls() != null) {
            Origin origin = connection.instance().origin();
            String certificateName = backend.certificateName();
            SslHandler tls = backend.tls()
                    .newHandler(
                            channel.alloc(), certificateName == null ? origin.host() : certificateName, origin.port());
            tls.setHandshakeTimeoutMillis(backend.backend().timeouts().connect().toMillis());
            channel.pipeline().addLast("tls", tls);
        }
        channel.pipeline()
                .addLast("replies", connection.decoder())
                .addLast("requests", new HttpRequestEncoder())
                .addLast("connection", connection);
    }

    private void secure(Channel channel) {
        SslHandler tls = channel.pipeline().get(SslHandler.class);
        if (tls == null) {
            connection.connected(channel);
            return;
        }
        tls.handshakeFuture().addListener(done -> {
            if (done.isSuccess()) {
                connection.connected(channel);
            } else {
                channel.close();
                connection.notConnected(Failure.CONNECT);
            }
        });
    }
}
