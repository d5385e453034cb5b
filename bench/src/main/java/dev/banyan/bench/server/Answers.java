package dev.banyan.bench.server;

import dev.banyan.bench.load.Content;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.LastHttpContent;
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

    private static final String BYTES = "/bytes/";

    /** Whole replies of up to a block, head and body, are made once. There is one event loop. */
    private static final Map<Integer, ByteBuf> REPLY_BY_LENGTH = new HashMap<>();

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
            send(context, head("404 Not Found", 0));
        } else {
            var length = Long.parseLong(path.substring(bytes + BYTES.length()));
            if (length <= Content.BLOCK_BYTES) {
                send(context, reply((int) length).retainedDuplicate());
            } else {
                send(context, head("200 OK", length));
                stream = new Content();
                streamBytes = length;
                streamAt = 0;
                stream(context);
            }
        }
    }

    private static ByteBuf reply(int length) {
        return REPLY_BY_LENGTH.computeIfAbsent(length, wanted -> {
            var head = head("200 OK", wanted);
            var reply = ByteBuffer.allocateDirect(head.readableBytes() + wanted)
                    .put(head.nioBuffer())
                    .put(new Content().block(0), 0, wanted)
                    .flip();
            return Unpooled.unreleasableBuffer(Unpooled.wrappedBuffer(reply).asReadOnly());
        });
    }

    private static void text(ChannelHandlerContext context, String text) {
        send(
                context,
                Unpooled.wrappedBuffer(
                        head("200 OK", text.length()), Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII)));
    }

    private static ByteBuf head(String status, long length) {
        var head = "HTTP/1.1 " + status + "\r\nserver: upstream\r\ncontent-type: application/octet-stream\r\n"
                + "content-length: " + length + "\r\n\r\n";
        return Unpooled.copiedBuffer(head, StandardCharsets.US_ASCII);
    }

    private static void send(ChannelHandlerContext context, ByteBuf bytes) {
        var _ = context.write(bytes, context.voidPromise());
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
            }
            var _ = context.writeAndFlush(block);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        var _ = context.close(); // a peer that went away
    }
}
