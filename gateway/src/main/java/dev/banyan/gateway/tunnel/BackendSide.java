package dev.banyan.gateway.tunnel;

import dev.banyan.gateway.backend.Deadline;
import dev.banyan.gateway.backend.Failure;
import dev.banyan.gateway.backend.LiveBackend;
import dev.banyan.gateway.backend.ReplyDecoder;
import dev.banyan.gateway.call.Call;
import dev.banyan.gateway.call.HostNames;
import dev.banyan.gateway.call.OwnReply;
import dev.banyan.gateway.call.Step;
import dev.banyan.gateway.connect.Dial;
import dev.banyan.gateway.edge.ForgottenReset;
import dev.banyan.gateway.http.Framing;
import dev.banyan.gateway.http.OwnCookies;
import dev.banyan.gateway.http.Target;
import dev.banyan.gateway.lean.ReplyOut;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequestEncoder;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import reactor.netty.NettyPipeline;

/** The backend's end of an upgrade: its reply goes to the client as any other's does, and behind a 101 the bytes of both go to each other. */
@SuppressWarnings("FutureReturnValueIgnored") // Netty: a failed write closes the channel, and that is listened to
final class BackendSide extends ChannelInboundHandlerAdapter {

    private enum State {
        ASKED,
        /** It has not switched; its reply is on its way. */
        REPLYING,
        TUNNEL,
        ENDED
    }

    private final ChannelHandlerContext client;
    private final Call call;
    private final ReplyOut out;
    private final Tunnels tunnels;
    private final String accept;
    private final Duration patience;
    private final ReplyDecoder replies;
    private final HttpRequestEncoder requests = new HttpRequestEncoder();
    private final ToClient toClient;
    /** For the head of its reply, and then for the next piece. */
    private final Deadline deadline;

    private final ForgottenReset forgotten =
            new ForgottenReset(backend -> backend.channel().config().isAutoRead(), this::broken);
    private State state = State.ASKED;
    private @Nullable Future<Channel> dial;
    private @Nullable Channel channel;
    /** How long a reply that has begun may bring nothing while the client takes it; 0 is for as long as it likes. */
    private long silenceNanos;

    private boolean leaving;

    /** For a call that has turned to its backend. */
    BackendSide(ChannelHandlerContext client, Call call, ReplyOut out, Tunnels tunnels) {
        this.client = client;
        this.call = call;
        this.out = out;
        this.tunnels = tunnels;
        this.toClient = new ToClient(client);
        this.deadline = new Deadline(client.executor(), this::giveUp);
        this.replies = new ReplyDecoder(call.serving().distrust());
        this.accept = Accept.of(call.head().get(HttpHeaderNames.SEC_WEBSOCKET_KEY, ""));
        this.patience = call.headTimeout(call.serving());
    }

    void ask(Step.Ask whom) {
        LiveBackend backend = whom.backend();
        HttpHeaders head = call.head();
        HostNames.write(head, call.asked(), backend, whom.instance().origin(), call.hostFor(backend));
        OwnCookies.removeFromRequest(head, call.foreignCookies(backend));
        head.set(HttpHeaderNames.CONNECTION, "Upgrade").set(HttpHeaderNames.UPGRADE, "websocket");
        var request = new DefaultFullHttpRequest(
                HttpVersion.HTTP_1_1,
                HttpMethod.GET,
                Target.ascii(call.rewritten(call.target(), backend)),
                Unpooled.EMPTY_BUFFER,
                head,
                EmptyHttpHeaders.INSTANCE);
        replies.expectReply(false);
        tunnels.add(this); // until it is connected, too: that may take longer than a stop
        Channel from = client.channel();
        dial = Dial.to(backend, whom.instance(), from.eventLoop(), from.getClass(), replies, requests, this);
        dial.addListener((Future<Channel> dialled) -> {
            if (dialled.isSuccess()) {
                stands(dialled.getNow(), request);
            } else {
                tunnels.remove(this);
                fail(Failure.ofConnecting(dialled.cause()));
            }
        });
    }

    private void stands(Channel backend, DefaultFullHttpRequest request) {
        channel = backend;
        backend.closeFuture().addListener(_ -> gone());
        backend.config().setAutoRead(client.channel().isWritable()); // from here on it hears when that changes
        deadline.in(patience.toNanos());
        backend.writeAndFlush(request);
    }

    /** Nothing has come for too long. */
    private void giveUp() {
        if (state == State.REPLYING) {
            breakOff(Failure.TIMEOUT);
        } else {
            fail(Failure.TIMEOUT);
        }
    }

    /** Waits for the next piece of a reply that has begun, while the client takes them. */
    private void awaitMore() {
        if (silenceNanos > 0 && client.channel().isWritable()) {
            deadline.in(silenceNanos);
        } else {
            deadline.none();
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext backend, Object message) {
        if (state == State.TUNNEL && message instanceof ByteBuf bytes) {
            toClient.relay(bytes);
        } else if (state == State.TUNNEL && message instanceof LastHttpContent end) {
            client.writeAndFlush(end);
            becomeTunnel(backend);
        } else if (state == State.ASKED && message instanceof HttpResponse reply) {
            replied(reply);
        } else if (state == State.REPLYING && message instanceof HttpContent piece) {
            piece(piece);
        } else {
            ReferenceCountUtil.release(message);
        }
    }

    private void replied(HttpResponse reply) {
        int status = reply.status().code();
        boolean switches = status == 101;
        // Whoever claims to have switched without having read the request cannot be trusted with the end of anything.
        boolean usable = switches
                ? reply.headers().containsValue(HttpHeaderNames.UPGRADE, "websocket", true)
                        && reply.headers().contains(HttpHeaderNames.SEC_WEBSOCKET_ACCEPT, accept, false)
                : status >= 200;
        if (!usable
                || reply.decoderResult().isFailure()
                || Framing.isDoubtfulHead(reply.protocolVersion(), reply.status(), reply.headers())) {
            ReferenceCountUtil.release(reply);
            fail(Failure.RESET);
            return;
        }
        call.replied(status);
        if (switches) {
            deadline.end(); // a timer would keep all of this long after a short tunnel has ended
            state = State.TUNNEL;
            out.upgrade(call, reply);
            call.count(status, false);
        } else {
            state = State.REPLYING;
            silenceNanos = call.serving().silenceNanos(reply.headers());
            awaitMore();
            out.begin(call, reply);
        }
    }

    private void piece(HttpContent piece) {
        if (piece.decoderResult().isFailure()) {
            piece.release();
            breakOff(Failure.RESET);
        } else if (piece instanceof LastHttpContent last) {
            state = State.ENDED;
            call.end(out.end(last), false);
            closeBoth();
        } else {
            out.piece(piece);
            awaitMore();
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext backend) {
        if (state == State.ASKED && !replies.isClean()) {
            fail(Failure.RESET); // what it has said is no reply, and none comes any more
            return;
        }
        if (state == State.REPLYING) {
            out.flush();
        }
        forgotten.afterRead(backend);
    }

    /** Not just closed: a reply without a length would end with that as if it were whole. */
    private void broken(ChannelHandlerContext backend) {
        if (state == State.REPLYING) {
            breakOff(Failure.RESET);
        } else {
            backend.close();
        }
    }

    /** The decoder in front has told of the end of a reply that ends with its connection. */
    @Override
    public void channelInactive(ChannelHandlerContext backend) {
        if (state == State.REPLYING) {
            breakOff(Failure.RESET);
        }
        backend.fireChannelInactive();
    }

    /** No usable reply comes: the gateway answers, unless it is too late for that. */
    private void fail(Failure why) {
        if (state != State.ASKED) {
            return;
        }
        state = State.ENDED;
        call.failed(why, false);
        OwnReply reply = call.answerFor(why);
        out.own(reply);
        call.end(reply.status(), false);
        closeBoth();
    }

    private void breakOff(Failure why) {
        state = State.ENDED;
        call.brokeOff(why);
        out.cut();
        call.end(out.statusSent(), false);
        closeBoth();
    }

    private void closeBoth() {
        deadline.end();
        replies.closes();
        client.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
        if (channel != null) {
            channel.close();
        } else if (dial != null) {
            dial.cancel(false);
        }
    }

    /** The backend has gone. */
    private void gone() {
        tunnels.remove(this);
        deadline.end();
        switch (state) {
            case ASKED -> fail(Failure.RESET);
            case TUNNEL -> {
                state = State.ENDED;
                call.abandon();
                toClient.end();
            }
            case REPLYING, ENDED -> {}
        }
    }

    /** The client has gone. What it has sent last still has to reach a backend, which may be waiting for somebody to read what it sends. */
    void clientGone() {
        Channel backend = channel;
        if (state == State.TUNNEL && backend != null) {
            backend.config().setAutoRead(true);
            backend.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
            var cut = backend.eventLoop().schedule(() -> backend.close(), patience.toMillis(), TimeUnit.MILLISECONDS);
            backend.closeFuture().addListener(_ -> cut.cancel(false));
        } else if (state != State.ENDED) {
            state = State.ENDED;
            out.drop();
            call.abandon();
            call.end(out.statusSent(), true);
            closeBoth();
        }
    }

    /** Takes what the client sends. */
    void fromClient(Object message) {
        if (state == State.TUNNEL && channel != null && message instanceof ByteBuf) {
            channel.writeAndFlush(message);
        } else {
            ReferenceCountUtil.release(message);
        }
    }

    /** The client takes more, or does not. */
    void clientTakes(boolean more) {
        if (channel != null) {
            channel.config().setAutoRead(more);
            if (state == State.REPLYING) {
                awaitMore();
            }
        }
    }

    /** Begins to end this tunnel: a close frame to the client as soon as the backend is between two frames, and a cut after {@code atMost}. */
    void goAway(Duration atMost) {
        client.executor().execute(() -> {
            leaving = true;
            if (isTunnel()) {
                toClient.goAway();
            }
        });
        var cut = client.executor().schedule(() -> client.close(), atMost.toMillis(), TimeUnit.MILLISECONDS);
        client.channel().closeFuture().addListener(_ -> cut.cancel(false));
    }

    boolean isTunnel() {
        return state == State.TUNNEL;
    }

    /** Whether it ends in its own time: with its reply, or as a tunnel. */
    boolean isUnderWay() {
        return state != State.ENDED;
    }

    private void becomeTunnel(ChannelHandlerContext backend) {
        // The codecs go only now, so that what came right behind the 101 is relayed as bytes and in order.
        backend.pipeline().remove(requests); // first: the client's passes on what it holds
        client.pipeline().remove(NettyPipeline.HttpCodec);
        backend.pipeline().remove(replies);
        client.channel().config().setAutoRead(true);
        if (leaving) {
            toClient.goAway();
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext backend) {
        if (state == State.TUNNEL) {
            client.channel().config().setAutoRead(backend.channel().isWritable());
        }
        backend.fireChannelWritabilityChanged();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext backend, Throwable cause) {
        broken(backend);
    }
}
