package dev.banyan.gateway.tunnel;

import io.netty.buffer.ByteBuf;

/** Follows a stream of WebSocket frames (RFC 6455 section 5.2) by their headers, to know where one ends. */
final class Frames {

    private static final int CLOSE = 8;

    private int headerRead;
    private int lengthBytes;
    private int headerBytes = 2;
    private long announced;
    private long payloadLeft;
    private boolean closed;

    /** Passes over all of {@code bytes}; returns the index right behind the first frame that ends in them, or -1. */
    int passOver(ByteBuf bytes) {
        int first = -1;
        int at = bytes.readerIndex();
        while (at < bytes.writerIndex()) {
            if (payloadLeft > 0) {
                int step = (int) Math.min(payloadLeft, bytes.writerIndex() - at);
                payloadLeft -= step;
                at += step;
            } else {
                header(bytes.getByte(at));
                at++;
            }
            if (first < 0 && isBetween()) {
                first = at;
            }
        }
        return first;
    }

    /** Whether the last byte ended a frame, so that another may come here. */
    boolean isBetween() {
        return headerRead == 0 && payloadLeft == 0;
    }

    /** Whether a close frame has gone by; nothing may follow it. */
    boolean isClosed() {
        return closed;
    }

    private void header(byte next) {
        if (headerRead == 0) {
            closed |= (next & 0x0f) == CLOSE;
            headerBytes = 2;
        } else if (headerRead == 1) {
            int length = next & 0x7f;
            lengthBytes = length == 126 ? 2 : length == 127 ? 8 : 0;
            headerBytes = 2 + lengthBytes + ((next & 0x80) != 0 ? 4 : 0);
            announced = lengthBytes == 0 ? length : 0;
        } else if (headerRead < 2 + lengthBytes) {
            announced = announced << 8 | (next & 0xff);
        }
        headerRead++;
        if (headerRead == headerBytes) {
            headerRead = 0;
            // RFC 6455 forbids the top bit; a peer that sets it has no further frames.
            payloadLeft = announced < 0 ? Long.MAX_VALUE : announced;
        }
    }
}
