package dev.banyan.gateway.chain;

import dev.banyan.gateway.record.Outcome;
import dev.banyan.gateway.record.Traffic;
import dev.banyan.rules.Route;
import org.springframework.cloud.gateway.filter.GatewayFilter;
import org.springframework.cloud.gateway.filter.GatewayFilterChain;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;
import reactor.core.publisher.SignalType;

/** Counts how a call ended, and gives back its place at the backend. */
public record Count(Traffic traffic) implements GatewayFilter {

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, GatewayFilterChain chain) {
        Call call = Call.of(exchange);
        return chain.filter(exchange).doFinally(signal -> {
            if (signal == SignalType.CANCEL) {
                call.discardReply();
            }
            call.leave();
            traffic.add(outcome(call, exchange.getResponse()));
        });
    }

    private static Outcome outcome(Call call, ServerHttpResponse response) {
        Route route = call.routed().route();
        HttpStatusCode status = response.isCommitted() ? response.getStatusCode() : null;
        return new Outcome(
                route == null ? Outcome.NO_ROUTE : route.name(),
                call.routed().side(),
                call.serving().name(),
                status == null ? 0 : status.value(),
                call.failure,
                call.fellBack,
                call.isClientGone(),
                call.headNanos);
    }
}
