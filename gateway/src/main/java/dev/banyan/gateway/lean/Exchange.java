package dev.banyan.gateway.lean;

import dev.banyan.gateway.backend.Failure;
import dev.banyan.gateway.backend.LiveBackend;
import dev.banyan.gateway.call.Call;
import dev.banyan.gateway.call.HostNames;
import dev.banyan.gateway.call.Memory;
import dev.banyan.gateway.call.OwnReply;
import dev.banyan.gateway.call.Step;
import dev.banyan.gateway.connect.Asker;
import dev.banyan.gateway.connect.BackendConnection;
import dev.banyan.gateway.http.Framing;
import dev.banyan.gateway.http.HopByHop;
import dev.banyan.gateway.http.OwnCookies;
import dev.banyan.gateway.http.Target;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Carries one call from a client's connection to a backend's and its reply back, piece by piece. */
final class Exchange implements Asker {

    private static final Logger LOG = LoggerFactory.getLogger(Exchange.class);

    private final Call call;
    private final ClientSide client;
    private final ReplyOut out;
    private final HttpMethod method;

    private @Nullable BackendConnection connection;
    /** Pieces of the request's body that came before there was a connection. */
    private @Nullable ArrayDeque<HttpContent> waiting;

    private boolean unflushed;
    private boolean requestDone;
    /** A reply has been chosen and goes to the client; nothing else can take its place. */
    private boolean forwarding;

    private boolean clientTakes = true;
    private boolean reusable;
    private boolean ended;

    Exchange(Call call, ClientSide client, HttpRequest request, ReplyOut out) {
        this.call = call;
        this.client = client;
        this.out = out;
        this.method = request.method();
    }

    void begin(Channel connection) {
        perform(call.begin(connection));
    }

    private void perform(Step step) {
        switch (step) {
            case Step.Ask ask -> {
                BackendConnection next = client.connection(ask, this);
                connection = next;
                if (next.isReady()) {
                    send(next);
                }
            }
            case Step.Forward() -> throw new IllegalStateException("no reply to forward");
            case Step.Answer(Failure why) -> answer(call.answerFor(why));
        }
    }

    @Override
    public void connected(BackendConnection ready) {
        send(ready);
        flushRequest();
    }

    private void send(BackendConnection to) {
        LiveBackend backend = to.backend();
        HttpHeaders head = call.head();
        String host = call.hostFor(backend);
        Set<String> foreign = call.foreignCookies(backend);
        boolean hasForeign = !foreign.isEmpty() && head.contains(HttpHeaderNames.COOKIE);
        if (host != null
                || backend.host() != null
                || hasForeign
                || call.isAgain()
                || !head.contains(HttpHeaderNames.HOST)) {
            head = head.copy(); // another backend may still be asked under another name
            call.markAttempt(head);
            HostNames.write(head, call.asked(), backend, to.instance().origin(), host);
            OwnCookies.removeFromRequest(head, foreign);
        }
        String target = Target.ascii(call.rewritten(call.target(), backend));
        to.expectReply(method.equals(HttpMethod.HEAD));
        to.callBegins(call.headTimeout(backend).toNanos());
        if (!call.hasBody()) {
            to.write(new DefaultFullHttpRequest(
                    HttpVersion.HTTP_1_1, method, target, Unpooled.EMPTY_BUFFER, head, EmptyHttpHeaders.INSTANCE));
            to.flush();
            awaitTurn(to);
            return;
        }
        if (!head.contains(HttpHeaderNames.CONTENT_LENGTH)) {
            head.set(HttpHeaderNames.TRANSFER_ENCODING, "chunked");
        }
        to.write(new DefaultHttpRequest(HttpVersion.HTTP_1_1, method, target, head));
        sendWaiting(to);
        unflushed = true; // together with what of the body was read with the head
        if (!requestDone) {
            out.goOn();
        }
        backendTakes(to);
    }

    /** Reads on while the backend takes the body; writing to it may have ended it just now. */
    private void backendTakes(BackendConnection to) {
        if (to != connection) {
            return;
        }
        client.readOn(to.isWritable());
        awaitTurn(to);
    }

    private void sendWaiting(BackendConnection to) {
        HttpContent piece;
        while (waiting != null && (piece = waiting.poll()) != null) {
            to.write(piece);
        }
    }

    private void awaitTurn(BackendConnection from) {
        from.turn(requestDone || !call.hasBody(), clientTakes);
    }

    /** A piece of the request's body has come; takes it over. */
    void requestPiece(HttpContent piece) {
        requestDone = piece instanceof LastHttpContent;
        if (piece.decoderResult().isFailure()) {
            piece.release();
            refuse(OwnReply.refusal(400, "the body is not framed as its head says")
                    .andClose());
            return;
        }
        BackendConnection to = connection;
        if (ended || !call.hasBody() || to == null) {
            piece.release();
            return;
        }
        if (!call.requestPiece(piece.content())) {
            piece.release();
            refuse(call.tooLarge());
            return;
        }
        if (piece.content().isReadable() && !to.isWritable() && Memory.isFull()) {
            piece.release();
            refuse(call.noRoom());
            return;
        }
        if (requestDone) {
            call.requestEnded();
        }
        HttpContent sent = HopByHop.withoutTrailers(piece);
        if (!to.isReady()) {
            waiting = waiting == null ? new ArrayDeque<>() : waiting;
            waiting.add(sent);
            client.readOn(false);
            return;
        }
        to.write(sent);
        unflushed = true;
        if (requestDone) {
            flushRequest();
            awaitTurn(to);
        } else if (!to.isWritable()) {
            flushRequest();
            backendTakes(to);
        }
    }

    /** All that was read of the client has come. */
    void flushRequest() {
        if (unflushed && connection != null) {
            unflushed = false;
            connection.flush();
        }
    }

    /** The rest of the request is not wanted: nobody is to blame but the client. */
    private void refuse(OwnReply reply) {
        if (ended) {
            return;
        }
        letGo();
        call.abandon();
        ended = true;
        if (out.isBegun()) {
            out.cut();
            call.end(out.statusSent(), true);
            client.ended();
        } else {
            own(call.refused(reply), true);
        }
    }

    @Override
    public void backendTakesMore() {
        if (connection != null) {
            backendTakes(connection);
        }
    }

    /** The client's connection takes more, or does not. */
    void clientTakes(boolean more) {
        if (connection != null && connection.isReady()) {
            connection.read(more);
            clientTakes = more;
            if (forwarding) {
                awaitTurn(connection);
            }
        }
    }

    @Override
    public void replyHead(BackendConnection from, HttpResponse reply) {
        if (forwarding
                || reply.decoderResult().isFailure()
                || Framing.isDoubtfulReply(reply.protocolVersion(), reply.status(), reply.headers())) {
            ReferenceCountUtil.release(reply);
            from.close();
            broke(from, Failure.RESET);
            return;
        }
        reusable = HttpUtil.isKeepAlive(reply);
        Step step = call.replied(reply.status().code());
        if (step instanceof Step.Forward) {
            forwarding = true;
            from.replyBegins(from.backend().silenceNanos(reply.headers()));
            awaitTurn(from);
            out.begin(call, reply);
            return;
        }
        ReferenceCountUtil.release(reply);
        letGo();
        perform(step);
    }

    @Override
    public void replyPiece(BackendConnection from, HttpContent piece) {
        if (!forwarding || ended) {
            piece.release();
            return;
        }
        if (piece.decoderResult().isFailure()) {
            piece.release();
            from.close();
            broke(from, Failure.RESET);
            return;
        }
        call.piece(piece.content());
        if (!(piece instanceof LastHttpContent)) {
            if (!out.piece(piece)) {
                from.read(false);
                clientTakes = false;
            }
            awaitTurn(from);
            return;
        }
        ended = true;
        connection = null;
        from.leave(reusable && requestDone);
        int status = out.end(piece);
        releaseWaiting();
        call.end(status, false);
        client.ended();
    }

    @Override
    public void replyRead() {
        out.flush();
    }

    @Override
    public void broke(BackendConnection from, Failure why) {
        if (ended || from != connection) {
            return;
        }
        boolean wasUsed = from.wasUsed();
        connection = null;
        from.close();
        if (!forwarding) {
            perform(call.failed(why, wasUsed));
            return;
        }
        ended = true;
        LOG.debug("reply cut short by {}: {}", call.serving().name(), why);
        call.brokeOff(why);
        releaseWaiting();
        out.cut();
        call.end(out.statusSent(), false);
        client.ended();
    }

    private void answer(OwnReply reply) {
        ended = true;
        releaseWaiting();
        own(reply, false);
    }

    /** Ends with a reply of the gateway's own. */
    private void own(OwnReply reply, boolean abandoned) {
        try {
            out.own(reply);
        } catch (RuntimeException | Error e) {
            out.cut(); // or the client would take the next reply for this one
            throw e;
        } finally { // a call that nobody ends keeps its place
            call.end(reply.status(), abandoned);
            client.ended();
        }
    }

    /** The client has gone. */
    void clientGone() {
        if (ended) {
            return;
        }
        ended = true;
        letGo();
        out.drop();
        call.abandon();
        call.end(out.statusSent(), true);
    }

    private void letGo() {
        BackendConnection from = connection;
        connection = null;
        if (from != null) {
            from.close();
        }
        releaseWaiting();
    }

    private void releaseWaiting() {
        if (waiting != null) {
            waiting.forEach(HttpContent::release);
            waiting.clear();
        }
    }
}
