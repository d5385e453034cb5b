package dev.banyan.gateway.backend;

import dev.banyan.gateway.edge.ForgottenReset;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.channel.CombinedChannelDuplexHandler;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestEncoder;
import io.netty.handler.codec.http.LastHttpContent;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import reactor.netty.Connection;
import reactor.netty.NettyPipeline;

/** The codec of a connection of the client library, for which whatever comes unasked would be the beginning of the next reply. */
final class ReplyCodec extends CombinedChannelDuplexHandler<ReplyDecoder, HttpRequestEncoder> {

    private ReplyCodec(Distrust distrust) {
        super(new ReplyDecoder(distrust), new HttpRequestEncoder());
    }

    /** Takes the place of the library's own codec. */
    static void putInto(ChannelPipeline pipeline, Distrust distrust) {
        var codec = new ReplyCodec(distrust);
        pipeline.replace(NettyPipeline.HttpCodec, NettyPipeline.HttpCodec, codec);
        pipeline.addAfter(NettyPipeline.HttpCodec, "banyan.replyEnd", codec.new End());
    }

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) throws Exception {
        if (message instanceof HttpRequest request) {
            inboundHandler().expectReply(request.method().equals(HttpMethod.HEAD));
        }
        super.write(context, message, promise);
    }

    /** Over io_uring a connection stays open for a while yet, in which the end of a reply would give it to the next call. */
    @Override
    public void close(ChannelHandlerContext context, ChannelPromise promise) throws Exception {
        inboundHandler().closes();
        Connection.from(context.channel()).markPersistent(false);
        super.close(context, promise);
    }

    /**
     * Holds the end of a reply back until all that was read with it has been decoded: with it the library gives the connection to the next
     * call. Closes one that has brought more than was asked for.
     */
    private final class End extends ChannelDuplexHandler {

        private @Nullable LastHttpContent end;
        /** Whether somebody wants the next bytes. */
        private boolean wanted;

        private final ForgottenReset forgotten = new ForgottenReset(_ -> wanted, this::broken);

        @Override
        public void read(ChannelHandlerContext context) {
            wanted = true;
            context.read();
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            if (message instanceof LastHttpContent last) {
                end = last;
            } else {
                context.fireChannelRead(message);
            }
        }

        @Override
        @SuppressWarnings("FutureReturnValueIgnored") // Netty: a connection that is being closed reports to nobody
        public void channelReadComplete(ChannelHandlerContext context) {
            boolean clean = inboundHandler().isClean();
            if (!clean) {
                Connection.from(context.channel()).markPersistent(false);
            }
            LastHttpContent last = end;
            end = null;
            wanted = false;
            if (last != null) {
                context.fireChannelRead(last);
            }
            if (!clean) {
                context.close();
            }
            context.fireChannelReadComplete();
            if (last == null) {
                forgotten.afterRead(context);
            }
        }

        /** Not just closed: a reply without a length would end with that as if it were whole. */
        @SuppressWarnings("FutureReturnValueIgnored") // Netty: a connection that is being closed reports to nobody
        private void broken(ChannelHandlerContext context) {
            context.fireExceptionCaught(new IOException("connection reset"));
            context.close();
        }

        @Override
        public void handlerRemoved(ChannelHandlerContext context) {
            if (end != null) {
                end.release();
                end = null;
            }
        }
    }
}
