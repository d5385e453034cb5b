package dev.banyan.gateway.backend;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
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

/** Fails a call over a connection of the client library whose backend does not take the body before it replies. */
final class UploadWatch extends ChannelInboundHandlerAdapter {

    private final Duration patience;
    private boolean replying;
    private @Nullable Future<?> timer;

    private UploadWatch(Duration patience) {
        this.patience = patience;
    }

    /** Adds itself where there is an HTTP codec. */
    static void addTo(ChannelPipeline pipeline, Duration patience) {
        if (pipeline.get(NettyPipeline.HttpCodec) != null) {
            pipeline.addAfter(NettyPipeline.HttpCodec, "banyan.uploadWatch", new UploadWatch(patience));
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        stop();
        if (!replying && !context.channel().isWritable()) {
            timer = context.executor().schedule(() -> giveUp(context), patience.toNanos(), TimeUnit.NANOSECONDS);
        }
        context.fireChannelWritabilityChanged();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (message instanceof HttpResponse reply && reply.status().codeClass() != HttpStatusClass.INFORMATIONAL) {
            replying = true;
            stop(); // from here on it may stream both ways for as long as it likes
        }
        if (message instanceof LastHttpContent) {
            replying = false;
        }
        context.fireChannelRead(message);
    }

    @SuppressWarnings("FutureReturnValueIgnored") // Netty: a connection that is being closed reports to nobody
    private static void giveUp(ChannelHandlerContext context) {
        context.fireExceptionCaught(ReadTimeoutException.INSTANCE);
        context.close();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        stop();
        context.fireChannelInactive();
    }

    private void stop() {
        if (timer != null) {
            timer.cancel(false);
            timer = null;
        }
    }
}
