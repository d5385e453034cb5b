package dev.banyan.gateway.edge;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslHandler;
import java.util.concurrent.TimeUnit;

/** How a connection ends whose client may still be sending. */
@SuppressWarnings("FutureReturnValueIgnored") // Netty: a connection that is being closed reports to nobody
public final class Linger {

    /** How long what the client sends may go on coming. */
    private static final int MILLIS = 2_000;

    private Linger() {}

    /** Ends our side of a connection, and theirs a moment later: closed at once, it could take with it what we have sent. */
    public static void end(ChannelHandlerContext client) {
        client.executor().schedule(() -> client.close(), MILLIS, TimeUnit.MILLISECONDS);
        if (canEndOneSide(client)) {
            client.writeAndFlush(Unpooled.EMPTY_BUFFER)
                    .addListener(_ -> ((DuplexChannel) client.channel()).shutdownOutput());
        }
    }

    /** Whether our side can end alone; the end of TLS is one of both sides, and a stream has another way to end. */
    public static boolean canEndOneSide(ChannelHandlerContext client) {
        return client.channel() instanceof DuplexChannel && client.pipeline().get(SslHandler.class) == null;
    }
}
