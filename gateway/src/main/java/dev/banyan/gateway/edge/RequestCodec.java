package dev.banyan.gateway.edge;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.CombinedChannelDuplexHandler;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.LastHttpContent;
import java.util.ArrayDeque;
import java.util.List;

/**
 * Netty's codec of a server, which also refuses folded header lines: it would join them, and another server could take the second line
 * for a header of its own.
 */
public final class RequestCodec extends CombinedChannelDuplexHandler<HttpRequestDecoder, HttpResponseEncoder> {

    /** What was asked and not answered yet: a reply to HEAD has no body, whatever its head says. */
    private final ArrayDeque<HttpMethod> unanswered = new ArrayDeque<>(4);

    /** {@code limits} are those of request line and head. */
    public RequestCodec(HttpDecoderConfig limits) {
        init(new Decoder(limits), new Encoder());
    }

    private final class Decoder extends HttpRequestDecoder {

        /** Part of a head has been read; what is left begins with a line of its own. */
        private boolean inHead;

        private boolean inBody;
        private boolean broken;

        Decoder(HttpDecoderConfig limits) {
            super(limits);
        }

        @Override
        protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) throws Exception {
            if (broken) {
                in.skipBytes(in.readableBytes());
                return;
            }
            if (!inBody && hasFold(in)) {
                broken = true;
                in.skipBytes(in.readableBytes());
                HttpMessage refused = createInvalidMessage();
                refused.setDecoderResult(DecoderResult.failure(new IllegalArgumentException("folded header line")));
                out.add(refused);
                return;
            }
            int before = in.readerIndex();
            int known = out.size();
            super.decode(context, in, out);
            inHead = !inBody && (inHead || in.readerIndex() > before);
            for (int i = known; i < out.size(); i++) {
                look(out.get(i));
            }
        }

        private void look(Object message) {
            if (message instanceof HttpRequest request) {
                unanswered.add(request.method());
                inHead = false;
                inBody = true;
            }
            if (message instanceof LastHttpContent) {
                inBody = false;
            }
        }

        private boolean hasFold(ByteBuf in) {
            int at = in.readerIndex();
            int end = in.writerIndex();
            if (inHead && at < end && isBlank(in.getByte(at))) {
                return true;
            }
            while (true) {
                int next = in.indexOf(at, end, (byte) '\n') + 1;
                if (next <= 0 || next >= end) {
                    return false;
                }
                byte first = in.getByte(next);
                if (isBlank(first)) {
                    return true;
                }
                if (first == '\r' || first == '\n') {
                    return false; // the end of the head
                }
                at = next;
            }
        }

        private static boolean isBlank(byte b) {
            return b == ' ' || b == '\t';
        }
    }

    private final class Encoder extends HttpResponseEncoder {

        @Override
        protected boolean isContentAlwaysEmpty(HttpResponse reply) {
            boolean interim = reply.status().codeClass() == HttpStatusClass.INFORMATIONAL
                    && reply.status().code() != 101;
            HttpMethod asked = interim ? null : unanswered.poll();
            return HttpMethod.HEAD.equals(asked) || super.isContentAlwaysEmpty(reply);
        }
    }
}
