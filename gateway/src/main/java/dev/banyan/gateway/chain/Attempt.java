package dev.banyan.gateway.chain;

import dev.banyan.gateway.backend.BackendFailure;
import dev.banyan.gateway.backend.Failure;
import dev.banyan.gateway.backend.Instance;
import dev.banyan.gateway.backend.LiveBackend;
import dev.banyan.gateway.backend.OddTarget;
import dev.banyan.gateway.backend.ReplyWatch;
import dev.banyan.gateway.call.HostNames;
import dev.banyan.gateway.call.Step;
import dev.banyan.gateway.http.Framing;
import dev.banyan.gateway.http.OwnCookies;
import dev.banyan.gateway.http.Target;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.util.AttributeKey;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;
import reactor.netty.Connection;
import reactor.netty.NettyOutbound;
import reactor.netty.channel.ChannelOperations;
import reactor.netty.http.client.HttpClientRequest;
import reactor.netty.http.client.HttpClientResponse;

/** One request of a call, over one connection, and the reply to it. */
final class Attempt {

    /*
     * Who leaves is seen on the event loop of a client, and the client library would have it close the backend's connection from there. Until that
     * close gets to the connection's own loop, this one may read the end of the reply and lend the connection to another call, which would be
     * closed instead. So the library is not told while it has a connection for us: a task on that connection's loop looks whether it
     * still carries this request, and closes it only then. Nothing can come in between, since the loop does nothing else meanwhile.
     */

    /** Pieces of a reply that are on their way from its connection's event loop to the client's. */
    private static final int PIECES_AHEAD = 32;

    private static final AttributeKey<Boolean> USED = AttributeKey.valueOf("banyan.connectionUsed");

    private final Passage passage;
    private final LiveBackend backend;
    private final Instance instance;
    private final boolean anew;

    /** Set before a request is sent; until then the library may be told by any thread that nobody waits. */
    private volatile @Nullable Channel channel;

    private volatile boolean givenUp;

    /** What the connection is while it carries this request, and what reads the reply. */
    private @Nullable ChannelOperations<?, ?> exchange;

    private @Nullable ReplyWatch watch;
    private boolean connectionWasUsed;

    Attempt(Passage passage, Step.Ask ask) {
        this.passage = passage;
        this.backend = ask.backend();
        this.instance = ask.instance();
        this.anew = ask.anew();
    }

    /** Returns the head of the reply, once it is there; what follows from it goes on on the event loop of the client. */
    Mono<HttpClientResponse> send() {
        String target = Target.ascii(passage.targetFor(backend));
        Mono<HttpClientResponse> head = (anew ? instance.unpooled() : instance.client())
                .request(HttpMethod.valueOf(passage.call.method()))
                .uri(OddTarget.forClient(target))
                .send((request, out) -> write(request, out, target))
                .responseConnection(Attempt::take)
                .single();
        return Mono.<HttpClientResponse>create(caller -> askFor(head, caller)).publishOn(passage.loop());
    }

    private void askFor(Mono<HttpClientResponse> head, MonoSink<HttpClientResponse> caller) {
        Disposable asking = head.subscribe(caller::success, error -> {
            if (!givenUp) {
                caller.error(error);
            }
        });
        caller.onCancel(() -> {
            giveUp();
            if (channel == null) {
                asking.dispose();
            }
        });
    }

    /** Whether its connection had carried another request before. */
    boolean connectionWasUsed() {
        return connectionWasUsed;
    }

    /** Returns the body of the reply as it comes; each buffer is the subscriber's to release. */
    Flux<ByteBuf> body() {
        if (exchange == null) {
            throw new BackendFailure(Failure.RESET);
        }
        return exchange.receive()
                .retain()
                .map(Piece::new)
                .publishOn(passage.loop(), PIECES_AHEAD)
                .doOnDiscard(Piece.class, Piece::drop)
                .mapNotNull(Piece::take);
    }

    /** Nobody wants the reply, or the rest of it: its connection closes, unless that has carried it to its end already. */
    void giveUp() {
        givenUp = true;
        Channel over = channel;
        if (over != null) { // else it is seen before the request is sent
            over.eventLoop().execute(() -> end(over));
        }
    }

    @SuppressWarnings("ReferenceEquality") // it is about this one, not about one that is like it
    private void end(Channel over) {
        ChannelOperations<?, ?> mine = exchange;
        if (mine == null) {
            return;
        }
        if (Connection.from(over) == mine) {
            mine.dispose();
        } else if (!mine.isInboundDisposed()) {
            mine.discard(); // the end of the reply has come, and not all of it was taken
        }
    }

    private static Mono<HttpClientResponse> take(HttpClientResponse reply, Connection connection) {
        if (Framing.isDoubtfulReply(reply.version(), reply.status(), reply.responseHeaders())) {
            connection.dispose();
            return Mono.error(new BackendFailure(Failure.RESET));
        }
        return Mono.just(reply);
    }

    private Publisher<Void> write(HttpClientRequest request, NettyOutbound out, String target) {
        out.withConnection(this::begin);
        if (givenUp) {
            out.withConnection(Connection::dispose);
            return Mono.empty();
        }
        // Replaced whole: the client library would add a User-Agent and an Accept of its own.
        HttpHeaders head = request.requestHeaders();
        head.clear().add(passage.headFor(backend));
        passage.call.markAttempt(head);
        OddTarget.mark(head, target);
        HostNames.write(head, passage.call.asked(), backend, instance.origin(), passage.call.hostFor(backend));
        OwnCookies.removeFromRequest(head, passage.call.foreignCookies(backend));
        if (!passage.call.hasBody()) {
            bodyEnds();
            return Mono.empty();
        }
        if (!head.contains(HttpHeaderNames.CONTENT_LENGTH)) {
            head.set(HttpHeaderNames.TRANSFER_ENCODING, "chunked");
        }
        // With the flush test: without it, this client collects the body of a GET or DELETE.
        return out.send(passage.body().doOnComplete(this::bodyEnds), _ -> false);
    }

    private void begin(Connection connection) {
        exchange = connection.as(ChannelOperations.class);
        connectionWasUsed = connection.channel().attr(USED).getAndSet(true) != null;
        watch = ReplyWatch.of(connection.channel());
        watch.begin(passage.call.headTimeout(backend), backend);
        channel = connection.channel();
    }

    private void bodyEnds() {
        if (watch != null) {
            watch.bodyEnds();
        }
    }
}
