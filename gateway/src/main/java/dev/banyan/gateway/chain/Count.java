package dev.banyan.gateway.chain;

import org.springframework.cloud.gateway.filter.GatewayFilter;
import org.springframework.cloud.gateway.filter.GatewayFilterChain;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;
import reactor.core.publisher.SignalType;

/** Counts how a call ended, and gives back its place at the backend. */
public record Count() implements GatewayFilter {

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, GatewayFilterChain chain) {
        Passage passage = Passage.of(exchange);
        return chain.filter(exchange).doFinally(signal -> {
            boolean whole = passage.isReplyWhole();
            if (signal == SignalType.CANCEL || !whole) {
                passage.discardReply(); // the write to a client that has gone ends as if it were well
            }
            boolean left = (signal == SignalType.CANCEL || passage.isEndedByClient()) && !whole;
            passage.call.end(statusOf(exchange.getResponse()), left);
        });
    }

    private static int statusOf(ServerHttpResponse response) {
        HttpStatusCode status = response.isCommitted() ? response.getStatusCode() : null;
        return status == null ? 0 : status.value();
    }
}
