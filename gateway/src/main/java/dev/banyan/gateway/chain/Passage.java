package dev.banyan.gateway.chain;

import dev.banyan.gateway.backend.BackendFailure;
import dev.banyan.gateway.backend.Failure;
import dev.banyan.gateway.backend.LiveBackend;
import dev.banyan.gateway.call.Call;
import dev.banyan.gateway.call.Step;
import dev.banyan.gateway.edge.FrontDoor;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import org.jspecify.annotations.Nullable;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.http.client.HttpClientResponse;
import reactor.netty.http.server.HttpServerRequest;

/** A call on its way through the chain, with what carries it there; confined to the event loop of its connection. */
final class Passage {

    private static final String ATTRIBUTE = Passage.class.getName();

    final Call call;
    private final HttpServerRequest incoming;
    private @Nullable Filtered filtered;

    @Nullable
    HttpClientResponse reply;

    private @Nullable Attempt attempt;
    private @Nullable Channel client;

    /** Why the request's body does not end in good order; null as long as it may. */
    private @Nullable Throwable bodyFailure;

    /** How much of the reply's body is still to come; negative when it does not say. */
    private long bytesLeft = -1;

    private boolean whole;

    Passage(Call call, HttpServerRequest incoming) {
        this.call = call;
        this.incoming = incoming;
        // Not the connection itself: once it has ended, that one knows of no channel.
        incoming.withConnection(over -> client = over.channel());
    }

    static Passage of(ServerWebExchange exchange) {
        return exchange.getRequiredAttribute(ATTRIBUTE);
    }

    void attachTo(ServerWebExchange exchange) {
        exchange.getAttributes().put(ATTRIBUTE, this);
    }

    /** The client's connection. */
    Channel client() {
        if (client == null) {
            throw new IllegalStateException("no connection (expected: a request that came by one)");
        }
        return client;
    }

    /** The event loop of the client's connection, on which all of the call is done, wherever its backend's connection is. */
    OnLoop loop() {
        return new OnLoop(client().eventLoop());
    }

    /** Sets what the route's filters made of the request; only the assigned backend gets that. */
    void filtered(Filtered request) {
        filtered = request;
    }

    /** Returns what {@code backend} is asked for: what the filters and the route made of the target where it is assigned. */
    String targetFor(LiveBackend backend) {
        boolean theirs = filtered != null && call.isAssigned(backend);
        return call.rewritten(theirs && filtered != null ? filtered.target() : call.target(), backend);
    }

    /** Returns the head that {@code backend} gets. */
    HttpHeaders headFor(LiveBackend backend) {
        return filtered != null && call.isAssigned(backend) ? filtered.head() : call.head();
    }

    /** Whether the client's connection has ended. What fails from then on says nothing about a backend. */
    boolean isClientGone() {
        return isBodyBroken() || (client != null && !client.isActive());
    }

    private boolean isBodyBroken() {
        return bodyFailure != null && !(bodyFailure instanceof BodyTooLarge);
    }

    /** Returns the request's body as it comes; each buffer is the subscriber's to release. */
    Flux<ByteBuf> body() {
        // After a reset the body ends in an error a moment before the connection counts as closed.
        Flux<ByteBuf> pieces = incoming.receive().retain().concatWith(Mono.defer(this::end));
        return pieces.<ByteBuf>handle((piece, next) -> {
                    if (call.requestPiece(piece)) {
                        next.next(piece);
                    } else {
                        piece.release();
                        next.error(new BodyTooLarge());
                    }
                })
                .doOnError(failure -> bodyFailure = failure)
                .doOnComplete(call::requestEnded);
    }

    /* For the server a body just ends that breaks off in its framing or with its client: a backend would take the part for all. */
    private Mono<ByteBuf> end() {
        boolean whole =
                client != null && client.isActive() && !FrontDoor.isBodyBroken(client, incoming.requestHeaders());
        return whole ? Mono.empty() : Mono.error(new ClientGone());
    }

    /** Whether nobody but the client is to blame for what was not sent, be it of the request or of the reply. */
    boolean isEndedByClient() {
        return bodyFailure != null || isClientGone();
    }

    /** Whether the client is there although {@link #isClientGone} says that its request is not. */
    boolean isOnlyBroken() {
        return isBodyBroken() && client != null && client.isActive();
    }

    /** This attempt is under way from now on; there is one at a time. */
    void attempts(Attempt next) {
        attempt = next;
    }

    /** A reply head is there. Returns what comes next. */
    Step replied(HttpClientResponse head) {
        reply = head;
        int status = head.status().code();
        String length = head.responseHeaders().get(HttpHeaderNames.CONTENT_LENGTH);
        if (status == 204 || status == 304 || call.method().equals("HEAD")) {
            bytesLeft = 0;
        } else {
            bytesLeft = length == null ? -1 : Long.parseLong(length); // the decoder has refused what is no number
        }
        return call.replied(status);
    }

    /** Returns the body of the reply as it comes; each buffer is the subscriber's to release. */
    Flux<ByteBuf> replyBody() {
        Attempt current = attempt;
        if (current == null) {
            throw new BackendFailure(Failure.RESET);
        }
        return current.body()
                .doOnNext(piece -> bytesLeft -= piece.readableBytes())
                .concatWith(Mono.defer(this::endOfReply))
                .doOnComplete(() -> whole = true);
    }

    /* The client library ends a reply in good order, however much of it there is, when the body of its request fails. */
    private Mono<ByteBuf> endOfReply() {
        Throwable failure = bodyFailure;
        return failure == null || bytesLeft == 0 ? Mono.empty() : Mono.error(failure);
    }

    /** Whether all of the reply has come: many clients close the connection as soon as they have that. */
    boolean isReplyWhole() {
        return whole || bytesLeft == 0;
    }

    /** Gives up the attempt that is under way, or its reply, and its connection. */
    void discardReply() {
        Attempt current = attempt;
        if (current != null) {
            current.giveUp();
        }
        attempt = null;
        reply = null;
        bytesLeft = -1;
        whole = false;
    }
}
