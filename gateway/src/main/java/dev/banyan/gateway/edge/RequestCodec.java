package dev.banyan.gateway.edge;

import dev.banyan.gateway.http.SeenNames;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.CombinedChannelDuplexHandler;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.AsciiString;
import java.util.ArrayDeque;
import java.util.List;

/**
 * Netty's codec of a server, which also refuses what Netty would put right although another server may read it differently: folded
 * header lines, a request line whose words are not separated by one space, blanks before it, any version but 1.0 and 1.1, and a
 * second length, of which Netty drops one for HTTP/1.0.
 */
public final class RequestCodec extends CombinedChannelDuplexHandler<HttpRequestDecoder, HttpResponseEncoder> {

    /** What was asked and not answered yet: a reply to HEAD has no body, whatever its head says. */
    private final ArrayDeque<HttpMethod> unanswered = new ArrayDeque<>(4);

    /** Whether what has come stays as it is for now. */
    private boolean heldBack;

    /** {@code limits} are those of request line and head. */
    public RequestCodec(HttpDecoderConfig limits) {
        init(new Decoder(limits), new Encoder());
    }

    /** Whether part of a head has come, and its end has not. */
    public boolean holdsHalfHead() {
        return inboundHandler() instanceof Decoder decoder && decoder.holdsHalfHead();
    }

    /** Leaves what has come undecoded from here on, or not any more; what was left goes on with the next read, which may be an empty one. */
    void holdBack(boolean on) {
        heldBack = on;
    }

    boolean isHeldBack() {
        return heldBack;
    }

    /** Whether there are bytes that were not decoded. */
    boolean holdsBytes() {
        return inboundHandler() instanceof Decoder decoder && decoder.holdsBytes();
    }

    private final class Decoder extends HttpRequestDecoder {

        /** Part of a head has been read; what is left begins with a line of its own. */
        private boolean inHead;

        private boolean inBody;
        private boolean broken;

        /** Where the last word of the request line ended, and whether it was one space behind the one before. */
        private int wordEnd;

        private boolean spaced;
        private int lengths;

        Decoder(HttpDecoderConfig limits) {
            super(limits);
        }

        @Override
        protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) throws Exception {
            if (broken) {
                in.skipBytes(in.readableBytes());
                return;
            }
            if (heldBack) {
                return;
            }
            int begin = inHead ? in.readerIndex() : behindLineEnds(in);
            if (!inBody && (beginsBlank(in, begin) || hasFold(in, begin))) {
                broken = true;
                in.skipBytes(in.readableBytes());
                HttpMessage refused = createInvalidMessage();
                refused.setDecoderResult(DecoderResult.failure(new IllegalArgumentException("a blank before a line")));
                out.add(refused);
                return;
            }
            int known = out.size();
            super.decode(context, in, out);
            inHead = !inBody && (inHead || in.readerIndex() > begin);
            for (int i = known; i < out.size(); i++) {
                look(out.get(i));
            }
        }

        boolean holdsHalfHead() {
            return !inBody && (inHead || (!heldBack && holdsBytes())); // whole heads may be held back
        }

        boolean holdsBytes() {
            return actualReadableBytes() > 0;
        }

        private void look(Object message) {
            if (message instanceof HttpRequest request) {
                if (lengths > 1) {
                    request.setDecoderResult(DecoderResult.failure(new IllegalArgumentException("two lengths")));
                }
                unanswered.add(request.method());
                inHead = false;
                inBody = true;
            }
            if (message instanceof LastHttpContent) {
                inBody = false;
            }
        }

        @Override
        protected String splitFirstWordInitialLine(byte[] line, int start, int length) {
            wordEnd = start + length;
            return super.splitFirstWordInitialLine(line, start, length);
        }

        @Override
        protected String splitSecondWordInitialLine(byte[] line, int start, int length) {
            spaced = isOneSpaceAway(line, start);
            wordEnd = start + length;
            return super.splitSecondWordInitialLine(line, start, length);
        }

        @Override
        protected String splitThirdWordInitialLine(byte[] line, int start, int length) {
            spaced &= isOneSpaceAway(line, start);
            return super.splitThirdWordInitialLine(line, start, length);
        }

        private boolean isOneSpaceAway(byte[] line, int start) {
            return start == wordEnd + 1 && line[wordEnd] == ' ';
        }

        @Override
        protected HttpMessage createMessage(String[] line) throws Exception {
            lengths = 0;
            if (!spaced || !(line[2].equals("HTTP/1.1") || line[2].equals("HTTP/1.0"))) {
                throw new IllegalArgumentException("request line (expected: METHOD SP TARGET SP HTTP/1.1)");
            }
            return super.createMessage(line);
        }

        @Override
        protected AsciiString splitHeaderName(byte[] line, int start, int length) {
            AsciiString name = SeenNames.of(line, start, length);
            if (length == HttpHeaderNames.CONTENT_LENGTH.length()
                    && HttpHeaderNames.CONTENT_LENGTH.contentEqualsIgnoreCase(name)) {
                lengths++;
            }
            return name;
        }

        /** Returns where a request begins: line ends before it are ignored. */
        private static int behindLineEnds(ByteBuf in) {
            int at = in.readerIndex();
            while (at < in.writerIndex() && (in.getByte(at) == '\r' || in.getByte(at) == '\n')) {
                at++;
            }
            return at;
        }

        /** Whether a line of a head, or what should be its first, begins with a blank; or that with another control character. */
        private boolean beginsBlank(ByteBuf in, int begin) {
            if (begin >= in.writerIndex()) {
                return false;
            }
            byte first = in.getByte(begin);
            return inHead ? isBlank(first) : first >= 0 && first <= ' ';
        }

        private static boolean hasFold(ByteBuf in, int begin) {
            int at = begin;
            int end = in.writerIndex();
            while (!endsHead(in, at)) {
                at = in.indexOf(at, end, (byte) '\n') + 1;
                if (at <= 0 || at >= end) {
                    return false;
                }
                if (isBlank(in.getByte(at))) {
                    return true;
                }
            }
            return false;
        }

        /** Whether the line that begins at {@code at} is the empty one, behind which there is a body; what has no end yet may become it. */
        private static boolean endsHead(ByteBuf in, int at) {
            int left = in.writerIndex() - at;
            return left > 0
                    && (in.getByte(at) == '\n'
                            || (in.getByte(at) == '\r' && (left == 1 || in.getByte(at + 1) == '\n')));
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
