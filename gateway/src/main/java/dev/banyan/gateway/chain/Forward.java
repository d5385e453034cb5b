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
import dev.banyan.gateway.http.HopByHop;
import dev.banyan.gateway.http.OwnCookies;
import dev.banyan.gateway.http.Target;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.AttributeKey;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.springframework.cloud.gateway.filter.GatewayFilter;
import org.springframework.cloud.gateway.filter.GatewayFilterChain;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;
import reactor.netty.Connection;
import reactor.netty.NettyOutbound;
import reactor.netty.http.client.HttpClientRequest;
import reactor.netty.http.client.HttpClientResponse;

/** Sends a call to its backend and takes the head of the reply, and asks whom the call says next where that fails. */
public record Forward() implements GatewayFilter {

    private static final AttributeKey<Boolean> USED = AttributeKey.valueOf("banyan.connectionUsed");

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, GatewayFilterChain chain) {
        Passage passage = Passage.of(exchange);
        return perform(passage, passage.call.begin(passage.client())).then(Mono.defer(() -> {
            begin(exchange.getResponse(), passage);
            return chain.filter(exchange);
        }));
    }

    private static Mono<Void> perform(Passage passage, Step step) {
        return switch (step) {
            case Step.Ask ask -> {
                passage.discardReply();
                var attempt = new Attempt(passage, ask);
                yield attempt.send()
                        .map(status -> passage.call.replied(status))
                        .onErrorResume(error -> failed(passage, error, attempt.connectionWasUsed))
                        .flatMap(next -> perform(passage, next));
            }
            case Step.Forward() -> Mono.empty();
            case Step.Answer(Failure failure) -> Mono.error(new BackendFailure(failure));
        };
    }

    private static Mono<Step> failed(Passage passage, Throwable error, boolean connectionWasUsed) {
        if (error instanceof BodyTooLarge) {
            passage.call.abandon();
            return Mono.error(error);
        }
        if (passage.isClientGone()) {
            // An upload that ends early fails the send, and must neither open a breaker nor ask the baseline.
            passage.call.abandon();
            return Mono.error(new ClientGone());
        }
        return Mono.just(passage.call.failed(Failure.of(error), connectionWasUsed));
    }

    /** Puts the reply's status and headers on the response, without those that end at this hop. */
    private static void begin(ServerHttpResponse response, Passage passage) {
        var reply = passage.reply;
        if (reply == null) {
            throw new BackendFailure(Failure.RESET);
        }
        HttpHeaders head = reply.responseHeaders();
        HopByHop.removeFrom(head);
        response.setStatusCode(HttpStatusCode.valueOf(reply.status().code()));
        for (Map.Entry<String, String> header : head) {
            response.getHeaders().add(header.getKey(), header.getValue());
        }
    }

    /** One request on one connection. */
    private static final class Attempt {

        private final Passage passage;
        private final LiveBackend backend;
        private final Instance instance;
        private final boolean anew;
        private boolean connectionWasUsed;
        private @Nullable ReplyWatch watch;

        Attempt(Passage passage, Step.Ask ask) {
            this.passage = passage;
            this.backend = ask.backend();
            this.instance = ask.instance();
            this.anew = ask.anew();
        }

        /** Returns the status of the reply, once its head is there. */
        Mono<Integer> send() {
            String target = Target.ascii(passage.targetFor(backend));
            return (anew ? instance.unpooled() : instance.client())
                    .request(io.netty.handler.codec.http.HttpMethod.valueOf(passage.call.method()))
                    .uri(OddTarget.forClient(target))
                    .send((request, out) -> write(request, out, target))
                    .responseConnection(this::take)
                    .single();
        }

        private Mono<Integer> take(HttpClientResponse reply, Connection connection) {
            if (Framing.isDoubtfulReply(reply.version(), reply.status(), reply.responseHeaders())) {
                connection.dispose();
                return Mono.error(new BackendFailure(Failure.RESET));
            }
            passage.replied(reply, connection);
            return Mono.just(reply.status().code());
        }

        private Publisher<Void> write(HttpClientRequest request, NettyOutbound out, String target) {
            out.withConnection(this::begin);
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
            connectionWasUsed = connection.channel().attr(USED).getAndSet(true) != null;
            watch = ReplyWatch.of(connection.channel());
            watch.begin(passage.call.headTimeout(backend), backend);
        }

        private void bodyEnds() {
            if (watch != null) {
                watch.bodyEnds();
            }
        }
    }
}
