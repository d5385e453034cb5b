package dev.banyan.gateway.backend;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import reactor.netty.NettyPipeline;

/** Gives {@code OPTIONS *} its target: Reactor Netty's client knows only targets that are URLs or begin with a slash. */
public final class WholeServer extends ChannelOutboundHandlerAdapter {

    private static final String MARK = "x-banyan-whole-server";

    static void addTo(ChannelPipeline pipeline) {
        if (pipeline.get(NettyPipeline.HttpCodec) != null) {
            pipeline.addAfter(NettyPipeline.HttpCodec, "banyan.wholeServer", new WholeServer());
        }
    }

    /** Returns the target to give the client for {@code target}. */
    public static String forClient(String target) {
        return target.equals("*") ? "/" : target;
    }

    /** Marks a head whose target is the whole server; that mark does not leave this process, and clients cannot set it. */
    public static void mark(HttpHeaders head, String target) {
        if (target.equals("*")) {
            head.set(MARK, "1");
        } else {
            head.remove(MARK);
        }
    }

    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // it is the promise that was handed in
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
        if (message instanceof HttpRequest request && request.headers().contains(MARK)) {
            request.headers().remove(MARK);
            request.setUri("*");
        }
        context.write(message, promise);
    }
}
