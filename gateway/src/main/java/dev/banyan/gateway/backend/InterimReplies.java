package dev.banyan.gateway.backend;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import reactor.netty.NettyPipeline;

/**
 * Swallows replies that announce another one, such as 103: Reactor Netty takes the first head it sees for the final one. 101
 * never comes here, because upgrades do not use this client.
 */
final class InterimReplies extends ChannelInboundHandlerAdapter {

    private boolean interim;

    static void dropFrom(ChannelPipeline pipeline) {
        if (pipeline.get(NettyPipeline.HttpCodec) != null) {
            pipeline.addAfter(NettyPipeline.HttpCodec, "banyan.interimReplies", new InterimReplies());
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (message instanceof HttpResponse reply) {
            interim = reply.decoderResult().isSuccess()
                    && reply.status().codeClass() == HttpStatusClass.INFORMATIONAL
                    && reply.status().code() != 101;
        }
        if (!interim) {
            context.fireChannelRead(message);
            return;
        }
        if (message instanceof LastHttpContent) {
            interim = false;
        }
        ReferenceCountUtil.release(message);
        context.read();
    }
}
