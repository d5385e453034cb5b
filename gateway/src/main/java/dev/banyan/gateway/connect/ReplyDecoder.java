package dev.banyan.gateway.connect;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseDecoder;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.util.ReferenceCountUtil;
import java.util.List;

/**
 * Decodes the replies of one backend connection, within limits, and knows whether anything came that nobody asked for. Replies that announce
 * another one, such as 103, end here.
 */
public final class ReplyDecoder extends HttpResponseDecoder {

    private static final int STATUS_LINE_BYTES_MAX = 8 * 1024;
    private static final int HEAD_BYTES_MAX = 64 * 1024;
    private static final int PIECE_BYTES_MAX = 64 * 1024;

    private boolean toHead;

    public ReplyDecoder() {
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
    protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) throws Exception {
        int known = out.size();
        super.decode(context, in, out);
        if (out.size() > known && out.get(known) instanceof HttpResponse reply && isInterim(reply)) {
            while (out.size() > known) { // its end comes with it
                ReferenceCountUtil.release(out.remove(known));
            }
        }
    }

    private static boolean isInterim(HttpResponse reply) {
        return reply.decoderResult().isSuccess()
                && reply.status().codeClass() == HttpStatusClass.INFORMATIONAL
                && reply.status().code() != 101;
    }

    @Override
    protected boolean isContentAlwaysEmpty(HttpMessage message) {
        return toHead || super.isContentAlwaysEmpty(message);
    }
}
