package dev.banyan.gateway.http2;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.handler.codec.http2.Http2FrameTypes;

/**
 * Whether what a client has sent so far ends in the middle of a head: inside a frame that is no DATA, or before the CONTINUATION that
 * must follow. The frame codec tells only of heads that are whole.
 */
final class HalfHead extends ChannelInboundHandlerAdapter {

    private static final int END_HEADERS = 4;

    /** Length, type and flags; the number of the stream follows. */
    private static final int KNOWN_BYTES = 5;

    /** Of the head of a frame, how many bytes have come, and the first of them. */
    private int begun;

    private long frame;

    /** Bytes of the frame that are still to come; the greeting counts as one. */
    private int left = Http2CodecUtil.connectionPrefaceBuf().readableBytes();

    private boolean data;
    private boolean headOpen;
    private boolean half = true;
    private int control;
    private long since = System.nanoTime();

    /** Whether it does. */
    boolean isThere() {
        return half;
    }

    /** Returns since when, by {@link System#nanoTime}. */
    long since() {
        return since;
    }

    /**
     * Returns how many frames have come, since it was asked last, that carry nothing of a request. The codec tells of some of them only where their
     * stream is open.
     */
    int takeControl() {
        int taken = control;
        control = 0;
        return taken;
    }

    @Override
    public void channelRead(ChannelHandlerContext client, Object message) {
        if (message instanceof ByteBuf bytes) {
            follow(bytes);
        }
        client.fireChannelRead(message);
    }

    private void follow(ByteBuf bytes) {
        boolean before = half;
        int end = bytes.writerIndex();
        for (int at = bytes.readerIndex(); at < end; ) {
            if (left > 0) {
                int skipped = Math.min(left, end - at);
                left -= skipped;
                at += skipped;
            } else {
                frameHead(bytes.getByte(at++));
            }
            half = begun > 0 || headOpen || (left > 0 && !data);
            before &= half;
        }
        if (half && !before) {
            since = System.nanoTime();
        }
    }

    private void frameHead(byte next) {
        if (begun < KNOWN_BYTES) {
            frame = frame << 8 | (next & 0xff);
        }
        if (++begun < Http2CodecUtil.FRAME_HEADER_LENGTH) {
            return;
        }
        int type = (int) (frame >> 8) & 0xff;
        left = (int) (frame >> 16);
        data = type == Http2FrameTypes.DATA;
        if (type == Http2FrameTypes.HEADERS || type == Http2FrameTypes.CONTINUATION) {
            headOpen = (frame & END_HEADERS) == 0;
        } else if (!data && type != Http2FrameTypes.RST_STREAM && type != Http2FrameTypes.WINDOW_UPDATE) {
            control++;
        }
        begun = 0;
        frame = 0;
    }
}
