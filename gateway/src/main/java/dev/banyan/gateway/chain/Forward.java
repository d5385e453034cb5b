package dev.banyan.gateway.chain;

import dev.banyan.gateway.backend.BackendFailure;
import dev.banyan.gateway.backend.Failure;
import dev.banyan.gateway.call.Step;
import dev.banyan.gateway.http.HopByHop;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.Map;
import org.springframework.cloud.gateway.filter.GatewayFilter;
import org.springframework.cloud.gateway.filter.GatewayFilterChain;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/** Sends a call to its backend and takes the head of the reply, and asks whom the call says next where that fails. */
public record Forward() implements GatewayFilter {

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
                passage.attempts(attempt);
                yield attempt.send()
                        .map(passage::replied)
                        .onErrorResume(error -> failed(passage, error, attempt.connectionWasUsed()))
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
}
