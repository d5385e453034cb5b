package dev.banyan.gateway.edge;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.LastHttpContent;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Ends a connection whose client keeps us waiting: with its head, between requests, with a body we want to read, or with
 * taking what we send. Who is slow but moves at some rate is left alone, and so is a stream that has nothing to say.
 */
@SuppressWarnings("FutureReturnValueIgnored") // Netty: a connection that is being closed reports to nobody
public final class ClientWatch extends ChannelDuplexHandler {

    /*
     * A request that comes whole in one read costs two looks at the clock and no timer. One timer lives as long as the
     * connection; when it goes off it looks what is being waited for and sets itself anew. It is brought forward only when a
     * read ends inside a head or a body, or the client has stopped taking bytes.
     *
     * Only the time in which we asked for bytes counts against the client, not that in which a backend took none.
     */

    /** The event that says that something came which is refused for how it is framed. */
    static final Object BROKEN = new Object();

    private static final byte[] TIMED_OUT =
            "HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
                    .getBytes(StandardCharsets.US_ASCII);

    private static final int LOOKS_PER_STALL = 4;
    private static final double NANOS_A_SECOND = 1e9;

    private final long headNanos;
    private final long idleNanos;
    private final long stallNanos;
    private final int minRate;
    private final IntConsumer refused;

    private boolean inHead;
    private boolean inBody;
    private boolean tunnel;
    private boolean replyBegun;
    /** Something came that cannot be read. Nothing is read after it, and whoever is behind may fail to answer it. */
    private boolean broken;

    private long brokenSince;
    /** Requests whose reply has not ended. */
    private int exchanges;

    private long headSince;
    private long idleSince;
    private long readSince;

    /** How long a body was waited for, and what came of it in that time; negative before the first wait. */
    private long waitedNanos;

    private long waitedBytes;

    /** Whether somebody wants the next bytes. */
    private boolean wanted;

    private boolean unbidden;

    private long written;
    /** Since when something has waited for the client to take it, and what had been taken by then. */
    private boolean sending;

    private long sendingSince;
    private long takenBefore;

    private @Nullable Future<?> timer;
    private long timerAt;

    /** {@code refused} is told the status of each request that is answered because it came too slowly. */
    public ClientWatch(Patience patience, IntConsumer refused) {
        this.headNanos = patience.head().toNanos();
        this.idleNanos = patience.idle().toNanos();
        this.stallNanos = patience.stall().toNanos();
        this.minRate = patience.minRate();
        this.refused = refused;
    }

    /** Returns the part of this watch that belongs behind the HTTP codec; this handler itself belongs in front of it. */
    public ChannelDuplexHandler messages() {
        return new Messages();
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        idleSince = System.nanoTime();
        lookAt(context, idleSince + idleNanos);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        if (timer != null) {
            timer.cancel(false);
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        unbidden |= !wanted;
        if (!inHead && !inBody && !tunnel) {
            inHead = true;
            headSince = System.nanoTime();
        } else if (inBody && message instanceof ByteBuf bytes) {
            waitedBytes += bytes.readableBytes();
        }
        context.fireChannelRead(message);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event == BROKEN) {
            breaks(context);
        } else {
            context.fireUserEventTriggered(event);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        if (inBody) {
            long now = System.nanoTime();
            waitedNanos = waitedNanos < 0 ? 0 : waitedNanos + now - readSince;
            readSince = now;
            if (waitedNanos < stallNanos) {
                lookAt(context, readSince + stallNanos);
            } else if (isTooSlow(waitedBytes, waitedNanos)) {
                giveUp(context);
            } else {
                waitedNanos = 0;
                waitedBytes = 0;
            }
        } else if (inHead) {
            lookAt(context, headSince + headNanos);
        }
        wanted = false;
        context.fireChannelReadComplete();
        if (unbidden && !wanted) {
            // Bytes come unasked when the client has hung up; over io_uring Netty 4.2 then stops before their end.
            context.read();
        }
        unbidden = false;
    }

    @Override
    public void read(ChannelHandlerContext context) {
        wanted = true;
        if (inBody) {
            // Also when reading goes on after the backend was slow: until now it was us who did not want more.
            readSince = System.nanoTime();
        }
        context.read();
    }

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
        if (message instanceof ByteBuf bytes) {
            written += bytes.readableBytes();
        }
        context.write(message, promise);
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        if (!context.channel().isWritable()) {
            lookAt(context, System.nanoTime() + stallNanos / LOOKS_PER_STALL);
        }
        context.fireChannelWritabilityChanged();
    }

    private void lookAt(ChannelHandlerContext context, long nanos) {
        if (timer != null) {
            if (timerAt - nanos <= 0) {
                return;
            }
            timer.cancel(false);
        }
        timerAt = nanos;
        timer = context.executor()
                .schedule(() -> look(context), Math.max(0, nanos - System.nanoTime()), TimeUnit.NANOSECONDS);
    }

    private void look(ChannelHandlerContext context) {
        timer = null;
        if (!context.channel().isActive()) {
            return;
        }
        long now = System.nanoTime();
        if (Late.isLate(timerAt, now)) {
            lookAt(context, now + Late.AGAIN_NANOS);
        } else if (inHead && exchanges == 0 && now - headSince >= headNanos) {
            refuse(context);
        } else if (isBodyAwaited(context) && now - readSince >= stallNanos) {
            giveUp(context);
        } else if (isStuck(context.channel().unsafe().outboundBuffer(), now)
                || (isIdle() && now - idleSince >= idleNanos)
                || (isOnlyBroken() && now - brokenSince >= headNanos)) {
            context.close();
        } else {
            lookAt(context, nextLook(context, now));
        }
    }

    private boolean isBodyAwaited(ChannelHandlerContext context) {
        return inBody && context.channel().config().isAutoRead();
    }

    private void breaks(ChannelHandlerContext context) {
        broken = true;
        brokenSince = System.nanoTime();
        lookAt(context, brokenSince + headNanos);
    }

    private boolean isOnlyBroken() {
        return broken && exchanges <= 1 && !replyBegun;
    }

    private boolean isIdle() {
        return exchanges == 0 && !inHead && !inBody && !tunnel;
    }

    /** Whether the client has taken too little over the whole of the stall limit although something waited for it all along. */
    private boolean isStuck(@Nullable ChannelOutboundBuffer out, long now) {
        if (out == null || out.current() == null) {
            sending = false;
            return false;
        }
        long taken = written - out.totalPendingWriteBytes() + out.currentProgress();
        if (!sending) {
            sending = true;
            sendingSince = now;
            takenBefore = taken;
        }
        long nanos = now - sendingSince;
        if (nanos < stallNanos) {
            return false;
        }
        boolean stuck = taken == takenBefore || isTooSlow(taken - takenBefore, nanos);
        sendingSince = now;
        takenBefore = taken;
        return stuck;
    }

    private boolean isTooSlow(long bytes, long nanos) {
        return bytes < minRate * (nanos / NANOS_A_SECOND);
    }

    /** Ends a request whose body does not come. */
    private void giveUp(ChannelHandlerContext context) {
        if (exchanges == 1 && !replyBegun) {
            refuse(context);
        } else {
            context.close();
        }
    }

    private long nextLook(ChannelHandlerContext context, long now) {
        if (inHead && exchanges == 0) {
            return headSince + headNanos;
        }
        if (sending) {
            return now + stallNanos / LOOKS_PER_STALL;
        }
        if (isBodyAwaited(context)) {
            return readSince + stallNanos;
        }
        if (isOnlyBroken()) {
            return brokenSince + headNanos;
        }
        return isIdle() ? idleSince + idleNanos : now + stallNanos;
    }

    private void refuse(ChannelHandlerContext context) {
        refused.accept(408);
        // From here on: what stands behind in the pipeline may put off the end of a connection that it still uses.
        context.writeAndFlush(Unpooled.wrappedBuffer(TIMED_OUT)).addListener(_ -> context.close());
    }

    /** Tells the watch where one request ends and the next begins. */
    private final class Messages extends ChannelDuplexHandler {

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            if (message instanceof HttpRequest request) {
                if (request.decoderResult().isFailure()) {
                    breaks(context);
                }
                inHead = false;
                inBody = true;
                waitedNanos = -1;
                waitedBytes = 0;
                exchanges++;
            }
            if (message instanceof LastHttpContent) {
                inBody = false;
            }
            context.fireChannelRead(message);
        }

        @Override
        public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
            if (message instanceof HttpResponse reply) {
                boolean interim = reply.status().codeClass() == HttpStatusClass.INFORMATIONAL;
                tunnel |= reply.status().code() == 101;
                replyBegun = !interim;
            }
            if (message instanceof LastHttpContent && (replyBegun || tunnel)) {
                replyBegun = false;
                exchanges--;
                idleSince = System.nanoTime();
                headSince = idleSince;
            }
            context.write(message, promise);
        }
    }
}
