package dev.banyan.bench.server;

import dev.banyan.bench.load.Content;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.AsciiString;
import io.netty.util.ReferenceCountUtil;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the upstream says, by the end of the path: {@code .../bytes/N} is answered with the first N bytes of {@link Content},
 * {@code .../hash} with the SHA-256 of the request's body in hex, {@code .../count} with how many
 * other requests there were so far in 20 digits, anything else with 404.
 */
final class Answers extends ChannelInboundHandlerAdapter {

    private static final AsciiString TYPE = AsciiString.cached("application/octet-stream");
    private static final AsciiString SERVER = AsciiString.cached("upstream");
    private static final String BYTES = "/bytes/";

    /** Replies of up to a block are made once. There is one event loop. */
    private static final Map<Integer, ByteBuf> BODY_BY_LENGTH = new HashMap<>();

    /** Requests so far. There is one event loop. */
    private static long count;

    private String path = "";
    private @Nullable MessageDigest digest;
    private @Nullable Content stream;
    private long streamBytes;
    private long streamAt;

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        try {
            if (message instanceof HttpRequest request) {
                path = request.uri();
                digest = path.endsWith("/hash") ? Content.sha256() : null;
            }
            if (message instanceof HttpContent part) {
                if (digest != null && part.content().isReadable()) {
                    digest.update(part.content().nioBuffer());
                }
                if (message instanceof LastHttpContent) {
                    answer(context);
                }
            }
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        context.flush();
    }

    private void answer(ChannelHandlerContext context) {
        var bytes = path.lastIndexOf(BYTES);
        if (path.endsWith("/count")) {
            text(context, String.format(Locale.ROOT, "%020d", count));
            return;
        }
        count++;
        if (digest != null) {
            text(context, HexFormat.of().formatHex(digest.digest()));
        } else if (bytes < 0) {
            whole(context, HttpResponseStatus.NOT_FOUND, Unpooled.EMPTY_BUFFER);
        } else {
            var length = Long.parseLong(path.substring(bytes + BYTES.length()));
            if (length <= Content.BLOCK_BYTES) {
                whole(context, HttpResponseStatus.OK, body((int) length).retainedDuplicate());
            } else {
                var head = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
                describe(head.headers(), length);
                var _ = context.write(head);
                stream = new Content();
                streamBytes = length;
                streamAt = 0;
                stream(context);
            }
        }
    }

    private static ByteBuf body(int length) {
        return BODY_BY_LENGTH.computeIfAbsent(length, wanted -> {
            var body = ByteBuffer.allocateDirect(wanted)
                    .put(new Content().block(0), 0, wanted)
                    .flip();
            return Unpooled.unreleasableBuffer(Unpooled.wrappedBuffer(body).asReadOnly());
        });
    }

    private static void text(ChannelHandlerContext context, String text) {
        whole(context, HttpResponseStatus.OK, Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII));
    }

    private static void whole(ChannelHandlerContext context, HttpResponseStatus status, ByteBuf body) {
        var reply = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status, body);
        describe(reply.headers(), body.readableBytes());
        var _ = context.write(reply, context.voidPromise());
    }

    private static void describe(HttpHeaders headers, long length) {
        headers.set(HttpHeaderNames.SERVER, SERVER);
        headers.set(HttpHeaderNames.CONTENT_TYPE, TYPE);
        headers.set(HttpHeaderNames.CONTENT_LENGTH, length);
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        stream(context);
    }

    /** Sends blocks of a long reply while the connection takes them. */
    private void stream(ChannelHandlerContext context) {
        while (stream != null && context.channel().isWritable()) {
            var length = (int) Math.min(Content.BLOCK_BYTES, streamBytes - streamAt);
            var bytes = stream.block(streamAt / Content.BLOCK_BYTES);
            var block = context.alloc().directBuffer(length).writeBytes(bytes, 0, length);
            streamAt += length;
            if (streamAt == streamBytes) {
                stream = null;
                var _ = context.write(new DefaultHttpContent(block));
                var _ = context.writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT);
            } else {
                var _ = context.writeAndFlush(new DefaultHttpContent(block));
            }
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        var _ = context.close(); // a peer that went away
    }
}
