package dev.banyan.gateway.backend;

import dev.banyan.gateway.edge.Late;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.timeout.ReadTimeoutException;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import reactor.netty.NettyPipeline;

/**
 * Fails a call over a connection of the client library whose backend does not take its body, or does not begin to reply, in time. The
 * library's own limit begins when the backend has taken all of the body, and each byte that comes renews it.
 */
public final class ReplyWatch extends ChannelInboundHandlerAdapter {

    private final Late late = new Late();
    private @Nullable ChannelHandlerContext context;
    private long patienceNanos;
    /** Whether a reply's head is still to come; from there on a call may stream both ways for as long as it likes. */
    private boolean awaited;

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
    public void begin(Duration patience) {
        inLoop(() -> {
            stop();
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
        context.fireChannelWritabilityChanged();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (message instanceof HttpResponse reply && reply.status().codeClass() != HttpStatusClass.INFORMATIONAL) {
            awaited = false;
            stop();
        }
        context.fireChannelRead(message);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        awaited = false;
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
        if (late.looksAgain(due, System.nanoTime())) {
            giveUpIn(Late.AGAIN_NANOS);
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
