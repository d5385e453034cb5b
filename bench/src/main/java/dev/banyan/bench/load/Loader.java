package dev.banyan.bench.load;

import io.netty.bootstrap.Bootstrap;
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

    /** Opens {@code count} connections to {@code port}; throws {@link LoadFailed} when one is refused. */
    List<Connection> open(int port, int count, Connection.Owner owner) {
        return open(port, count, () -> new Connection(owner));
    }

    /** The same for HTTP/2 by prior knowledge. */
    List<Http2Connection> openHttp2(int port, int count, Http2Connection.Owner owner) {
        return open(port, count, () -> new Http2Connection(owner));
    }

    private <C extends ChannelHandler> List<C> open(int port, int count, Supplier<C> made) {
        var bootstrap = new Bootstrap()
                .group(loop)
                .channel(channel())
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_MILLIS);
        var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
        var connections = new ArrayList<C>(count);
        while (connections.size() < count) {
            var batch = new ArrayList<io.netty.channel.ChannelFuture>();
            while (batch.size() < OPENED_AT_ONCE && connections.size() < count) {
                var connection = made.get();
                connections.add(connection);
                batch.add(bootstrap.clone().handler(connection).connect(address));
            }
            for (var connecting : batch) {
                if (!connecting.awaitUninterruptibly().isSuccess()) {
                    closeAll(connections);
                    throw new LoadFailed("connecting to port " + port, connecting.cause());
                }
            }
        }
        return connections;
    }

    /** Closes {@code connections}, which are of either kind, and returns when that is done. */
    void closeAll(List<? extends ChannelHandler> connections) {
        loop.submit(() -> connections.forEach(Loader::close)).awaitUninterruptibly();
    }

    private static void close(ChannelHandler connection) {
        switch (connection) {
            case Connection one -> one.close();
            case Http2Connection one -> one.close();
            default -> throw new IllegalArgumentException("connection: " + connection);
        }
    }

    private static Class<? extends SocketChannel> channel() {
        return Epoll.isAvailable() ? EpollSocketChannel.class : NioSocketChannel.class;
    }

    @Override
    public void close() {
        group.shutdownGracefully(0, 2, java.util.concurrent.TimeUnit.SECONDS).awaitUninterruptibly();
    }
}
