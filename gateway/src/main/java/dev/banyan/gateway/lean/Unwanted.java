package dev.banyan.gateway.lean;

import io.netty.handler.codec.http.HttpContent;
import io.netty.util.ReferenceCountUtil;

/** What still comes of a request that has been answered before its end: thrown away, within limits. */
final class Unwanted {

    private static final int BYTES_MAX = 1 << 20;

    private int bytes;

    void begin() {
        bytes = 0;
    }

    /** Throws a message away; false when it was one too many, or one that cannot be read. */
    boolean discard(Object message) {
        boolean bearable = isBearable(message);
        ReferenceCountUtil.release(message);
        return bearable;
    }

    /** The same for who throws it away, or has it thrown away. */
    boolean isBearable(Object message) {
        boolean broken =
                message instanceof HttpContent piece && piece.decoderResult().isFailure();
        bytes += message instanceof HttpContent piece ? piece.content().readableBytes() : 0;
        return !broken && bytes <= BYTES_MAX;
    }
}
