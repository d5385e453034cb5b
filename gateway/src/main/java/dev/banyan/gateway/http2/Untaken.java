package dev.banyan.gateway.http2;

import dev.banyan.gateway.edge.Pace;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;

/**
 * What was written to one client and waits for it to read. Windows bound bodies, but not the heads of replies: while too much waits, nothing
 * more is read of the client.
 */
@SuppressWarnings("FutureReturnValueIgnored") // Netty: a failed write closes the channel, and that is listened to
final class Untaken extends ChannelDuplexHandler {

    private final Pace pace;
    private long written;
    private boolean paused;
    private long readSince = System.nanoTime();

    /** Belongs before the frame codec. */
    Untaken(Pace pace) {
        this.pace = pace;
    }

    /** Whether nothing is read of the client: what it has sent a part of does not come because of us. */
    boolean isPaused() {
        return paused;
    }

    /** Returns since when it is read, by {@link System#nanoTime}. */
    long readSince() {
        return readSince;
    }

    /** Whether the client has taken too little for too long. */
    boolean isStuck(Channel client, long now) {
        return pace.isStuck(client.unsafe().outboundBuffer(), written, now);
    }

    @Override
    public void write(ChannelHandlerContext client, Object message, ChannelPromise promise) {
        if (message instanceof ByteBuf bytes) {
            written += bytes.readableBytes();
        }
        client.write(message, promise);
    }

    @Override
    public void channelRead(ChannelHandlerContext client, Object message) {
        client.fireChannelRead(message);
        pauseIfTooMuch(client.channel());
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext client) {
        client.fireChannelReadComplete();
        pauseIfTooMuch(client.channel());
    }

    private void pauseIfTooMuch(Channel client) {
        ChannelOutboundBuffer out = client.unsafe().outboundBuffer();
        if (!paused && out != null && out.totalPendingWriteBytes() > Http2Limits.UNTAKEN_BYTES_MAX) {
            paused = true;
            client.config().setAutoRead(false);
        }
    }

    /** Not while it is paused: the frame codec asks for more whether or not reading is automatic. */
    @Override
    public void read(ChannelHandlerContext client) {
        if (!paused) {
            client.read();
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext client) {
        if (paused && client.channel().isWritable()) {
            paused = false;
            readSince = System.nanoTime();
            client.channel().config().setAutoRead(true);
        }
        client.fireChannelWritabilityChanged();
    }
}
