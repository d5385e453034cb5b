package dev.banyan.gateway.backend;

import dev.banyan.gateway.http.SeenNames;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseDecoder;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.AsciiString;
import io.netty.util.ReferenceCountUtil;
import java.util.List;

/**
 * Decodes the replies of one backend connection, within limits: one for each that is expected, and not a byte more. Replies that announce
 * another one, such as 103, end here; one with two lengths is none.
 */
public final class ReplyDecoder extends HttpResponseDecoder {

    private static final int STATUS_LINE_BYTES_MAX = 8 * 1024;
    private static final int HEAD_BYTES_MAX = 64 * 1024;
    private static final int PIECE_BYTES_MAX = 64 * 1024;

    /** Beyond what any server says before a reply; Go takes five of them. */
    static final int INTERIM_MAX = 100;

    private final Distrust distrust;

    /** A reply is to come, or its end is. */
    private boolean expecting;

    private boolean toHead;
    private boolean clean = true;

    /** Of the reply that is to come. */
    private int interim;

    /** Of the same; Netty drops one of two for HTTP/1.0. */
    private int lengths;

    /** Whether the connection ends for another reason than that the other side has ended it. */
    private boolean broken;

    /** {@code distrust} says what is not believed of whoever is at the other end. */
    public ReplyDecoder(Distrust distrust) {
        super(new HttpDecoderConfig()
                .setMaxInitialLineLength(STATUS_LINE_BYTES_MAX)
                .setMaxHeaderSize(HEAD_BYTES_MAX)
                .setMaxChunkSize(PIECE_BYTES_MAX)
                .setTrailersFactory(DroppedTrailers.FOR_EVERY_REPLY));
        this.distrust = distrust;
    }

    /** Says that a reply is to come, and what it answers: after a HEAD it has no body, whatever its head says. */
    public void expectReply(boolean toHead) {
        this.toHead = toHead;
        expecting = clean;
        interim = 0;
    }

    /** Whether nothing has come that nobody asked for. Once it has, its connection brings no reply any more. */
    public boolean isClean() {
        return clean;
    }

    /** Says that this side closes the connection: how a reply ends then says nothing of the other one. */
    public void closes() {
        broken = true;
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) throws Exception {
        broken = true;
        super.exceptionCaught(context, cause);
    }

    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) throws Exception {
        if (!expecting) {
            clean = false;
            in.skipBytes(in.readableBytes());
            return;
        }
        int known = out.size();
        super.decode(context, in, out);
        if (out.size() == known) {
            return;
        }
        if (lengths > 1 && out.get(known) instanceof HttpResponse reply) {
            reply.setDecoderResult(DecoderResult.failure(new IllegalArgumentException("two lengths")));
        }
        if (out.get(known) instanceof HttpResponse reply && isInterim(reply)) {
            while (out.size() > known) { // its end comes with it
                ReferenceCountUtil.release(out.remove(known));
            }
            if (++interim > INTERIM_MAX) {
                clean = false;
                expecting = false;
            }
            context.read(); // the final one: Netty takes it that something has been passed on
        } else if (out.getLast() instanceof LastHttpContent) {
            expecting = false;
        }
    }

    /**
     * What has neither a length nor chunks ends with its connection. With TLS that takes the other side's goodbye (RFC 9112, 9.8): without it
     * anybody on the way could have cut it.
     */
    @Override
    protected void decodeLast(ChannelHandlerContext context, ByteBuf in, List<Object> out) throws Exception {
        super.decodeLast(context, in, out);
        SslHandler tls = context.pipeline().get(SslHandler.class);
        if (tls != null
                && !tls.sslCloseFuture().isSuccess()
                && !out.isEmpty()
                && out.getLast() instanceof LastHttpContent) {
            ReferenceCountUtil.release(out.removeLast());
            if (!broken) {
                distrust.endedWithoutGoodbye();
            }
        }
    }

    private static boolean isInterim(HttpResponse reply) {
        return reply.decoderResult().isSuccess()
                && reply.status().codeClass() == HttpStatusClass.INFORMATIONAL
                && reply.status().code() != 101;
    }

    /** Whether a reply announces a body that it may not have. The length of a 304 is that of the reply it stands for. */
    private static boolean owesBody(HttpResponse reply) {
        HttpHeaders head = reply.headers();
        return switch (reply.status().code()) {
            case 204 ->
                head.contains(HttpHeaderNames.TRANSFER_ENCODING)
                        || !head.get(HttpHeaderNames.CONTENT_LENGTH, "0").equals("0");
            case 304 -> head.contains(HttpHeaderNames.TRANSFER_ENCODING);
            default -> false;
        };
    }

    @Override
    protected HttpMessage createMessage(String[] line) {
        lengths = 0;
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

    @Override
    protected boolean isContentAlwaysEmpty(HttpMessage message) {
        if (!toHead && message instanceof HttpResponse reply && owesBody(reply)) {
            // Netty takes it that none comes. What does would be the beginning of the next reply.
            reply.headers().add(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        }
        return toHead || super.isContentAlwaysEmpty(message);
    }
}
