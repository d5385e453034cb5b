package dev.banyan.gateway.edge;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslHandler;
import java.util.concurrent.TimeUnit;

/** How a connection ends whose client may still be sending: closed at once, it could take with it what we have sent. */
@SuppressWarnings("FutureReturnValueIgnored") // Netty: a connection that is being closed reports to nobody
public final class Linger {

    /*
     * What has left is not there yet: the system keeps megabytes for a client that takes them slowly, and throws them away if that one goes on
     * sending to a connection that is closed. Our end comes behind all of it, and the system knows when it has arrived.
     */

    /** How long what the client sends may go on coming. */
    private static final int MILLIS = 2_000;

    /** How many times as long our end may be on its way. */
    private static final int TIMES_MAX = 30;

    private Linger() {}

    /** Ends our side of a connection once all that was written has left, and theirs a moment after that has arrived. */
    public static void end(ChannelHandlerContext client) {
        client.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(_ -> {
            if (canEndOneSide(client)) {
                ((DuplexChannel) client.channel()).shutdownOutput();
            }
            closeLater(client, TIMES_MAX);
        });
    }

    private static void closeLater(ChannelHandlerContext client, int times) {
        client.executor()
                .schedule(
                        () -> {
                            if (times > 1 && TcpState.isEndUnderWay(client.channel())) {
                                closeLater(client, times - 1);
                            } else {
                                client.close();
                            }
                        },
                        MILLIS,
                        TimeUnit.MILLISECONDS);
    }

    /** Whether our side can end alone; the end of TLS is one of both sides, and a stream has another way to end. */
    public static boolean canEndOneSide(ChannelHandlerContext client) {
        return client.channel() instanceof DuplexChannel && client.pipeline().get(SslHandler.class) == null;
    }
}
