package dev.banyan.bench.load;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.http2.DefaultHttp2FrameReader;
import io.netty.handler.codec.http2.DefaultHttp2FrameWriter;
import io.netty.handler.codec.http2.DefaultHttp2HeadersEncoder;
import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Flags;
import io.netty.handler.codec.http2.Http2FrameAdapter;
import io.netty.handler.codec.http2.Http2FrameTypes;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.util.AsciiString;
import io.netty.util.collection.IntObjectHashMap;
import io.netty.util.collection.IntObjectMap;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One connection of HTTP/2 by prior knowledge, with as many lanes as the owner wants: each {@link Ask}, without a body, is a new
 * stream, and each reply is read to its last byte. All on its event loop.
 */
final class Http2Connection extends ByteToMessageDecoder {

    /*
     * Frames and HPACK are Netty's, without its book-keeping of streams, which is more than a generator needs. Heads use the
     * dynamic table, as those of browsers and load balancers do. Replies are small, so only the connection's window is refilled.
     * All requests that one turn of the event loop brings about leave in one write.
     */
    private static final AsciiString OK = AsciiString.cached("200");
    private static final short HEAD_FLAGS =
            new Http2Flags().endOfStream(true).endOfHeaders(true).value();
    private static final int REFILL_BYTES = Http2CodecUtil.DEFAULT_WINDOW_SIZE / 2;
    private static final int OUT_BYTES = 2048;

    /** One stream after the other, and the reply that is on its way there. */
    private final class Stream implements Lane {
        private boolean inFlight;
        private long dueNanos;
        private long bytesLeft;
        private boolean headRead;

        @Override
        public void send(Ask ask, long due) {
            if (inFlight) {
                throw new IllegalStateException("a request is in flight");
            }
            inFlight = true;
            dueNanos = due;
            bytesLeft = ask.replyBytes();
            headRead = false;
            laneByStream.put(open(ask), this);
        }

        @Override
        public long dueNanos() {
            return dueNanos;
        }

        @Override
        public void close() {
            Http2Connection.this.close();
        }
    }

    private final Lane.Owner owner;
    private final DefaultHttp2FrameReader reader = new DefaultHttp2FrameReader(false);
    private final DefaultHttp2FrameWriter writer = new DefaultHttp2FrameWriter();
    private final DefaultHttp2HeadersEncoder heads = new DefaultHttp2HeadersEncoder();
    private final Frames frames = new Frames();
    private final IntObjectMap<Stream> laneByStream = new IntObjectHashMap<>();
    private @Nullable ChannelHandlerContext context;
    private @Nullable ByteBuf out;
    private int lastStream = -1;
    private int windowTaken;
    private boolean closed;

    Http2Connection(Lane.Owner owner) {
        this.owner = owner;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext added) {
        context = added;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        var _ = ctx.write(Http2CodecUtil.connectionPrefaceBuf());
        var _ = writer.writeSettings(ctx, new Http2Settings().pushEnabled(false), ctx.newPromise());
        ctx.flush();
    }

    /** Returns one more lane. */
    Lane lane() {
        return new Stream();
    }

    /** Opens one more stream with {@code ask}, which leaves at the end of this turn of the event loop; returns its number. */
    private int open(Ask ask) {
        if (context == null) {
            throw new IllegalStateException("not connected");
        }
        if (out == null) {
            out = context.alloc().directBuffer(OUT_BYTES);
            context.executor().execute(this::flush);
        }
        lastStream += 2;
        var start = out.writerIndex();
        out.writeMedium(0)
                .writeByte(Http2FrameTypes.HEADERS)
                .writeByte(HEAD_FLAGS)
                .writeInt(lastStream);
        var head = out.writerIndex();
        try {
            heads.encodeHeaders(lastStream, ask.http2Head(), out);
        } catch (Http2Exception e) {
            throw new IllegalStateException("head: " + ask.http2Head(), e);
        }
        out.setMedium(start, out.writerIndex() - head);
        return lastStream;
    }

    private void flush() {
        if (context != null && out != null) {
            var _ = context.writeAndFlush(out, context.voidPromise());
            out = null;
        }
    }

    private void close() {
        closed = true;
        if (context != null) {
            var _ = context.close();
        }
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> decoded) throws Http2Exception {
        if (closed) {
            in.skipBytes(in.readableBytes());
            return;
        }
        reader.readFrame(ctx, in, frames);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) throws Exception {
        super.channelReadComplete(ctx);
        ctx.flush(); // what the reader's frames asked for: acknowledgements, more window
    }

    @Override
    protected void handlerRemoved0(ChannelHandlerContext ctx) {
        reader.close();
        writer.close();
        if (out != null) {
            out.release();
            out = null;
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) throws Exception {
        super.channelInactive(ctx);
        fail(
                laneByStream.isEmpty()
                        ? "the server closed a connection"
                        : "the server closed a connection before its replies");
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        var why = cause instanceof DecoderException && cause.getCause() != null ? cause.getCause() : cause;
        fail(
                switch (why) {
                    case LoadFailed failed -> String.valueOf(failed.getMessage());
                    case Http2Exception broken -> "not HTTP/2: " + broken.getMessage();
                    case IOException broken -> "connection broke: " + broken.getMessage();
                    default -> why.toString();
                });
        close();
    }

    private void fail(String why) {
        if (!closed) {
            owner.failed(why);
        }
    }

    /** What the server sends. Called by the reader, a frame at a time. */
    private final class Frames extends Http2FrameAdapter {

        @Override
        public void onHeadersRead(
                ChannelHandlerContext ctx, int stream, Http2Headers headers, int padding, boolean endOfStream) {
            var lane = laneOf(stream);
            if (lane.headRead || !OK.contentEquals(String.valueOf(headers.status()))) {
                throw new LoadFailed("reply head " + headers + " (expected: one, with :status 200)");
            }
            lane.headRead = true;
            if (endOfStream) {
                end(stream, lane);
            }
        }

        @Override
        public void onHeadersRead(
                ChannelHandlerContext ctx,
                int stream,
                Http2Headers headers,
                int dependency,
                short weight,
                boolean exclusive,
                int padding,
                boolean endOfStream) {
            onHeadersRead(ctx, stream, headers, padding, endOfStream);
        }

        @Override
        public int onDataRead(ChannelHandlerContext ctx, int stream, ByteBuf data, int padding, boolean endOfStream) {
            var lane = laneOf(stream);
            var taken = data.readableBytes() + padding;
            lane.bytesLeft -= data.readableBytes();
            windowTaken += taken;
            if (windowTaken >= REFILL_BYTES) {
                var _ = writer.writeWindowUpdate(
                        ctx, Http2CodecUtil.CONNECTION_STREAM_ID, windowTaken, ctx.newPromise());
                windowTaken = 0;
            }
            if (endOfStream) {
                end(stream, lane);
            }
            return taken;
        }

        private Stream laneOf(int stream) {
            var lane = laneByStream.get(stream);
            if (lane == null) {
                throw new LoadFailed("a reply on stream " + stream + " that nobody asked for");
            }
            return lane;
        }

        private void end(int stream, Stream lane) {
            if (!lane.headRead || lane.bytesLeft != 0) {
                throw new LoadFailed(
                        "reply of " + Math.abs(lane.bytesLeft) + " bytes too " + (lane.bytesLeft > 0 ? "few" : "many"));
            }
            laneByStream.remove(stream);
            lane.inFlight = false;
            owner.replied(lane);
        }

        @Override
        public void onSettingsRead(ChannelHandlerContext ctx, Http2Settings settings) throws Http2Exception {
            Long table = settings.headerTableSize();
            if (table != null) {
                heads.maxHeaderTableSize(Math.min(table, Http2CodecUtil.DEFAULT_HEADER_TABLE_SIZE));
            }
            var _ = writer.writeSettingsAck(ctx, ctx.newPromise());
        }

        @Override
        public void onPingRead(ChannelHandlerContext ctx, long data) {
            var _ = writer.writePing(ctx, true, data, ctx.newPromise());
        }

        @Override
        public void onRstStreamRead(ChannelHandlerContext ctx, int stream, long code) {
            throw new LoadFailed("the server reset a stream: " + Http2Error.valueOf(code));
        }

        @Override
        public void onGoAwayRead(ChannelHandlerContext ctx, int lastOne, long code, ByteBuf why) {
            throw new LoadFailed("the server ends a connection (GOAWAY): " + Http2Error.valueOf(code) + " "
                    + why.toString(StandardCharsets.UTF_8));
        }

        @Override
        public void onPushPromiseRead(
                ChannelHandlerContext ctx, int stream, int promised, Http2Headers headers, int padding) {
            throw new LoadFailed("the server pushes, although it was told not to");
        }
    }
}
