package dev.banyan.gateway.tunnel;

import dev.banyan.gateway.edge.Linger;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;

/** What a tunnel's client gets: what its backend sends, and a goodbye between two frames of that when the gateway stops. */
@SuppressWarnings("FutureReturnValueIgnored") // Netty: a failed write closes the channel, and that is listened to
final class ToClient {

    /** A close frame with status 1001, as servers send it: unmasked. */
    private static final byte[] GOING_AWAY = {(byte) 0x88, 2, 0x03, (byte) 0xe9};

    private final ChannelHandlerContext client;
    private final Frames frames = new Frames();
    private boolean leaving;
    private boolean saidGoodbye;

    ToClient(ChannelHandlerContext client) {
        this.client = client;
    }

    void relay(ByteBuf bytes) {
        if (saidGoodbye) {
            bytes.release();
            return;
        }
        int boundary = frames.passOver(bytes);
        if (leaving && boundary >= 0 && !frames.isClosed()) {
            client.write(bytes.readRetainedSlice(boundary - bytes.readerIndex()));
            bytes.release();
            sayGoodbye();
        } else {
            client.writeAndFlush(bytes);
        }
    }

    /** Ends it with a close frame as soon as the backend is between two frames. */
    void goAway() {
        leaving = true;
        if (frames.isBetween() && !frames.isClosed() && !saidGoodbye) {
            sayGoodbye();
        }
    }

    /** The backend has gone. What it has sent last still has to reach a client that goes on sending. */
    void end() {
        if (Linger.canEndOneSide(client)) {
            client.channel().config().setAutoRead(true);
            Linger.end(client);
        } else {
            client.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
        }
    }

    private void sayGoodbye() {
        // The client answers with a close frame of its own; the backend gets that one and closes.
        saidGoodbye = true;
        client.writeAndFlush(Unpooled.wrappedBuffer(GOING_AWAY));
    }
}
