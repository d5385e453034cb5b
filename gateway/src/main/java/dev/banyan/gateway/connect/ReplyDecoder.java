package dev.banyan.gateway.connect;

import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpResponseDecoder;

/** Decodes the replies of one backend connection, and knows whether anything came that nobody asked for. */
final class ReplyDecoder extends HttpResponseDecoder {

    private static final int STATUS_LINE_BYTES_MAX = 8 * 1024;
    private static final int HEAD_BYTES_MAX = 64 * 1024;
    private static final int PIECE_BYTES_MAX = 64 * 1024;

    private boolean toHead;

    ReplyDecoder() {
        super(new HttpDecoderConfig()
                .setMaxInitialLineLength(STATUS_LINE_BYTES_MAX)
                .setMaxHeaderSize(HEAD_BYTES_MAX)
                .setMaxChunkSize(PIECE_BYTES_MAX));
    }

    /** Says what the next reply answers: after a HEAD it has no body, whatever its head says. */
    void expectReply(boolean toHead) {
        this.toHead = toHead;
    }

    /** Whether everything that came has been decoded. */
    boolean isClean() {
        return actualReadableBytes() == 0;
    }

    @Override
    protected boolean isContentAlwaysEmpty(HttpMessage message) {
        return toHead || super.isContentAlwaysEmpty(message);
    }
}
