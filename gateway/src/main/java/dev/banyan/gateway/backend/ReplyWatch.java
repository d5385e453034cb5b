package dev.banyan.gateway.backend;

import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.LastHttpContent;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import reactor.netty.NettyPipeline;

/**
 * Fails a call over a connection of the client library whose backend does not take its body, does not begin to reply, or falls silent within
 * its reply, in time. The library's own limit begins when the backend has taken all of the body, and each byte that comes renews it.
 */
public final class ReplyWatch extends ChannelDuplexHandler {

    private final Channel channel;
    private final Deadline deadline;
    /** Of the call that is under way, or null. */
    private @Nullable LiveBackend backend;

    private boolean bodyEnded;
    private boolean replying;
    /** Whether somebody wants the next bytes. */
    private boolean wanted;

    private boolean inRead;

    private ReplyWatch(Channel channel) {
        this.channel = channel;
        this.deadline = new Deadline(channel.eventLoop(), this::timedOut);
    }

    /** Adds itself where there is an HTTP codec. */
    static void addTo(ChannelPipeline pipeline) {
        if (pipeline.get(NettyPipeline.HttpCodec) != null) {
            pipeline.addAfter(NettyPipeline.HttpCodec, "banyan.replyWatch", new ReplyWatch(pipeline.channel()));
        }
    }

    /** Returns the one of a connection of the client library. */
    public static ReplyWatch of(Channel channel) {
        ReplyWatch watch = channel.pipeline().get(ReplyWatch.class);
        if (watch == null) {
            throw new IllegalStateException("no watch (expected: one on each connection)");
        }
        return watch;
    }

    /** A call begins whose backend may take so long for its head, and as long without taking any of the body. */
    public void begin(Duration patience, LiveBackend asked) {
        inLoop(() -> {
            backend = asked;
            bodyEnded = false;
            replying = false;
            deadline.callBegins(channel, patience.toNanos());
        });
    }

    /** All of the request has been handed over. */
    public void bodyEnds() {
        inLoop(() -> {
            bodyEnded = true;
            awaitTurn();
        });
    }

    private void inLoop(Runnable step) {
        if (channel.eventLoop().inEventLoop()) {
            step.run();
        } else {
            channel.eventLoop().execute(step);
        }
    }

    private void over() {
        backend = null;
        replying = false;
        deadline.none();
    }

    /** Whose turn it is may have changed, or the backend has just done something. */
    private void awaitTurn() {
        deadline.turn(bodyEnded, wanted);
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        awaitTurn();
        context.fireChannelWritabilityChanged();
    }

    @Override
    public void read(ChannelHandlerContext context) {
        if (!wanted) {
            wanted = true;
            if (replying) {
                awaitTurn();
            }
        }
        context.read();
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        inRead = false;
        context.fireChannelReadComplete();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        wanted &= inRead; // unless somebody has asked for more since this read began
        inRead = true;
        LiveBackend of = backend;
        if (message instanceof HttpResponse reply
                && reply.status().codeClass() != HttpStatusClass.INFORMATIONAL
                && of != null) {
            replying = true;
            deadline.replyBegins(of.silenceNanos(reply.headers()));
        }
        if (replying && message instanceof LastHttpContent) {
            over();
        } else if (replying) {
            awaitTurn();
        }
        context.fireChannelRead(message);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        over();
        deadline.end();
        context.fireChannelInactive();
    }

    @SuppressWarnings("FutureReturnValueIgnored") // Netty: a connection that is being closed reports to nobody
    private void timedOut() {
        ChannelHandlerContext context = channel.pipeline().context(this);
        if (context != null) {
            context.fireExceptionCaught(new BackendFailure(Failure.TIMEOUT));
            context.close();
        }
    }
}
