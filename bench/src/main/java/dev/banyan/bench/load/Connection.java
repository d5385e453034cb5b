package dev.banyan.bench.load;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One keep-alive connection: sends one {@link Ask} at a time and reads the reply to its last byte. All on its event loop. */
final class Connection extends ByteToMessageDecoder implements Lane {

    /*
     * Only as much of HTTP as a fast generator needs: the status, Content-Length, and where the head ends. A reply that is
     * framed in another way is an error, since the upstream always names a length and a proxy has no reason to reframe it.
     */
    private static final int HEAD_BYTES_MAX = 64 * 1024;

    private static final ByteBuf HEAD_END = Ascii.of("\r\n\r\n");
    private static final ByteBuf CONTENT_LENGTH = Ascii.of("content-length:");

    private final Owner owner;
    private @Nullable ChannelHandlerContext context;
    private @Nullable Ask asked;
    private long bodyLeft;
    private boolean inBody;
    private long dueNanos;

    Connection(Owner owner) {
        this.owner = owner;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext added) {
        context = added;
    }

    @Override
    public void send(Ask ask, long due) {
        if (context == null || asked != null) {
            throw new IllegalStateException("a request is in flight");
        }
        asked = ask;
        dueNanos = due;
        var _ = context.writeAndFlush(ask.bytes().retainedDuplicate(), context.voidPromise());
    }

    @Override
    public long dueNanos() {
        return dueNanos;
    }

    @Override
    public void close() {
        asked = null;
        if (context != null) {
            var _ = context.close();
        }
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
        if (asked == null) {
            in.skipBytes(in.readableBytes());
            owner.failed("bytes that nobody asked for");
            return;
        }
        if (!inBody) {
            var end = ByteBufUtil.indexOf(HEAD_END, in);
            if (end < 0) {
                if (in.readableBytes() > HEAD_BYTES_MAX) {
                    throw new LoadFailed("reply head of more than " + HEAD_BYTES_MAX + " bytes");
                }
                return;
            }
            bodyLeft = readHead(in, end, asked);
            inBody = true;
        }
        var taken = (int) Math.min(bodyLeft, in.readableBytes());
        in.skipBytes(taken);
        bodyLeft -= taken;
        if (bodyLeft == 0) {
            inBody = false;
            asked = null;
            owner.replied(this);
        }
    }

    /** Moves past the head that ends at {@code end} (before its empty line) and returns the body's length. */
    private static long readHead(ByteBuf in, int end, Ask ask) {
        var start = in.readerIndex();
        if (!isOk(in, start)) {
            throw new LoadFailed("reply \"" + line(in, start) + "\" (expected: 200)");
        }
        var length = -1L;
        for (var at = start; at < end; ) {
            var next = in.indexOf(at, end + 2, (byte) '\n') + 1;
            if ((in.getByte(at) | 0x20) == 'c' && startsWith(in, at, CONTENT_LENGTH)) {
                length = number(in, at + CONTENT_LENGTH.readableBytes(), next);
            }
            at = next;
        }
        if (length != ask.replyBytes()) {
            throw new LoadFailed("reply with Content-Length " + (length < 0 ? "missing" : length) + " (expected: "
                    + ask.replyBytes() + "):\n" + in.toString(start, end - start, StandardCharsets.US_ASCII));
        }
        in.readerIndex(end + HEAD_END.readableBytes());
        return length;
    }

    private static boolean isOk(ByteBuf in, int start) {
        return in.getByte(start) == 'H'
                && in.getByte(start + 9) == '2'
                && in.getByte(start + 10) == '0'
                && in.getByte(start + 11) == '0';
    }

    private static String line(ByteBuf in, int start) {
        return in.toString(start, in.indexOf(start, in.writerIndex(), (byte) '\r') - start, StandardCharsets.US_ASCII);
    }

    private static boolean startsWith(ByteBuf in, int at, ByteBuf lowerCase) {
        for (var i = 0; i < lowerCase.readableBytes(); i++) {
            var letter = in.getByte(at + i);
            var lower = letter >= 'A' && letter <= 'Z' ? letter | 0x20 : letter;
            if (lower != lowerCase.getByte(i)) {
                return false;
            }
        }
        return true;
    }

    private static long number(ByteBuf in, int from, int to) {
        var number = 0L;
        for (var at = from; at < to; at++) {
            var digit = in.getByte(at);
            if (digit >= '0' && digit <= '9') {
                number = number * 10 + digit - '0';
            }
        }
        return number;
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) throws Exception {
        super.channelInactive(ctx);
        owner.failed(
                asked == null ? "the server closed a connection" : "the server closed a connection before its reply");
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        var why = cause.getCause() instanceof LoadFailed failed ? failed.getMessage() : cause.toString();
        owner.failed(cause instanceof IOException ? "connection broke: " + cause.getMessage() : String.valueOf(why));
        var _ = ctx.close();
    }

    /** Constant bytes. */
    private static final class Ascii {
        static ByteBuf of(String text) {
            return io.netty.buffer.Unpooled.unreleasableBuffer(
                    io.netty.buffer.Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII)
                            .asReadOnly());
        }
    }
}
