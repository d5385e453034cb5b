package dev.banyan.bench.load;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** One thread that drives any number of connections, to ports of this machine only. */
public final class Loader implements AutoCloseable {

    /** How many connections are opened at once: fewer than any server's backlog. */
    private static final int OPENED_AT_ONCE = 100;

    private static final int CONNECT_MILLIS = 10_000;

    private final MultiThreadIoEventLoopGroup group = new MultiThreadIoEventLoopGroup(1, ioHandler());
    private final EventLoop loop = group.next();

    /** Returns the fastest way to wait for sockets that this machine has. */
    public static IoHandlerFactory ioHandler() {
        return Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
    }

    EventLoop loop() {
        return loop;
    }

    /** Opens the connections of {@code front} and returns their lanes; throws {@link LoadFailed} when one is refused. */
    List<? extends Lane> open(Front front, Lane.Owner owner) {
        if (front.streams() == 0) {
            return open(front, () -> new Connection(owner));
        }
        var connections = open(front, () -> new Http2Connection(owner));
        var lanes = new ArrayList<Lane>();
        for (var stream = 0; stream < front.streams(); stream++) {
            connections.forEach(connection -> lanes.add(connection.lane()));
        }
        return lanes;
    }

    private <C extends ChannelHandler> List<C> open(Front front, Supplier<C> made) {
        var bootstrap = new Bootstrap()
                .group(loop)
                .channel(channel())
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_MILLIS);
        var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), front.port());
        var connections = new ArrayList<C>(front.connections());
        var opening = new ArrayList<ChannelFuture>(front.connections());
        while (connections.size() < front.connections()) {
            var batch = Math.min(connections.size() + OPENED_AT_ONCE, front.connections());
            while (connections.size() < batch) {
                var connection = made.get();
                connections.add(connection);
                opening.add(bootstrap.clone().handler(connection).connect(address));
            }
            for (var connecting : opening) {
                if (!connecting.awaitUninterruptibly().isSuccess()) {
                    opening.forEach(one -> {
                        var _ = one.channel().close();
                    });
                    throw new LoadFailed("connecting to port " + front.port(), connecting.cause());
                }
            }
        }
        return connections;
    }

    /** Closes {@code lanes} and returns when that is done. */
    void closeAll(List<? extends Lane> lanes) {
        loop.submit(() -> lanes.forEach(Lane::close)).awaitUninterruptibly();
    }

    private static Class<? extends SocketChannel> channel() {
        return Epoll.isAvailable() ? EpollSocketChannel.class : NioSocketChannel.class;
    }

    @Override
    public void close() {
        group.shutdownGracefully(0, 2, java.util.concurrent.TimeUnit.SECONDS).awaitUninterruptibly();
    }
}
