package dev.banyan.gateway.mirror;

import io.netty.buffer.ByteBuf;
import java.util.Arrays;

/** A body as far as it is kept; confined to one event loop. */
final class Collected {

    private static final int FIRST_BYTES = 1024;

    private final int bytesMax;
    private byte[] bytes = new byte[0];
    private int length;
    private boolean tooLong;

    Collected(int bytesMax) {
        this.bytesMax = bytesMax;
    }

    /** Copies a piece, which stays its owner's. What is longer than the limit is forgotten whole. */
    void add(ByteBuf piece) {
        int more = piece.readableBytes();
        if (tooLong || more > bytesMax - length) {
            tooLong = true;
            bytes = new byte[0];
            length = 0;
            return;
        }
        if (length + more > bytes.length) {
            bytes = Arrays.copyOf(
                    bytes, Math.min(bytesMax, Math.max(FIRST_BYTES, Math.max(length + more, 2 * length))));
        }
        piece.getBytes(piece.readerIndex(), bytes, length, more);
        length += more;
    }

    boolean isTooLong() {
        return tooLong;
    }

    byte[] toBytes() {
        return bytes.length == length ? bytes : Arrays.copyOf(bytes, length);
    }
}
