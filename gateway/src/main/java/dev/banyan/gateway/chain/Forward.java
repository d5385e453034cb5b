package dev.banyan.gateway.chain;

import dev.banyan.gateway.backend.BackendFailure;
import dev.banyan.gateway.backend.Failure;
import dev.banyan.gateway.backend.Fallback;
import dev.banyan.gateway.backend.Instance;
import dev.banyan.gateway.backend.LiveBackend;
import dev.banyan.gateway.backend.WholeServer;
import dev.banyan.gateway.http.HopByHop;
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
import reactor.netty.NettyPipeline;
import reactor.netty.http.client.HttpClientRequest;

/**
 * Sends a call to its backend and takes the head of the reply, within the backend's limits; where the candidate fails a safe
 * call, the baseline is asked instead.
 */
public record Forward() implements GatewayFilter {

    private static final int UNAVAILABLE = 503;

    private static final AttributeKey<Boolean> USED = AttributeKey.valueOf("banyan.connectionUsed");

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, GatewayFilterChain chain) {
        Call call = Call.of(exchange);
        LiveBackend assigned = call.rules.backends().get(call.routed().backend().name());
        boolean mayFallBack = call.routed().mayFallBack() && Fallback.isRepeatable(call.method, call.hasBody);
        Mono<Void> reply = attempt(call, assigned, mayFallBack);
        if (mayFallBack) {
            reply = reply.onErrorResume(BackendFailure.class, failed -> {
                call.failure = failed.failure();
                call.fellBack = true;
                return attempt(call, call.rules.baseline(), false);
            });
        }
        return reply.then(Mono.defer(() -> {
            begin(exchange.getResponse(), call);
            return chain.filter(exchange);
        }));
    }

    /** Fails with a {@link BackendFailure}; with {@code strict} also when the backend itself says 502, 503 or 504. */
    private static Mono<Void> attempt(Call call, LiveBackend backend, boolean strict) {
        Failure refused = call.enter(backend);
        if (refused != null) {
            return Mono.error(new BackendFailure(refused));
        }
        return ask(call, backend, null, 0)
                .onErrorMap(error -> failed(call, Failure.of(error)))
                .then(strict ? Mono.defer(() -> refuseFailedStatus(call)) : Mono.empty());
    }

    /** Asks one instance, and the next one where the backend's rules allow another try. */
    private static Mono<Void> ask(Call call, LiveBackend backend, @Nullable Instance failed, int retries) {
        Instance instance = call.turnTo(failed);
        if (instance == null) {
            return Mono.error(new BackendFailure(Failure.UNHEALTHY));
        }
        boolean repeatable = Fallback.isRepeatable(call.method, call.hasBody);
        var first = new Attempt(call, backend, instance);
        Mono<Void> reply = first.send().onErrorResume(error -> {
            if (Fallback.mayReconnect(Failure.of(error), repeatable, first.connectionWasUsed)) {
                return new Attempt(call, backend, instance).send();
            }
            return Mono.error(error);
        });
        if (!repeatable || backend.backend().retries() == null) {
            return reply;
        }
        return reply.then(Mono.defer(() -> {
                    boolean again = call.reply != null
                            && call.reply.status().code() == UNAVAILABLE
                            && backend.mayRetry(Failure.STATUS_503, retries);
                    return again ? Mono.<Boolean>just(true) : Mono.<Boolean>empty();
                }))
                .onErrorResume(
                        error -> backend.mayRetry(Failure.of(error), retries) ? Mono.just(true) : Mono.error(error))
                .flatMap(_ -> {
                    call.discardReply();
                    return ask(call, backend, instance, retries + 1);
                });
    }

    private static RuntimeException failed(Call call, Failure failure) {
        if (call.isClientGone()) {
            // An upload that ends early fails the send, and must neither open a breaker nor ask the baseline.
            call.leave();
            return new ClientGone();
        }
        call.report(failure);
        call.leave();
        return new BackendFailure(failure);
    }

    private static Mono<Void> refuseFailedStatus(Call call) {
        Failure failure = call.reply == null
                ? Failure.RESET
                : Failure.ofStatus(call.reply.status().code());
        if (failure == null) {
            return Mono.empty();
        }
        call.discardReply();
        return Mono.error(failed(call, failure));
    }

    /** Puts the reply's status and headers on the response, without those that end at this hop. */
    private static void begin(ServerHttpResponse response, Call call) {
        var reply = call.reply;
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

        private final Call call;
        private final LiveBackend backend;
        private final Instance instance;
        private boolean connectionWasUsed;

        Attempt(Call call, LiveBackend backend, Instance instance) {
            this.call = call;
            this.backend = backend;
            this.instance = instance;
        }

        Mono<Void> send() {
            return instance.client(call.headTimeout(backend))
                    .request(io.netty.handler.codec.http.HttpMethod.valueOf(call.method))
                    .uri(WholeServer.forClient(Target.ascii(call.targetFor(backend))))
                    .send(this::write)
                    .responseConnection((reply, connection) -> {
                        // The timeout is for the head; a reply may then stream for as long as it likes.
                        connection.removeHandler(NettyPipeline.ResponseTimeoutHandler);
                        call.replied(reply, connection);
                        return Mono.<Void>empty();
                    })
                    .then();
        }

        private Publisher<Void> write(HttpClientRequest request, NettyOutbound out) {
            out.withConnection(this::noteUse);
            // Replaced whole: the client library would add a User-Agent and an Accept of its own.
            HttpHeaders head = request.requestHeaders();
            head.clear().add(call.headFor(backend));
            WholeServer.mark(head, call.target);
            HostNames.write(head, call.asked, backend, instance.origin(), call.hostFor(backend));
            if (!call.hasBody) {
                return Mono.empty();
            }
            if (!head.contains(HttpHeaderNames.CONTENT_LENGTH)) {
                head.set(HttpHeaderNames.TRANSFER_ENCODING, "chunked");
            }
            // With the flush test: without it, this client collects the body of a GET or DELETE.
            return out.send(call.body(), _ -> false);
        }

        private void noteUse(Connection connection) {
            connectionWasUsed = connection.channel().attr(USED).getAndSet(true) != null;
        }
    }
}
