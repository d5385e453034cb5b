package dev.banyan.bench.server;

import dev.banyan.bench.load.Loader;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpRequestDecoder;
import java.net.InetAddress;

/** The application behind every peer: one thread that answers at once; see {@link Answers} for what. */
public final class Upstream {

    private static final int BACKLOG = 4096;

    private Upstream() {}

    /** Serves until the process is ended. {@code args}: the port. */
    public static void main(String[] args) throws InterruptedException {
        var group = new MultiThreadIoEventLoopGroup(1, Loader.ioHandler());
        var decoding = new HttpDecoderConfig().setValidateHeaders(false);
        new ServerBootstrap()
                .group(group)
                .channel(Epoll.isAvailable() ? EpollServerSocketChannel.class : NioServerSocketChannel.class)
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        channel.pipeline().addLast(new HttpRequestDecoder(decoding), new Answers());
                    }
                })
                .bind(InetAddress.getLoopbackAddress(), Integer.parseInt(args[0]))
                .sync()
                .channel()
                .closeFuture()
                .sync();
    }
}
