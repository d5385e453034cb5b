package dev.banyan.gateway.tunnel;

import dev.banyan.gateway.backend.Failure;
import dev.banyan.gateway.backend.Instance;
import dev.banyan.gateway.backend.LiveBackend;
import dev.banyan.gateway.call.Call;
import dev.banyan.gateway.call.HostNames;
import dev.banyan.gateway.call.Intake;
import dev.banyan.gateway.call.OwnReply;
import dev.banyan.gateway.edge.Linger;
import dev.banyan.gateway.http.Origin;
import dev.banyan.gateway.record.Outcome;
import dev.banyan.rules.Decision;
import dev.banyan.rules.Route;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import reactor.netty.NettyPipeline;

/** Takes WebSocket upgrades off a client connection and relays them. */
@SuppressWarnings("FutureReturnValueIgnored") // Netty: a failed write closes the channel, and that is listened to
public final class Upgrades extends ChannelDuplexHandler {

    private final Intake intake;
    private final Tunnels tunnels;
    private int exchanges;
    private boolean taken;
    private @Nullable Channel backendChannel;
    private @Nullable ChannelHandlerContext clientSide;
    private @Nullable BackendSide relay;
    private Duration backendTakesWithin = Duration.ZERO;

    public Upgrades(Intake intake, Tunnels tunnels) {
        this.intake = intake;
        this.tunnels = tunnels;
    }

    @Override
    public void channelRead(ChannelHandlerContext client, Object message) {
        if (taken) {
            fromClient(message);
        } else if (message instanceof HttpRequest request && exchanges == 0 && isWebSocket(request)) {
            taken = true;
            client.channel().config().setAutoRead(false);
            open(client, request);
            ReferenceCountUtil.release(message);
        } else {
            if (message instanceof HttpRequest) {
                exchanges++;
            }
            client.fireChannelRead(message);
        }
    }

    private void fromClient(Object message) {
        if (backendChannel != null && backendChannel.isActive() && message instanceof io.netty.buffer.ByteBuf) {
            backendChannel.writeAndFlush(message);
        } else {
            ReferenceCountUtil.release(message);
        }
    }

    @Override
    public void write(ChannelHandlerContext client, Object message, ChannelPromise promise) {
        boolean interim =
                message instanceof HttpResponse reply && reply.status().codeClass() == HttpStatusClass.INFORMATIONAL;
        if (message instanceof LastHttpContent && !interim && !taken) {
            exchanges--;
        }
        client.write(message, promise);
    }

    /** Whether a request asks for a WebSocket in the way RFC 6455 says. */
    static boolean isWebSocket(HttpRequest request) {
        HttpHeaders head = request.headers();
        return request.decoderResult().isSuccess()
                && request.method().equals(HttpMethod.GET)
                && head.containsValue(HttpHeaderNames.UPGRADE, "websocket", true)
                && head.containsValue(HttpHeaderNames.CONNECTION, "upgrade", true)
                && head.contains(HttpHeaderNames.SEC_WEBSOCKET_KEY)
                && !head.contains(HttpHeaderNames.CONTENT_LENGTH)
                && !head.contains(HttpHeaderNames.TRANSFER_ENCODING);
    }

    private void open(ChannelHandlerContext client, HttpRequest request) {
        var peer = ((InetSocketAddress) client.channel().remoteAddress()).getAddress();
        String scheme = client.pipeline().get(NettyPipeline.SslHandler) == null ? "http" : "https";
        Call call = intake.receive("GET", request.uri(), request.headers(), peer, scheme);
        OwnReply instead = call.decide();
        if (instead != null) {
            answer(client, instead.status());
            return;
        }
        Decision.Routed routed = call.routed();
        LiveBackend backend = call.serving();
        Failure refused = backend.enter(false);
        Instance instance = refused == null ? backend.pick(null) : null;
        if (instance == null) {
            refused = refused == null ? Failure.UNHEALTHY : refused;
            if (refused == Failure.UNHEALTHY) {
                backend.withdraw(false);
                backend.leave();
            }
            count(routed, backend, refused.status(), refused);
            answer(client, refused.status());
            return;
        }
        HttpHeaders head = call.head();
        HostNames.write(head, call.asked(), backend, instance.origin(), call.hostFor(backend));
        head.set(HttpHeaderNames.CONNECTION, "Upgrade").set(HttpHeaderNames.UPGRADE, "websocket");
        connect(client, routed, backend, instance, call.rewritten(call.target(), backend), head);
    }

    private void connect(
            ChannelHandlerContext client,
            Decision.Routed routed,
            LiveBackend backend,
            Instance instance,
            String target,
            HttpHeaders head) {
        Origin origin = instance.origin();
        String certificateName = backend.certificateName();
        String name = certificateName == null ? origin.host() : certificateName;
        var backendSide =
                new BackendSide(client, head.get(HttpHeaderNames.SEC_WEBSOCKET_KEY, ""), (status, failure) -> {
                    backend.report(failure, 0, 0, false);
                    count(routed, backend, status, failure);
                });
        var request = new DefaultFullHttpRequest(
                HttpVersion.HTTP_1_1, HttpMethod.GET, target, Unpooled.EMPTY_BUFFER, head, EmptyHttpHeaders.INSTANCE);
        new Bootstrap()
                .group(client.channel().eventLoop())
                // That of plain calls; Netty's own choice would block the event loop on a name.
                .resolver(backend.addresses())
                .channel(client.channel().getClass())
                .option(ChannelOption.TCP_NODELAY, true)
                .option(
                        ChannelOption.CONNECT_TIMEOUT_MILLIS,
                        Math.toIntExact(backend.backend().timeouts().connect().toMillis()))
                .handler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        if (backend.tls() != null) {
                            channel.pipeline().addLast(backend.tls().newHandler(channel.alloc(), name, origin.port()));
                        }
                        channel.pipeline()
                                .addLast("http", new HttpClientCodec())
                                .addLast("relay", backendSide);
                    }
                })
                .connect(origin.host(), origin.port())
                .addListener((ChannelFuture connected) -> {
                    if (!connected.isSuccess()) {
                        backend.leave();
                        backendSide.ended(Failure.CONNECT.status(), Failure.CONNECT);
                        answer(client, Failure.CONNECT.status());
                        return;
                    }
                    if (!client.channel().isActive()) {
                        connected.channel().close();
                        backend.leave();
                        backend.withdraw(false);
                        return;
                    }
                    backendChannel = connected.channel();
                    clientSide = client;
                    relay = backendSide;
                    backendTakesWithin = routed.requestTimeout();
                    tunnels.add(this);
                    connected.channel().closeFuture().addListener(_ -> {
                        tunnels.remove(this);
                        backend.leave();
                        backendSide.ended(Failure.RESET.status(), Failure.RESET);
                        backendGone(client);
                    });
                    backendSide.headWithin(connected.channel(), routed.requestTimeout());
                    connected.channel().writeAndFlush(request);
                });
    }

    /** What the backend has sent last still has to reach a client that goes on sending. */
    private static void backendGone(ChannelHandlerContext client) {
        if (client.channel().isActive() && Linger.canEndOneSide(client)) {
            client.channel().config().setAutoRead(true);
            Linger.end(client);
        } else {
            client.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
        }
    }

    private void count(Decision.Routed routed, LiveBackend backend, int status, @Nullable Failure failure) {
        Route route = routed.route();
        String name = route == null ? Outcome.NO_ROUTE : route.name();
        intake.traffic().add(new Outcome(name, routed.side(), backend.name(), status, failure, false, false, 0));
    }

    private static void answer(ChannelHandlerContext client, int status) {
        var reply = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(status));
        reply.headers().set(HttpHeaderNames.CONTENT_LENGTH, 0).set(HttpHeaderNames.CONNECTION, "close");
        client.writeAndFlush(reply).addListener(ChannelFutureListener.CLOSE);
    }

    /** Begins to end this tunnel: a close frame to the client, and a cut after {@code atMost}. */
    void goAway(Duration atMost) {
        ChannelHandlerContext client = clientSide;
        BackendSide backend = relay;
        if (client != null && backend != null) {
            client.executor().execute(backend::goAway);
            client.executor().schedule(() -> client.close(), atMost.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    @Override
    public void close(ChannelHandlerContext client, ChannelPromise promise) {
        boolean open = backendChannel != null && backendChannel.isActive() && relay != null && relay.isTunnel();
        if (!open) {
            client.close(promise);
            return;
        }
        // The server closes what it takes for an idle connection when it stops; a tunnel ends in its own time.
        client.channel().closeFuture().addListener(_ -> promise.trySuccess());
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext client, Throwable cause) {
        if (taken) {
            client.close();
        } else {
            client.fireExceptionCaught(cause);
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext client) {
        if (backendChannel != null) {
            backendChannel.config().setAutoRead(client.channel().isWritable());
        }
        client.fireChannelWritabilityChanged();
    }

    /** What the client has sent last still has to reach a backend, which may be waiting for somebody to read what it sends. */
    @Override
    public void channelInactive(ChannelHandlerContext client) {
        Channel backend = backendChannel;
        if (backend != null) {
            backend.config().setAutoRead(true);
            backend.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
            backend.eventLoop().schedule(() -> backend.close(), backendTakesWithin.toMillis(), TimeUnit.MILLISECONDS);
        }
        client.fireChannelInactive();
    }
}
