package dev.banyan.gateway;

import dev.banyan.gateway.edge.Entrance;
import dev.banyan.gateway.edge.KeepAlive;
import dev.banyan.gateway.http2.Http2Front;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.ServerSocketChannel;
import java.io.IOException;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/** The port on which clients speak HTTP/2 without TLS and without asking, on the event loops of the data port. */
final class Http2Port implements AutoCloseable {

    private static final int BACKLOG = 4096;

    private final Channel server;

    private Http2Port(Channel server) {
        this.server = server;
    }

    /** Listens where the settings say; null when they ask for no such port. */
    static @Nullable Http2Port bind(GatewaySettings settings, Http2Front front, Entrance entrance) throws IOException {
        Integer port = settings.http2().port();
        if (port == null) {
            return null;
        }
        EventLoops loops = EventLoops.over(settings.transport());
        EventLoopGroup accepting = loops.onServer(true);
        ChannelFuture bound = new ServerBootstrap()
                .group(accepting, loops.onServer(true))
                .channel(loops.onChannelClass(ServerSocketChannel.class, accepting))
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel client) {
                        KeepAlive.on(client);
                        front.take(client.pipeline());
                    }
                })
                .bind(settings.address(), port)
                .awaitUninterruptibly();
        Throwable problem = bound.cause();
        if (problem != null) {
            throw Binding.failed("--http2-port " + port, problem);
        }
        entrance.add(bound.channel());
        return new Http2Port(bound.channel());
    }

    int port() {
        return ((InetSocketAddress) server.localAddress()).getPort();
    }

    /** Takes no more connections; those that stand end with the others of HTTP/2. */
    @Override
    public void close() {
        server.close().awaitUninterruptibly();
    }
}
