package dev.banyan.gateway.lean;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import java.util.concurrent.TimeUnit;

/** What still comes of a request that has been answered before its end: thrown away, within limits. */
@SuppressWarnings("FutureReturnValueIgnored") // Netty: a failed write closes the channel, and that is listened to
final class Unwanted {

    private static final int BYTES_MAX = 1 << 20;

    /** How long it may go on coming after a connection's last reply. */
    private static final int LINGER_MILLIS = 2_000;

    private int bytes;

    void begin() {
        bytes = 0;
    }

    /** Throws a message away; false when it was one too many, or one that cannot be read. */
    boolean discard(Object message) {
        boolean broken =
                message instanceof HttpContent piece && piece.decoderResult().isFailure();
        bytes += message instanceof HttpContent piece ? piece.content().readableBytes() : 0;
        ReferenceCountUtil.release(message);
        return !broken && bytes <= BYTES_MAX;
    }

    /** Ends our side of a connection, and theirs a moment later: closed at once, it could take the reply with it. */
    static void linger(ChannelHandlerContext client) {
        client.executor().schedule(() -> client.close(), LINGER_MILLIS, TimeUnit.MILLISECONDS);
        if (client.channel() instanceof DuplexChannel socket
                && client.pipeline().get(SslHandler.class) == null) {
            client.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(_ -> socket.shutdownOutput());
        }
    }
}
