package dev.banyan.gateway.chain;

import dev.banyan.gateway.call.Call;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.springframework.cloud.gateway.filter.GatewayFilter;
import org.springframework.cloud.gateway.filter.GatewayFilterChain;
import org.springframework.http.server.reactive.ServerHttpRequestDecorator;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;
import reactor.netty.http.server.HttpServerRequest;

/** Takes over the {@link Call} that the lean path has made of this request and does not carry itself. */
public record Receive() implements GatewayFilter {

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, GatewayFilterChain chain) {
        HttpServerRequest incoming = ServerHttpRequestDecorator.getNativeRequest(exchange.getRequest());
        var found = new AtomicReference<@Nullable Call>();
        incoming.withConnection(over -> found.set(Call.takeOver(over.channel())));
        Call decided = found.get();
        if (decided == null) {
            throw new IllegalStateException("no call (expected: one for each request that can be read)");
        }
        new Passage(decided, incoming).attachTo(exchange);
        return chain.filter(exchange);
    }
}
