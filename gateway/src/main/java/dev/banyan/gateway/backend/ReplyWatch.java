package dev.banyan.gateway.backend;

import dev.banyan.gateway.edge.Late;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.timeout.ReadTimeoutException;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import reactor.netty.NettyPipeline;

/**
 * Fails a call over a connection of the client library whose backend does not take its body, does not begin to reply, or falls silent within
 * its reply, in time. The library's own limit begins when the backend has taken all of the body, and each byte that comes renews it.
 */
public final class ReplyWatch extends ChannelDuplexHandler {

    private final Late late = new Late();
    private @Nullable ChannelHandlerContext context;
    private @Nullable LiveBackend backend;
    private long patienceNanos;
    /** Whether a reply's head is still to come. */
    private boolean awaited;
    /** How long the reply that has begun may bring nothing while it is the backend's turn; 0 is for as long as it likes. */
    private long silenceNanos;
    /** Whether somebody wants the next bytes. */
    private boolean wanted;

    private boolean inRead;
    private long silentSince;

    private boolean bodyEnded;
    private @Nullable Future<?> timer;

    private ReplyWatch() {}

    /** Adds itself where there is an HTTP codec. */
    static void addTo(ChannelPipeline pipeline) {
        if (pipeline.get(NettyPipeline.HttpCodec) != null) {
            pipeline.addAfter(NettyPipeline.HttpCodec, "banyan.replyWatch", new ReplyWatch());
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
            stop();
            backend = asked;
            silenceNanos = 0;
            patienceNanos = patience.toNanos();
            awaited = true;
            bodyEnded = false;
        });
    }

    /** All of the request has been handed over. */
    public void bodyEnds() {
        inLoop(() -> {
            bodyEnded = true;
            if (awaited) {
                stop();
                giveUpIn(patienceNanos);
            } else {
                turn();
            }
        });
    }

    private void inLoop(Runnable step) {
        ChannelHandlerContext at = context;
        if (at == null || at.executor().inEventLoop()) {
            step.run();
        } else {
            at.executor().execute(step);
        }
    }

    @Override
    public void handlerAdded(ChannelHandlerContext added) {
        context = added;
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        if (awaited && !bodyEnded) {
            stop();
            if (!context.channel().isWritable()) {
                giveUpIn(patienceNanos);
            }
        }
        turn();
        context.fireChannelWritabilityChanged();
    }

    @Override
    public void read(ChannelHandlerContext context) {
        if (!wanted) {
            wanted = true;
            turn();
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
        if (message instanceof HttpResponse reply && reply.status().codeClass() != HttpStatusClass.INFORMATIONAL) {
            awaited = false;
            stop();
            silenceNanos = backend == null ? 0 : backend.silenceNanos(reply.headers());
        }
        if (message instanceof LastHttpContent) {
            silenceNanos = 0;
            stop();
        } else {
            turn();
        }
        context.fireChannelRead(message);
    }

    /** Whether it is the backend's turn may have changed, or it has just done something: its time begins anew. */
    private void turn() {
        if (silenceNanos > 0) {
            silentSince = System.nanoTime();
            if (timer == null && isBackendsTurn()) {
                giveUpIn(silenceNanos);
            }
        }
    }

    private boolean isBackendsTurn() {
        return wanted && bodyEnded;
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        awaited = false;
        silenceNanos = 0;
        stop();
        context.fireChannelInactive();
    }

    private void giveUpIn(long nanos) {
        ChannelHandlerContext at = context;
        if (at != null) {
            long due = System.nanoTime() + nanos;
            timer = at.executor().schedule(() -> giveUp(at, due), nanos, TimeUnit.NANOSECONDS);
        }
    }

    @SuppressWarnings("FutureReturnValueIgnored") // Netty: a connection that is being closed reports to nobody
    private void giveUp(ChannelHandlerContext context, long due) {
        timer = null;
        long now = System.nanoTime();
        if (late.looksAgain(due, now)) {
            giveUpIn(Late.AGAIN_NANOS);
        } else if (silenceNanos > 0 && !isBackendsTurn()) {
            return; // a turn of its begins the time anew
        } else if (silenceNanos > 0 && now - silentSince < silenceNanos) {
            giveUpIn(silenceNanos - (now - silentSince));
        } else {
            context.fireExceptionCaught(ReadTimeoutException.INSTANCE);
            context.close();
        }
    }

    private void stop() {
        if (timer != null) {
            timer.cancel(false);
            timer = null;
        }
    }
}
