package dev.banyan.bench.load;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2GoAwayFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2FrameStream;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.util.ReferenceCountUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Speaks HTTP/2 by prior knowledge and answers request {@code number}, which counts from 1 over all connections. */
final class Http2Server implements AutoCloseable {

    /** What the answers are: {@code STATUS BODY}, {@code RESET}, {@code GOAWAY} or {@code CLOSE}. */
    interface Answer {
        String to(int number);
    }

    private final MultiThreadIoEventLoopGroup group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final AtomicInteger requests = new AtomicInteger();
    private final Queue<String> customers = new ConcurrentLinkedQueue<>();
    private final Answer answer;
    private final Channel server;

    Http2Server(Answer answer) {
        this.answer = answer;
        this.server = new ServerBootstrap()
                .group(group)
                .channel(NioServerSocketChannel.class)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline()
                                .addLast(Http2FrameCodecBuilder.forServer().build(), new Requests());
                    }
                })
                .bind(InetAddress.getLoopbackAddress(), 0)
                .syncUninterruptibly()
                .channel();
    }

    int port() {
        return ((InetSocketAddress) server.localAddress()).getPort();
    }

    /** Returns the header {@code x-customer-id} of every request so far. */
    Queue<String> customers() {
        return customers;
    }

    private final class Requests extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext context, Object frame) {
            if (frame instanceof Http2HeadersFrame head) {
                customers.add(String.valueOf(head.headers().get("x-customer-id")));
                var number = requests.incrementAndGet();
                say(context, head.stream(), answer.to(number));
            }
            ReferenceCountUtil.release(frame);
        }

        private static void say(ChannelHandlerContext context, Http2FrameStream stream, String answer) {
            switch (answer) {
                case "RESET" -> {
                    var _ = context.writeAndFlush(
                            new DefaultHttp2ResetFrame(Http2Error.ENHANCE_YOUR_CALM).stream(stream));
                }
                case "GOAWAY" -> {
                    var _ = context.writeAndFlush(new DefaultHttp2GoAwayFrame(Http2Error.NO_ERROR));
                }
                case "CLOSE" -> {
                    // The transport alone: a polite end would say GOAWAY first.
                    context.channel().unsafe().close(context.voidPromise());
                }
                default -> {
                    var head = new DefaultHttp2Headers().status(answer.substring(0, 3));
                    var body = Unpooled.copiedBuffer(answer.substring(4), StandardCharsets.US_ASCII);
                    var _ = context.write(new DefaultHttp2HeadersFrame(head, false).stream(stream));
                    var _ = context.writeAndFlush(new DefaultHttp2DataFrame(body, true).stream(stream));
                }
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            var _ = context.close(); // the client left
        }
    }

    @Override
    public void close() {
        group.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly();
    }
}
