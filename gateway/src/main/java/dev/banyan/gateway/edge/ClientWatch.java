package dev.banyan.gateway.edge;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
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

    private final long headNanos;
    private final long idleNanos;
    private final long stallNanos;
    private final Pace pace;
    private final RequestCodec codec;
    private final IntConsumer refused;
    private final Entrance.Inside inside;
    private @Nullable ChannelHandlerContext context;

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

    /** Of a body, what the read under way has brought. */
    private long bodyBytes;

    /** Whether somebody wants the next bytes. */
    private boolean wanted;

    private boolean unbidden;

    /** Whether nothing is read, since what has come before is held back undecoded. */
    private boolean heldBack;

    /** Whether somebody wanted to read meanwhile. */
    private boolean readDue;

    private long written;
    private @Nullable Future<?> timer;
    private long timerAt;
    private final Late late = new Late();

    /**
     * Belongs before {@code codec}. {@code refused} is told the status of each request that is answered because it came too slowly; {@code inside}
     * says whose requests are not worth reading.
     */
    public ClientWatch(Patience patience, RequestCodec codec, IntConsumer refused, Entrance.Inside inside) {
        this.headNanos = patience.head().toNanos();
        this.idleNanos = patience.idle().toNanos();
        this.stallNanos = patience.stall().toNanos();
        this.pace = new Pace(patience);
        this.codec = codec;
        this.refused = refused;
        this.inside = inside;
    }

    /** Returns the part of this watch that belongs behind the HTTP codec; this handler itself belongs in front of it. */
    public ChannelDuplexHandler messages() {
        return new Messages();
    }

    @Override
    public void handlerAdded(ChannelHandlerContext added) {
        context = added;
        idleSince = System.nanoTime();
        lookAt(idleSince + Math.min(idleNanos, ForgottenReset.LOOK_NANOS));
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
            headSince = System.nanoTime();
            if (exchanges == 0 && inside.hasLeft(context.channel(), idleSince, headSince)) {
                ReferenceCountUtil.release(message);
                close(context, context.newPromise());
                return;
            }
            inHead = true;
        } else if (inBody && message instanceof ByteBuf bytes) {
            bodyBytes += bytes.readableBytes();
        }
        context.fireChannelRead(message);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event == BROKEN) {
            breaks();
        } else {
            context.fireUserEventTriggered(event);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        if (inBody) {
            boolean slow = pace.came(bodyBytes);
            bodyBytes = 0;
            if (slow) {
                giveUp(context);
            } else {
                lookAt(pace.overdueAt());
            }
        } else {
            lookAtHead();
        }
        wanted = false;
        context.fireChannelReadComplete();
        if (unbidden && !wanted && (!heldBack || TcpState.hasLeft(context.channel()))) {
            // Bytes come unasked when the client has hung up; over io_uring Netty 4.2 then stops before their end.
            context.read();
        }
        unbidden = false;
        if (inBody && ForgottenReset.isOf(context.channel())) {
            close(context, context.newPromise());
        }
    }

    /**
     * Has what has come stay undecoded and reads no more, or goes on. That is done by a task: who makes room may be in the middle of a write, or of
     * taking one message after the other.
     */
    public void holdBack(boolean on) {
        codec.holdBack(on);
        heldBack |= on;
        ChannelHandlerContext at = context;
        if (!on && at != null) {
            at.executor().execute(() -> goOn(at));
        }
    }

    private void goOn(ChannelHandlerContext context) {
        if (codec.isHeldBack() || context.isRemoved() || !context.channel().isActive()) {
            return;
        }
        if (codec.holdsBytes()) {
            context.fireChannelRead(Unpooled.EMPTY_BUFFER);
            context.fireChannelReadComplete();
        }
        if (codec.isHeldBack()) {
            return;
        }
        heldBack = false;
        if (readDue) {
            readDue = false;
            read(context);
        }
        if (inBody) {
            lookAt(pace.overdueAt());
        } else {
            lookAtHead(); // no read will tell of a half head that was held back
        }
    }

    @Override
    public void read(ChannelHandlerContext context) {
        if (heldBack) {
            readDue = true;
            return;
        }
        wanted = true;
        if (inBody) {
            pace.asked(); // also when reading goes on after the backend was slow
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

    /** Whoever closes comes by here, and this watch itself. */
    @Override
    public void close(ChannelHandlerContext context, ChannelPromise promise) {
        OpenEnd.close(context, promise);
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        long now = System.nanoTime();
        if (context.channel().isWritable()) {
            idleSince = now; // nobody reads the next request while the replies before it wait to be taken
            if (inHead) {
                headSince = now;
                lookAt(headSince + headNanos);
            }
        } else {
            lookAt(now + stallNanos / LOOKS_PER_STALL);
        }
        context.fireChannelWritabilityChanged();
    }

    /** Whatever the read ended in is not a body: a head, perhaps one that came right behind a whole request, or nothing. */
    private void lookAtHead() {
        if (!inHead && !tunnel && codec.holdsHalfHead()) {
            inHead = true;
            headSince = System.nanoTime();
        }
        if (inHead) {
            lookAt(headSince + headNanos);
        }
    }

    private void lookAt(long nanos) {
        ChannelHandlerContext at = context;
        if (at == null || (timer != null && timerAt - nanos <= 0)) {
            return;
        }
        if (timer != null) {
            timer.cancel(false);
        }
        timerAt = nanos;
        timer = at.executor().schedule(() -> look(at), Math.max(0, nanos - System.nanoTime()), TimeUnit.NANOSECONDS);
    }

    private void look(ChannelHandlerContext context) {
        timer = null;
        if (!context.channel().isActive()) {
            return;
        }
        long now = System.nanoTime();
        if (late.looksAgain(timerAt, now)) {
            lookAt(now + Late.AGAIN_NANOS);
        } else if (isHeadAwaited(context) && now - headSince >= headNanos) {
            refuse(context);
        } else if (isBodyAwaited(context) && now - pace.overdueAt() >= 0) {
            giveUp(context);
        } else if (ForgottenReset.isOf(context.channel())
                || isStuck(context, now)
                || (isIdle() && now - idleSince >= idleNanos)
                || (isOnlyBroken() && now - brokenSince >= headNanos)) {
            close(context, context.newPromise());
        } else {
            long next = nextLook(context, now);
            lookAt(now + Math.min(next - now, ForgottenReset.LOOK_NANOS));
        }
    }

    private boolean isStuck(ChannelHandlerContext context, long now) {
        boolean stuck = pace.isStuck(context.channel().unsafe().outboundBuffer(), written, now);
        if (pace.isSending()) {
            idleSince = now; // who still takes a reply is not idle
        }
        return stuck;
    }

    private boolean isHeadAwaited(ChannelHandlerContext context) {
        return inHead && exchanges == 0 && context.channel().isWritable();
    }

    private boolean isBodyAwaited(ChannelHandlerContext context) {
        return inBody && !heldBack && context.channel().config().isAutoRead();
    }

    private void breaks() {
        broken = true;
        brokenSince = System.nanoTime();
        lookAt(brokenSince + headNanos);
    }

    private boolean isOnlyBroken() {
        return broken && exchanges <= 1 && !replyBegun;
    }

    private boolean isIdle() {
        return exchanges == 0 && !inHead && !inBody && !tunnel;
    }

    /** Ends a request whose body does not come. */
    private void giveUp(ChannelHandlerContext context) {
        if (exchanges == 1 && !replyBegun) {
            refuse(context);
        } else {
            close(context, context.newPromise());
        }
    }

    private long nextLook(ChannelHandlerContext context, long now) {
        if (isHeadAwaited(context)) {
            return headSince + headNanos;
        }
        if (pace.isSending()) {
            return now + stallNanos / LOOKS_PER_STALL;
        }
        if (isBodyAwaited(context)) {
            return pace.overdueAt();
        }
        if (isOnlyBroken()) {
            return brokenSince + headNanos;
        }
        return isIdle() ? idleSince + idleNanos : now + stallNanos;
    }

    private void refuse(ChannelHandlerContext context) {
        refused.accept(408);
        // From here on: what stands behind in the pipeline may put off the end of a connection that it still uses.
        context.writeAndFlush(Unpooled.wrappedBuffer(TIMED_OUT)).addListener(_ -> close(context, context.newPromise()));
    }

    /** Tells the watch where one request ends and the next begins. */
    private final class Messages extends ChannelDuplexHandler {

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            if (message instanceof HttpRequest request) {
                if (!broken) {
                    exchanges++; // nobody answers what comes behind something broken
                }
                if (request.decoderResult().isFailure()) {
                    breaks();
                }
                inHead = false;
                inBody = true;
                pace.bodyBegins();
                bodyBytes = 0;
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
                inHead &= !tunnel; // what came before it was no head
                replyBegun = !interim;
            }
            if (message instanceof LastHttpContent && (replyBegun || tunnel)) {
                replyBegun = false;
                exchanges--;
                idleSince = System.nanoTime();
                headSince = idleSince;
                if (inHead) {
                    lookAt(headSince + headNanos); // sent ahead: its time begins now
                }
            }
            context.write(message, promise);
        }
    }
}
