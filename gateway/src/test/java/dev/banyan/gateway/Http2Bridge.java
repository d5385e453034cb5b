package dev.banyan.gateway;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2StreamChannel;
import io.netty.handler.codec.http2.Http2StreamChannelBootstrap;
import io.netty.handler.codec.http2.Http2StreamFrameToHttpObjectCodec;
import io.netty.handler.ssl.SslContext;
import io.netty.util.ReferenceCountUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Lets tests that speak HTTP/1.1 ask a gateway by HTTP/2: each connection to it is one to the gateway's port of HTTP/2, each
 * request a stream. What is no HTTP/1.1 it does not pass on, and a stream that breaks off ends the connection.
 */
@SuppressWarnings("FutureReturnValueIgnored") // Netty: what fails closes a connection, which the test sees
final class Http2Bridge implements AutoCloseable {

    private static final Pattern WORD = Pattern.compile("\\b[a-z]");

    private final EventLoopGroup loops = new MultiThreadIoEventLoopGroup(2, NioIoHandler.newFactory());
    private final Channel server;
    private final int gateway;
    private final @Nullable SslContext tls;

    /** Leads to port {@code gateway} of this machine, where HTTP/2 is spoken without asking. */
    Http2Bridge(int gateway) {
        this(gateway, null);
    }

    /** With {@code tls}, leads to the port of shop.test, and nowhere if that does not choose HTTP/2 in the handshake. */
    Http2Bridge(int gateway, @Nullable SslContext tls) {
        this.gateway = gateway;
        this.tls = tls;
        this.server = new ServerBootstrap()
                .group(loops)
                .channel(NioServerSocketChannel.class)
                .childOption(ChannelOption.AUTO_READ, false)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel client) {
                        client.pipeline().addLast(new HttpServerCodec(16_384, 65_536, 65_536), new Client());
                    }
                })
                .bind(InetAddress.getLoopbackAddress(), 0)
                .syncUninterruptibly()
                .channel();
    }

    int port() {
        return ((InetSocketAddress) server.localAddress()).getPort();
    }

    @Override
    public void close() {
        server.close().syncUninterruptibly();
        loops.shutdownGracefully(0, 1, java.util.concurrent.TimeUnit.SECONDS);
    }

    /** One connection of a test. */
    private final class Client extends ChannelInboundHandlerAdapter {

        private final Queue<Object> ahead = new ArrayDeque<>();
        private @Nullable Channel connection;
        private @Nullable Http2StreamChannel stream;
        private boolean busy;
        private boolean requestDone = true;

        @Override
        public void channelActive(ChannelHandlerContext client) {
            new Bootstrap()
                    .group(client.channel().eventLoop())
                    .channel(NioSocketChannel.class)
                    .handler(new ChannelInitializer<>() {
                        @Override
                        protected void initChannel(Channel to) {
                            if (tls != null) {
                                to.pipeline().addLast(tls.newHandler(to.alloc(), "shop.test", gateway));
                            }
                            to.pipeline()
                                    .addLast(Http2FrameCodecBuilder.forClient()
                                            .encoderIgnoreMaxHeaderListSize(true)
                                            .build())
                                    .addLast(new Http2MultiplexHandler(new ChannelInboundHandlerAdapter()));
                        }
                    })
                    .connect(InetAddress.getLoopbackAddress(), gateway)
                    .addListener((io.netty.channel.ChannelFuture made) -> {
                        connection = made.channel();
                        made.channel().closeFuture().addListener(_ -> client.executor()
                                .execute(() -> finish(client)));
                        client.channel().config().setAutoRead(true);
                    });
        }

        private void finish(ChannelHandlerContext client) {
            client.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(_ -> client.close());
        }

        @Override
        public void channelRead(ChannelHandlerContext client, Object message) {
            ahead.add(message);
            drain(client);
        }

        private void drain(ChannelHandlerContext client) {
            Object next;
            while ((next = ahead.peek()) != null) {
                boolean begins = next instanceof HttpRequest;
                if (begins ? busy || !requestDone : stream == null) {
                    return;
                }
                ahead.poll();
                if (begins) {
                    begin(client, (HttpRequest) next);
                } else if (stream != null) {
                    send((HttpContent) next);
                }
            }
        }

        private void begin(ChannelHandlerContext client, HttpRequest request) {
            if (request.decoderResult().isFailure() || connection == null) {
                client.close();
                return;
            }
            busy = true;
            requestDone = false;
            new Http2StreamChannelBootstrap(connection)
                    .handler(new ChannelInitializer<>() {
                        @Override
                        protected void initChannel(Channel to) {
                            to.pipeline()
                                    .addLast(new Http2StreamFrameToHttpObjectCodec(false))
                                    .addLast(new Back(client));
                        }
                    })
                    .open()
                    .addListener((io.netty.util.concurrent.Future<Http2StreamChannel> opened) -> {
                        if (!opened.isSuccess()) {
                            client.close();
                            return;
                        }
                        stream = opened.getNow();
                        stream.writeAndFlush(request);
                        drain(client);
                    });
        }

        private void send(HttpContent piece) {
            Http2StreamChannel to = stream;
            if (to == null) {
                piece.release();
                return;
            }
            requestDone = piece instanceof LastHttpContent;
            if (piece.decoderResult().isFailure()) {
                piece.release();
                to.writeAndFlush(new DefaultHttp2ResetFrame(Http2Error.CANCEL));
            } else {
                to.writeAndFlush(piece);
            }
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext client) {
            client.channel().config().setAutoRead(stream == null ? ahead.size() < 200 : stream.isWritable());
        }

        @Override
        public void channelWritabilityChanged(ChannelHandlerContext client) {
            if (stream != null) {
                stream.config().setAutoRead(client.channel().isWritable());
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext client) {
            ahead.forEach(ReferenceCountUtil::release);
            ahead.clear();
            if (stream != null) {
                stream.close();
            }
            if (connection != null) {
                connection.close();
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext client, Throwable cause) {
            client.close();
        }

        /** The reply of one stream on its way back. */
        private final class Back extends ChannelInboundHandlerAdapter {

            private final ChannelHandlerContext client;
            private boolean begun;
            private boolean whole;

            Back(ChannelHandlerContext client) {
                this.client = client;
            }

            @Override
            public void channelRead(ChannelHandlerContext from, Object message) {
                if (message instanceof HttpResponse reply) {
                    begun |= reply.status().code() >= 200;
                    asInHttp1(reply.headers());
                }
                whole |= begun && message instanceof LastHttpContent;
                client.writeAndFlush(message);
                if (!client.channel().isWritable()) {
                    from.channel().config().setAutoRead(false);
                }
            }

            /** Writes names as the tests expect them, each word with a capital, and leaves out what the codec adds. */
            private static void asInHttp1(HttpHeaders head) {
                List<Map.Entry<String, String>> all = head.entries();
                head.clear();
                for (Map.Entry<String, String> each : all) {
                    if (!each.getKey().startsWith("x-http2-")) {
                        head.add(
                                WORD.matcher(each.getKey())
                                        .replaceAll(found -> found.group().toUpperCase(Locale.ROOT)),
                                each.getValue());
                    }
                }
            }

            @Override
            public void channelWritabilityChanged(ChannelHandlerContext from) {
                client.channel().config().setAutoRead(from.channel().isWritable());
            }

            @Override
            public void channelInactive(ChannelHandlerContext from) {
                stream = null;
                busy = false;
                if (!whole || !requestDone) {
                    finish(client);
                } else {
                    drain(client);
                    client.channel().config().setAutoRead(true);
                }
            }

            @Override
            public void exceptionCaught(ChannelHandlerContext from, Throwable cause) {
                // its end follows
            }
        }
    }
}
