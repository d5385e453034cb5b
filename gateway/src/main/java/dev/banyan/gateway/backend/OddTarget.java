package dev.banyan.gateway.backend;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import reactor.netty.NettyPipeline;

/**
 * Sends a target as it is that Reactor Netty's client would change: {@code *}, since it knows only targets that are URLs or begin
 * with a slash, and what it takes for a fragment.
 */
public final class OddTarget extends ChannelOutboundHandlerAdapter {

    private static final String MARK = "x-banyan-odd-target";

    static void addTo(ChannelPipeline pipeline) {
        if (pipeline.get(NettyPipeline.HttpCodec) != null) {
            pipeline.addAfter(NettyPipeline.HttpCodec, "banyan.oddTarget", new OddTarget());
        }
    }

    /** Returns the target to give the client for {@code target}. */
    public static String forClient(String target) {
        return isOdd(target) ? "/" : target;
    }

    /** Marks a head whose target is odd; that mark does not leave this process, and clients cannot set it. */
    public static void mark(HttpHeaders head, String target) {
        if (isOdd(target)) {
            head.set(MARK, target);
        } else {
            head.remove(MARK);
        }
    }

    private static boolean isOdd(String target) {
        return target.equals("*") || target.indexOf('#') >= 0;
    }

    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // it is the promise that was handed in
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
        if (message instanceof HttpRequest request) {
            String target = request.headers().get(MARK);
            if (target != null) {
                request.headers().remove(MARK);
                request.setUri(target);
            }
        }
        context.write(message, promise);
    }
}
