package dev.banyan.gateway.mirror;

import dev.banyan.gateway.backend.Failure;
import dev.banyan.gateway.backend.Fallback;
import dev.banyan.gateway.backend.Instance;
import dev.banyan.gateway.backend.LiveBackend;
import dev.banyan.gateway.call.HostNames;
import dev.banyan.gateway.connect.Asker;
import dev.banyan.gateway.connect.BackendConnection;
import dev.banyan.gateway.http.Framing;
import dev.banyan.gateway.http.HopByHop;
import dev.banyan.gateway.http.MirrorMark;
import dev.banyan.gateway.http.OwnCookies;
import dev.banyan.gateway.http.Target;
import dev.banyan.rules.Mirror;
import dev.banyan.rules.Side;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One copy on its way, from the request to the last piece of the reply; confined to the event loop of its pool. */
final class Copy implements Asker {

    private final long startNanos = System.nanoTime();
    private final Request request;
    private final Side side;
    private final Filtering.Line line;
    private final MirrorMark mark;
    private final Duration timeout;
    private final Collected body;
    private final Consumer<Asked> then;
    private @Nullable BackendConnection connection;
    private @Nullable HttpResponse head;
    private long headNanos;
    private boolean reconnected;
    private boolean done;

    /**
     * @param line what is asked for, before the route's rewrite
     * @param timeout for all of it
     * @param body for what comes
     * @param then told once
     */
    Copy(
            Request request,
            Side side,
            Filtering.Line line,
            MirrorMark mark,
            Duration timeout,
            Collected body,
            Consumer<Asked> then) {
        this.request = request;
        this.side = side;
        this.line = line;
        this.mark = mark;
        this.timeout = timeout;
        this.body = body;
        this.then = then;
    }

    /*
     * A read over a connection that its server has closed in the meantime is asked once more, as a caller's is: it says nothing about the
     * server, and callers' errors, with which copies' are compared, do not have it.
     */

    void begin(LiveBackend backend, Instance instance) {
        BackendConnection taken = request.pool().take(backend, instance, reconnected, this);
        connection = taken;
        if (taken.isReady()) {
            connected(taken);
        } else if (timeout.compareTo(backend.backend().timeouts().connect()) < 0) {
            taken.connectWithin(timeout.toNanos());
        }
    }

    @Override
    public void connected(BackendConnection to) {
        long left = timeout.toNanos() - (System.nanoTime() - startNanos);
        if (left <= 0) {
            end(to, false, new Asked.Failed(Failure.TIMEOUT)); // the other side would work for nobody
            return;
        }
        boolean toHead = request.method().equals("HEAD");
        to.expectReply(toHead);
        to.deadlineIn(left);
        to.write(new DefaultFullHttpRequest(
                HttpVersion.HTTP_1_1,
                HttpMethod.valueOf(request.method()),
                Target.ascii(request.rewritten(line.target(), side)),
                request.body().length == 0 ? Unpooled.EMPTY_BUFFER : Unpooled.wrappedBuffer(request.body()),
                headFor(to),
                EmptyHttpHeaders.INSTANCE));
        to.flush();
    }

    /*
     * The caller has got all of a reply: a side that knows what the caller has would say "not modified", or send a part, of which nothing could be
     * compared. A write keeps its conditions, for they may be what it is safe by.
     */
    private HttpHeaders headFor(BackendConnection to) {
        HttpHeaders copy = line.head().copy();
        if (Mirror.READS.contains(request.method())) {
            Conditions.removeFrom(copy);
        }
        if (request.body().length > 0) {
            copy.remove(HttpHeaderNames.TRANSFER_ENCODING);
            copy.set(HttpHeaderNames.CONTENT_LENGTH, request.body().length);
        }
        HostNames.write(copy, request.asked(), to.backend(), to.instance().origin(), request.host(side));
        OwnCookies.removeFromRequest(
                copy, request.rules().cookies().foreignTo(to.backend().name()));
        mark.put(copy);
        return copy;
    }

    @Override
    public void replyHead(BackendConnection from, HttpResponse reply) {
        if (head != null
                || reply.decoderResult().isFailure()
                || Framing.isDoubtfulReply(reply.protocolVersion(), reply.status(), reply.headers())) {
            ReferenceCountUtil.release(reply);
            end(from, false, new Asked.Failed(Failure.RESET));
            return;
        }
        head = reply;
        headNanos = System.nanoTime() - startNanos;
        if (!request.method().equals("HEAD")) {
            body.expect(HttpUtil.getContentLength(reply, 0L));
            endIfTooLarge(from);
        }
    }

    @Override
    public void replyPiece(BackendConnection from, HttpContent piece) {
        try {
            HttpResponse reply = head;
            if (done || reply == null) {
                return;
            }
            if (piece.decoderResult().isFailure()) {
                end(from, false, new Asked.Failed(Failure.RESET));
                return;
            }
            body.add(piece.content());
            endIfTooLarge(from);
            if (!done && piece instanceof LastHttpContent) {
                end(from, HttpUtil.isKeepAlive(reply), replied(reply));
            }
        } finally {
            piece.release();
        }
    }

    private void endIfTooLarge(BackendConnection from) {
        HttpResponse reply = head;
        if (reply != null && body.isTooLong()) {
            end(from, false, replied(reply));
        }
    }

    private Asked replied(HttpResponse reply) {
        HopByHop.removeFrom(reply.headers());
        return new Asked.Replied(new Kept(reply.status().code(), reply.headers(), body), headNanos);
    }

    @Override
    public void broke(BackendConnection from, Failure why) {
        boolean repeatable = head == null && Fallback.isRepeatable(request.method(), request.body().length > 0);
        if (from == connection && !reconnected && Fallback.mayReconnect(why, repeatable, from.wasUsed())) {
            reconnected = true;
            begin(from.backend(), from.instance());
            return;
        }
        end(from, false, new Asked.Failed(why));
    }

    private void end(BackendConnection from, boolean reusable, Asked asked) {
        if (done || from != connection) {
            return;
        }
        done = true;
        connection = null;
        from.leave(reusable);
        then.accept(asked);
    }
}
