package dev.banyan.gateway.chain;

import dev.banyan.gateway.call.Call;
import dev.banyan.gateway.call.OwnReply;
import org.springframework.cloud.gateway.filter.GatewayFilter;
import org.springframework.cloud.gateway.filter.GatewayFilterChain;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/** Asks the rules which backend and side a call goes to, and answers where they send it nowhere. */
public record Decide() implements GatewayFilter {

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, GatewayFilterChain chain) {
        Call call = Passage.of(exchange).call;
        OwnReply instead = call.isDecided() ? null : call.decide();
        return instead == null ? chain.filter(exchange) : Answer.send(exchange, instead);
    }
}
