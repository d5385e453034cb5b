package dev.banyan.gateway.edge;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPromise;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.AttributeKey;

/**
 * A reply that ends with its connection, as clients of HTTP/1.0 get those of no known length. Until all of it has left, the end of the
 * connection is a reset, whoever brings it about: an orderly end, of TCP or of TLS, would make a part of it look whole.
 */
@SuppressWarnings("FutureReturnValueIgnored") // Netty: a connection that is being closed reports to nobody
public final class OpenEnd {

    private static final AttributeKey<Boolean> OPEN = AttributeKey.valueOf("banyan.openEnd");

    /** What sockets have unless they are told something else: what is on its way still arrives. */
    private static final int NO_LINGER = -1;

    private OpenEnd() {}

    /** Such a reply begins on {@code connection}. */
    public static void begins(Channel connection) {
        connection.attr(OPEN).set(true);
        linger(connection, 0); // also for when this process ends
    }

    /** All of it has left, so that the connection may end as others do. */
    public static void reached(Channel connection) {
        connection.attr(OPEN).set(false);
        linger(connection, NO_LINGER);
    }

    private static void linger(Channel connection, int seconds) {
        if (connection.isOpen()) {
            connection.config().setOption(ChannelOption.SO_LINGER, seconds);
        }
    }

    /** Closes from {@code context} on, but where such a reply has not ended, without the goodbye of TLS. */
    static void close(ChannelHandlerContext context, ChannelPromise promise) {
        Channel connection = context.channel();
        ChannelHandlerContext tls = connection.pipeline().context(SslHandler.class);
        boolean open = connection.hasAttr(OPEN)
                && Boolean.TRUE.equals(connection.attr(OPEN).get());
        (open && tls != null ? tls : context).close(promise);
    }
}
