package dev.banyan.gateway.tunnel;

import dev.banyan.gateway.backend.Failure;
import dev.banyan.gateway.call.Call;
import dev.banyan.gateway.call.Intake;
import dev.banyan.gateway.call.OwnReply;
import dev.banyan.gateway.call.Step;
import dev.banyan.gateway.http.Framing;
import dev.banyan.gateway.http.Peer;
import dev.banyan.gateway.lean.ReplyOut;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import org.jspecify.annotations.Nullable;

/** Takes WebSocket upgrades off a client connection and gives them to a {@link BackendSide}. */
@SuppressWarnings("FutureReturnValueIgnored") // Netty: a failed write closes the channel, and that is listened to
public final class Upgrades extends ChannelDuplexHandler {

    private final Intake intake;
    private final Tunnels tunnels;
    private final boolean reveal;
    private int exchanges;
    private boolean taken;
    private @Nullable BackendSide backend;

    /** {@code reveal} says whether replies tell which way they came. */
    public Upgrades(Intake intake, Tunnels tunnels, boolean reveal) {
        this.intake = intake;
        this.tunnels = tunnels;
        this.reveal = reveal;
    }

    @Override
    public void channelRead(ChannelHandlerContext client, Object message) {
        if (backend != null) {
            backend.fromClient(message);
        } else if (taken) {
            ReferenceCountUtil.release(message);
        } else if (message instanceof HttpRequest request
                && exchanges == 0
                && isWebSocket(request)
                && Framing.unsupported("GET", request.headers()) == null // what goes on is told why not
                && opened(client, request)) {
            ReferenceCountUtil.release(message);
        } else {
            if (message instanceof HttpRequest) {
                exchanges++;
            }
            client.fireChannelRead(message);
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
                && request.protocolVersion().equals(HttpVersion.HTTP_1_1)
                && request.method().equals(HttpMethod.GET)
                && head.containsValue(HttpHeaderNames.UPGRADE, "websocket", true)
                && head.containsValue(HttpHeaderNames.CONNECTION, "upgrade", true)
                && head.getAll(HttpHeaderNames.SEC_WEBSOCKET_KEY).size() == 1
                && !head.contains(HttpHeaderNames.CONTENT_LENGTH)
                && !head.contains(HttpHeaderNames.TRANSFER_ENCODING);
    }

    /** Takes the request, unless it is for a route with filters: they hold for plain requests, and as one of those it goes on. */
    private boolean opened(ChannelHandlerContext client, HttpRequest request) {
        Call call = intake.receive("GET", request.uri(), request.headers(), Peer.of(client.channel()));
        OwnReply instead = call.decide();
        if (instead == null && !call.routed().filters().isEmpty()) {
            return false;
        }
        taken = true;
        client.channel().config().setAutoRead(false);
        var out = new ReplyOut(client, request, reveal, () -> true);
        if (instead == null) {
            begin(client, call, out);
        } else {
            answer(client, out, instead);
        }
        return true;
    }

    private void begin(ChannelHandlerContext client, Call call, ReplyOut out) {
        switch (call.beginUpgrade()) {
            case Step.Ask ask -> {
                backend = new BackendSide(client, call, out, tunnels);
                backend.ask(ask);
            }
            case Step.Forward() -> throw new IllegalStateException("no reply to forward");
            case Step.Answer(Failure why) -> {
                OwnReply reply = call.answerFor(why);
                call.end(reply.status(), false);
                answer(client, out, reply);
            }
        }
    }

    private static void answer(ChannelHandlerContext client, ReplyOut out, OwnReply reply) {
        out.own(reply);
        client.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
    }

    @Override
    public void close(ChannelHandlerContext client, ChannelPromise promise) {
        if (backend == null || !backend.isUnderWay()) {
            client.close(promise);
            return;
        }
        // The server closes what it takes for an idle connection when it stops.
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
        if (backend != null) {
            backend.clientTakes(client.channel().isWritable());
        }
        if (!taken) { // whoever stands behind would read the client although the backend takes nothing
            client.fireChannelWritabilityChanged();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext client) {
        if (backend != null) {
            backend.clientGone();
        }
        client.fireChannelInactive();
    }
}
