package dev.banyan.gateway.lean;

import dev.banyan.gateway.call.Call;
import dev.banyan.gateway.call.OwnReply;
import dev.banyan.gateway.call.Step;
import dev.banyan.gateway.connect.BackendConnection;
import dev.banyan.gateway.connect.Pool;
import dev.banyan.gateway.edge.Linger;
import dev.banyan.gateway.edge.Refused;
import dev.banyan.gateway.http.Framing;
import dev.banyan.gateway.http.Peer;
import dev.banyan.gateway.http.Refusal;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http2.Http2StreamChannel;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A client's connection, or one stream of it, before Reactor Netty: serves the requests whose route asks for no filter, and hands all others on. One
 * request at a time; what a client sends ahead waits here, whichever way it will go.
 */
@SuppressWarnings("FutureReturnValueIgnored") // Netty: a failed write closes the channel, and that is listened to
final class ClientSide extends ChannelDuplexHandler {

    private static final Logger LOG = LoggerFactory.getLogger(ClientSide.class);

    /*
     * Reactor Netty starts a connection without automatic reading and drives reads by demand. While one of its own exchanges has a
     * body to come it must go on doing so, or a slow backend would fill the memory; at all other times reading is ours, so that
     * the end of the connection is seen. It closes connections when it stops, knowing nothing of exchanges here: those
     * are finished first.
     *
     * Between two requests reading waits for the client, too: who asks on and on and takes none of the replies would fill the memory with them.
     */

    private enum Mode {
        IDLE,
        LEAN,
        CHAIN,
        /** Answered; the rest of the request is thrown away. */
        UNWANTED
    }

    private final LeanPath path;
    private final Pool pool;
    private @Nullable ChannelHandlerContext context;

    private Mode mode = Mode.IDLE;
    private @Nullable Exchange exchange;
    private @Nullable ReplyOut out;
    private boolean requestDone;
    private final Unwanted unwanted = new Unwanted();
    private boolean lastOne;
    private boolean closing;
    private boolean backendTakes = true;
    private final SentAhead ahead;
    private boolean draining;
    /** Whether the chain's exchange is over and what comes after it is about to begin. */
    private boolean nextDue;

    private final ChainReply chainReply = new ChainReply();

    ClientSide(LeanPath path, Pool pool, Consumer<Boolean> holdBack) {
        this.path = path;
        this.pool = pool;
        this.ahead = new SentAhead(holdBack);
    }

    @Override
    public void handlerAdded(ChannelHandlerContext added) {
        context = added;
    }

    @Override
    public void channelActive(ChannelHandlerContext active) {
        if (!(active.channel().remoteAddress() instanceof InetSocketAddress)) {
            active.close(); // it was reset before it was accepted
            return;
        }
        path.opened(this);
        lastOne = path.isStopping();
        active.fireChannelActive();
        active.channel().config().setAutoRead(true);
    }

    @Override
    public void channelRead(ChannelHandlerContext client, Object message) {
        if (closing) {
            ReferenceCountUtil.release(message);
        } else if (mode == Mode.IDLE && ahead.isEmpty() && client.channel().isWritable()) {
            begin(client, message);
        } else if (mode != Mode.IDLE && !requestDone) {
            more(client, message);
        } else {
            ahead.add(message);
            setReading();
        }
    }

    private void begin(ChannelHandlerContext client, Object message) {
        if (!(message instanceof HttpRequest request)) {
            ReferenceCountUtil.release(message);
            return;
        }
        requestDone = message instanceof LastHttpContent;
        Refusal misread = Refused.of(request);
        if (misread != null) {
            answer(
                    client,
                    request,
                    OwnReply.refusal(misread.status(), misread.reason()).andClose());
            return;
        }
        if (requestDone || request.decoderResult().isFailure()) {
            toChain(client, request, null);
            return;
        }
        backendTakes = true;
        Refusal refusal = Framing.unsupported(request.method().name(), request.headers());
        if (refusal != null) {
            path.intake().traffic().refused(refusal.status());
            answer(
                    client,
                    request,
                    OwnReply.refusal(refusal.status(), refusal.reason()).andClose());
            return;
        }
        var peer = Peer.of(client.channel());
        Call call = path.intake().receive(request.method().name(), request.uri(), request.headers(), peer);
        OwnReply instead = call.decide();
        if (instead != null) {
            answer(client, request, instead);
        } else if (call.routed().filters().isEmpty() && !path.chainOnly()) {
            mode = Mode.LEAN;
            var reply = new ReplyOut(client, request, path.reveal(), () -> lastOne);
            out = reply;
            var next = new Exchange(call, this, request, reply);
            exchange = next;
            next.begin(client.channel());
        } else {
            toChain(client, request, call);
        }
    }

    private void answer(ChannelHandlerContext client, HttpRequest request, OwnReply reply) {
        mode = Mode.LEAN;
        var to = new ReplyOut(client, request, path.reveal(), () -> lastOne);
        out = to;
        to.own(reply);
        ended();
    }

    private void toChain(ChannelHandlerContext client, HttpRequest request, @Nullable Call decided) {
        mode = Mode.CHAIN;
        chainReply.begin(request);
        if (decided == null || decided.hasBody()) {
            client.channel().config().setAutoRead(false);
        }
        Call.handOver(client.channel(), decided);
        client.fireChannelRead(request);
    }

    private void more(ChannelHandlerContext client, Object message) {
        requestDone = message instanceof LastHttpContent;
        Exchange current = exchange;
        if (mode == Mode.CHAIN && chainReply.isWhole() && !unwanted.isBearable(message)) {
            ReferenceCountUtil.release(message);
            close(client);
        } else if (mode == Mode.CHAIN) {
            client.fireChannelRead(requestDone ? lastForChain((LastHttpContent) message) : message);
            chainDone();
        } else if (mode == Mode.LEAN && current != null && message instanceof HttpContent piece) {
            current.requestPiece(piece);
        } else {
            boolean bearable = unwanted.discard(message);
            if (!bearable) {
                close(client);
            } else if (requestDone) {
                next();
            }
        }
    }

    /**
     * Returns what the chain gets as the end of a body. Of one that is not framed as its head says it is told by whoever reads it; Reactor Netty
     * would end a reply that has begun as if it were whole.
     */
    private LastHttpContent lastForChain(LastHttpContent last) {
        if (last.decoderResult().isSuccess()) {
            return last;
        }
        lastOne = true;
        last.release();
        return LastHttpContent.EMPTY_LAST_CONTENT;
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext client) {
        if (exchange != null) {
            exchange.flushRequest();
        }
        client.fireChannelReadComplete();
    }

    /** Returns a connection for a call. */
    BackendConnection connection(Step.Ask ask, Exchange owner) {
        return pool.take(ask.backend(), ask.instance(), ask.anew(), owner);
    }

    /** Reads on, or not for now, because of how much the backend takes. */
    void readOn(boolean more) {
        backendTakes = more;
        setReading();
    }

    private void setReading() {
        ChannelHandlerContext client = context;
        boolean full = ahead.isFull();
        if (client == null || (mode == Mode.CHAIN && !requestDone)) {
            return;
        }
        boolean on =
                backendTakes && !full && (mode != Mode.IDLE || client.channel().isWritable());
        if (client.channel().config().isAutoRead() != on) {
            client.channel().config().setAutoRead(on);
        }
    }

    /** The exchange has ended, with its reply written or cut. */
    void ended() {
        exchange = null;
        if (requestDone) {
            next();
        } else {
            mode = Mode.UNWANTED;
            unwanted.begin();
            readOn(true);
            ChannelHandlerContext client = context;
            if (out != null && !out.keepsAlive() && client != null) {
                client.executor().execute(() -> linger(client));
            }
        }
    }

    private void linger(ChannelHandlerContext client) {
        boolean whole = mode != Mode.UNWANTED || closing; // the request had no body, or all of it has come meanwhile
        if (!whole) {
            Linger.end(client);
        }
    }

    /** Goes on with what was sent ahead, or closes after the last reply. */
    private void next() {
        ChannelHandlerContext client = context;
        if (client == null) {
            return;
        }
        boolean close = lastOne || (out != null && !out.keepsAlive());
        out = null;
        nextDue = false;
        mode = Mode.IDLE;
        backendTakes = true;
        if (close) {
            close(client);
        } else {
            setReading();
            goOn(client);
        }
    }

    private void goOn(ChannelHandlerContext client) {
        if (draining) {
            return;
        }
        draining = true;
        try {
            Object message;
            while (!closing
                    && (mode == Mode.IDLE ? client.channel().isWritable() : !requestDone)
                    && (message = ahead.poll()) != null) {
                if (mode == Mode.IDLE) {
                    begin(client, message);
                } else {
                    more(client, message);
                }
            }
        } finally {
            draining = false;
        }
        setReading();
        if (exchange != null) {
            exchange.flushRequest();
        }
    }

    private void close(ChannelHandlerContext client) {
        closing = true;
        ahead.release();
        client.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(_ -> client.close());
    }

    /** Sees a reply of the chain. */
    @Override
    public void write(ChannelHandlerContext client, Object message, ChannelPromise promise) {
        if (mode != Mode.CHAIN) {
            client.write(message, promise);
            return;
        }
        boolean wasWhole = chainReply.isWhole();
        chainReply.write(client, message, lastOne, promise);
        if (!requestDone && chainReply.isWhole() && !wasWhole) {
            restIsUnwanted(client);
        } else {
            chainDone();
        }
    }

    private void chainDone() {
        ChannelHandlerContext client = context;
        if (mode != Mode.CHAIN || nextDue || !requestDone || !chainReply.isWhole() || client == null) {
            return;
        }
        // Later: Reactor Netty is in the middle of its own write.
        if (lastOne || chainReply.isLast()) {
            closing = true;
            ahead.release();
            client.executor().execute(() -> close(client));
        } else if (ahead.isEmpty()) {
            next();
        } else {
            nextDue = true;
            client.executor().execute(this::next);
        }
    }

    /* What comes now reaches nobody. Reactor Netty throws away all of it, or closes at once, which may take the reply with it. */
    private void restIsUnwanted(ChannelHandlerContext client) {
        unwanted.begin();
        if (lastOne || chainReply.isLast()) {
            mode = Mode.UNWANTED;
            lastOne = true;
            readOn(true);
            client.executor().execute(() -> linger(client));
        }
    }

    /** From now on each reply is the last of its connection; {@code told} runs when that holds here. */
    void announceStop(Runnable told) {
        onItsLoop(told, _ -> {
            lastOne = true;
            told.run();
        });
    }

    /**
     * Ends this connection with the reply it is at, if there is one; {@code ended} runs when no exchange of this path is left on it. Streams end
     * with their connection.
     */
    void stop(Runnable ended) {
        onItsLoop(ended, client -> {
            lastOne = true;
            if (mode == Mode.CHAIN || isIdleStream(client)) {
                ended.run();
                return;
            }
            client.channel().closeFuture().addListener(_ -> ended.run());
            // Reactor Netty closes it too, unless a call was in flight when it looked and has ended since.
            if (mode == Mode.IDLE) {
                close(client);
            }
        });
    }

    private boolean isIdleStream(ChannelHandlerContext client) {
        return mode == Mode.IDLE && client.channel() instanceof Http2StreamChannel;
    }

    private void onItsLoop(Runnable none, Consumer<ChannelHandlerContext> task) {
        ChannelHandlerContext client = context;
        if (client == null) {
            none.run();
        } else {
            client.executor().execute(() -> task.accept(client));
        }
    }

    @Override
    public void close(ChannelHandlerContext client, ChannelPromise promise) {
        if (mode == Mode.CHAIN || isIdleStream(client)) {
            client.close(promise);
        } else if (mode == Mode.IDLE) {
            // Behind a reply whose end a slow client has not taken yet.
            client.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(_ -> client.close(promise));
        } else {
            lastOne = true;
            client.channel().closeFuture().addListener(_ -> promise.trySuccess());
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext client) {
        if (exchange != null) {
            exchange.clientTakes(client.channel().isWritable());
        } else if (mode == Mode.IDLE && !closing) {
            setReading();
            goOn(client);
        }
        client.fireChannelWritabilityChanged();
    }

    @Override
    public void channelInactive(ChannelHandlerContext client) {
        closing = true;
        path.closed(this);
        ahead.release();
        Exchange current = exchange;
        exchange = null;
        if (current != null) {
            current.clientGone();
        }
        client.fireChannelInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext client, Throwable cause) {
        if (mode == Mode.CHAIN && !(cause instanceof OutOfMemoryError)) {
            client.fireExceptionCaught(cause);
            return;
        }
        boolean ours = !(cause instanceof IOException || cause instanceof DecoderException);
        if (ours) {
            LOG.warn("a client's connection or stream ends for a fault", cause);
        }
        client.close(); // what was read is lost, and behind a stream there may be nobody yet to hear of it
    }
}
