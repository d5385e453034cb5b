package dev.banyan.gateway.http2;

import dev.banyan.gateway.call.Memory;
import dev.banyan.gateway.edge.ForgottenReset;
import dev.banyan.gateway.edge.Late;
import dev.banyan.gateway.edge.Pace;
import dev.banyan.gateway.edge.Patience;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http2.DefaultHttp2GoAwayFrame;
import io.netty.handler.codec.http2.DefaultHttp2PingFrame;
import io.netty.handler.codec.http2.DefaultHttp2WindowUpdateFrame;
import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.handler.codec.http2.Http2FrameStream;
import io.netty.handler.codec.http2.Http2FrameStreamEvent;
import io.netty.handler.codec.http2.Http2FrameStreamException;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2PingFrame;
import io.netty.handler.codec.http2.Http2ResetFrame;
import io.netty.handler.codec.http2.Http2SettingsFrame;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.handler.codec.http2.Http2WindowUpdateFrame;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One HTTP/2 connection of a client, between its frame codec and its streams: ends it when it floods, idles or keeps us waiting,
 * and in good order when the gateway stops.
 */
@SuppressWarnings("FutureReturnValueIgnored") // Netty: a connection that is being closed reports to nobody
final class Http2Connection extends ChannelDuplexHandler {

    private static final Logger LOG = LoggerFactory.getLogger(Http2Connection.class);

    private static final int LOOKS_PER_STALL = 4;

    /** How long a client may take to answer the ping behind the first GOAWAY. */
    private static final int GOING_MILLIS = 1_000;

    private final Http2Front front;
    private final Patience patience;
    private final HalfHead halfHead;
    private final Untaken untaken;
    private final boolean shared;
    private final long headNanos;
    private final long idleNanos;
    private final long lookNanos;
    private final Map<Http2FrameStream, StreamCodec> streams = new HashMap<>();
    private @Nullable ChannelHandlerContext context;

    private boolean greeted;
    private final long openSince = System.nanoTime();
    private long idleSince = openSince;
    private long controlSince = openSince;
    private int controlFrames;
    private boolean going;
    private boolean gone;
    private @Nullable Future<?> timer;
    private long timerAt;
    private final Late late = new Late();

    /** @param shared whether it is a trusted proxy's: many clients would pay for one that sends heads beyond the limit */
    Http2Connection(Http2Front front, Patience patience, HalfHead halfHead, Untaken untaken, boolean shared) {
        this.front = front;
        this.patience = patience;
        this.halfHead = halfHead;
        this.untaken = untaken;
        this.shared = shared;
        this.headNanos = patience.head().toNanos();
        this.idleNanos = patience.idle().toNanos();
        this.lookNanos = Math.min(ForgottenReset.LOOK_NANOS, patience.stall().toNanos() / LOOKS_PER_STALL);
    }

    Http2Limits limits() {
        return front.limits();
    }

    Pace pace() {
        return new Pace(patience);
    }

    void refused(int status) {
        front.refused(status);
    }

    @Override
    public void handlerAdded(ChannelHandlerContext added) {
        context = added;
        front.opened(this);
        // So much that streams whose backends are slow take nothing from the others.
        added.write(new DefaultHttp2WindowUpdateFrame(
                limits().streams() * Http2Limits.STREAM_WINDOW_BYTES - Http2CodecUtil.DEFAULT_WINDOW_SIZE));
        added.flush();
        lookAt(openSince + headNanos);
    }

    void opened(Http2FrameStream stream, StreamCodec codec) {
        streams.put(stream, codec);
        lookAt(System.nanoTime() + lookNanos);
    }

    /** @param begun whether it had a head that was not beyond the limit, which the frame codec answers by itself */
    void closed(Http2FrameStream stream, boolean begun) {
        streams.remove(stream);
        if (!begun && !shared && context != null) {
            count(context, Http2Limits.LONG_HEAD_COST);
        }
        idleSince = System.nanoTime();
        if (streams.isEmpty()) {
            lookAt(idleSince + idleNanos);
        }
    }

    /**
     * Resets a stream whose reply breaks off. Not by a frame, which the frame codec would count among those that the client makes us send; and not
     * with CANCEL, which it does not count, but which some clients take for the end of a whole reply.
     */
    void breakOff(Http2FrameStream stream) {
        ChannelHandlerContext client = context;
        ChannelHandlerContext at = client == null ? null : client.pipeline().context(Http2FrameCodec.class);
        if (client != null && at != null && at.handler() instanceof Http2FrameCodec codec) {
            codec.resetStream(at, stream.id(), Http2Error.INTERNAL_ERROR.code(), at.newPromise());
            client.flush();
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext client, Object frame) {
        if (frame instanceof Http2DataFrame data) {
            body(client, data);
            return;
        }
        if (frame instanceof Http2HeadersFrame || frame instanceof Http2ResetFrame) {
            client.fireChannelRead(frame);
            return;
        }
        greeted |= frame instanceof Http2SettingsFrame;
        boolean answered = frame instanceof Http2PingFrame ping && ping.ack();
        ReferenceCountUtil.release(frame);
        if (answered) {
            goNow();
        } else if (frame instanceof Http2WindowUpdateFrame window) {
            StreamCodec of = streams.get(window.stream());
            if (of != null) {
                of.unsent().granted(window.windowSizeIncrement());
            }
        }
    }

    /** Gives its stream a piece of a body, unless that does not read and there is no room to keep it. */
    private void body(ChannelHandlerContext client, Http2DataFrame data) {
        StreamCodec of = streams.get(data.stream());
        if (of != null && Memory.isFull() && !of.reads()) {
            data.release(); // the end of its stream counts it as taken
            of.noRoom();
        } else {
            client.fireChannelRead(data);
        }
    }

    private void count(ChannelHandlerContext client, int frames) {
        long now = System.nanoTime();
        if (now - controlSince >= TimeUnit.SECONDS.toNanos(Http2Limits.CONTROL_SECONDS)) {
            controlSince = now;
            controlFrames = 0;
        }
        boolean before = controlFrames < Http2Limits.CONTROL_FRAMES_MAX;
        controlFrames += frames;
        if (before && controlFrames >= Http2Limits.CONTROL_FRAMES_MAX) {
            client.writeAndFlush(new DefaultHttp2GoAwayFrame(Http2Error.ENHANCE_YOUR_CALM));
            cut(client);
        }
    }

    /** Closes from below the frame codec, which would wait for the streams. */
    private static void cut(ChannelHandlerContext client) {
        client.pipeline().context(Http2FrameCodec.class).close();
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext client) {
        int control = halfHead.takeControl();
        if (control > 0) {
            count(client, control);
        }
        awaitHead();
        client.fireChannelReadComplete();
    }

    /** Whoever is read again has the whole limit for the rest of a head. */
    @Override
    public void channelWritabilityChanged(ChannelHandlerContext client) {
        awaitHead();
        client.fireChannelWritabilityChanged();
    }

    private void awaitHead() {
        if (halfHead.isThere() && !untaken.isPaused()) {
            lookAt(headUntil());
        }
    }

    private long headUntil() {
        long since = !greeted
                ? openSince
                : halfHead.since() - untaken.readSince() > 0 ? halfHead.since() : untaken.readSince();
        return since + headNanos;
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext client, Object event) {
        client.fireUserEventTriggered(event);
        if (event instanceof Http2FrameStreamEvent of && of.stream().state() == Http2Stream.State.CLOSED) {
            StreamCodec ended = streams.get(of.stream());
            if (ended != null) {
                ended.ended(); // it would wait for its handlers to read what came before
            }
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext client) {
        client.fireChannelInactive();
        List.copyOf(streams.values()).forEach(StreamCodec::ended);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext client) {
        front.closed(this);
        if (timer != null) {
            timer.cancel(false);
        }
    }

    private void lookAt(long nanos) {
        ChannelHandlerContext client = context;
        if (client == null || (timer != null && timerAt - nanos <= 0)) {
            return;
        }
        if (timer != null) {
            timer.cancel(false);
        }
        timerAt = nanos;
        timer = client.executor().schedule(this::look, Math.max(0, nanos - System.nanoTime()), TimeUnit.NANOSECONDS);
    }

    private void look() {
        timer = null;
        ChannelHandlerContext client = context;
        if (client == null || !client.channel().isActive()) {
            return;
        }
        long now = System.nanoTime();
        boolean inHead = !greeted || halfHead.isThere();
        boolean isHeadAwaited = inHead && !untaken.isPaused();
        long headUntil = headUntil();
        long idleUntil = idleSince + idleNanos;
        if (late.looksAgain(timerAt, now)) {
            lookAt(now + Late.AGAIN_NANOS);
        } else if ((isHeadAwaited && now - headUntil >= 0) || untaken.isStuck(client.channel(), now)) {
            cut(client);
        } else if (ForgottenReset.isOf(client.channel()) || (!inHead && streams.isEmpty() && now - idleUntil >= 0)) {
            client.close();
        } else {
            try {
                lookAtStreams(client, now);
            } finally { // if it fails for want of memory, nothing else looks at what waits here
                boolean isIdle = streams.isEmpty() && !untaken.isPaused() && now - idleUntil < 0;
                lookAt(isIdle ? idleUntil : now + lookNanos);
                if (isHeadAwaited) {
                    lookAt(headUntil);
                }
            }
        }
    }

    private void lookAtStreams(ChannelHandlerContext client, long now) {
        Http2FrameCodec codec = client.pipeline().get(Http2FrameCodec.class);
        var windows = codec.encoder().flowController();
        for (Map.Entry<Http2FrameStream, StreamCodec> each : List.copyOf(streams.entrySet())) {
            Http2Stream stream = codec.connection().stream(each.getKey().id());
            if (stream != null) {
                each.getValue().look(now, windows.initialWindowSize() - windows.windowSize(stream));
            }
        }
    }

    /** Asks to end this connection: streams that the client has begun are finished. */
    void goAway() {
        ChannelHandlerContext client = context;
        if (client != null) {
            client.executor().execute(() -> beginToGo(client));
        }
    }

    Channel channel() {
        if (context == null) {
            throw new IllegalStateException("not in a pipeline");
        }
        return context.channel();
    }

    /* Two GOAWAYs: what the client sends before it has read the first is still served, and the second names the last stream. */
    private void beginToGo(ChannelHandlerContext client) {
        if (going || !client.channel().isActive()) {
            return;
        }
        going = true;
        client.write(new DefaultHttp2GoAwayFrame(Http2Error.NO_ERROR).setExtraStreamIds(Integer.MAX_VALUE));
        client.writeAndFlush(new DefaultHttp2PingFrame(0, false));
        client.executor().schedule(this::goNow, GOING_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void goNow() {
        ChannelHandlerContext client = context;
        if (!going || gone || client == null) {
            return;
        }
        gone = true;
        client.write(new DefaultHttp2GoAwayFrame(Http2Error.NO_ERROR));
        client.close(); // the frame codec waits for the streams
    }

    /** The server closes what it takes for an idle connection when it stops. */
    @Override
    public void close(ChannelHandlerContext client, ChannelPromise promise) {
        client.channel().closeFuture().addListener(_ -> promise.trySuccess());
        beginToGo(client);
    }

    /** What the read brought, or a part of it, is lost. */
    private static boolean isOutOfMemory(Throwable cause) {
        return cause instanceof OutOfMemoryError || cause.getCause() instanceof OutOfMemoryError;
    }

    private static boolean isBroken(Throwable cause) {
        return cause instanceof IOException || cause.getCause() instanceof SSLException;
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext client, Throwable cause) {
        boolean ofAStream = cause instanceof Http2FrameStreamException;
        if (isOutOfMemory(cause)) {
            LOG.warn("no memory for what a client sends, so that its connection ends: {}", cause.toString());
            cut(client);
        } else if (!ofAStream && (cause instanceof Http2Exception || isBroken(cause))) {
            LOG.debug("connection ended: {}", cause.toString()); // by the frame codec or by the client
        } else {
            client.fireExceptionCaught(cause);
        }
    }
}
