package dev.banyan.gateway.backend;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.timeout.ReadTimeoutException;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import reactor.netty.NettyPipeline;

/** Fails a call over a connection of the client library whose backend does not take the body. */
final class UploadWatch extends ChannelInboundHandlerAdapter {

    private final Duration patience;
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
        if (!context.channel().isWritable()) {
            timer = context.executor().schedule(() -> giveUp(context), patience.toNanos(), TimeUnit.NANOSECONDS);
        }
        context.fireChannelWritabilityChanged();
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
