package dev.banyan.gateway.chain;

import dev.banyan.gateway.http.Origin;
import dev.banyan.gateway.http.Target;
import dev.banyan.gateway.record.Traffic;
import dev.banyan.rules.Decision;
import dev.banyan.rules.RequestFacts;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import org.springframework.cloud.gateway.filter.GatewayFilter;
import org.springframework.cloud.gateway.filter.GatewayFilterChain;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/** Asks the rules which backend and side a call goes to. */
public record Decide(Traffic traffic) implements GatewayFilter {

    private static final int GONE = 410;

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, GatewayFilterChain chain) {
        Call call = Call.of(exchange);
        return switch (call.rules.table().decide(facts(call.method, call.target, call.head, call.asked))) {
            case Decision.Refused(int status, String reason) -> {
                traffic.refused(status);
                yield Answer.send(exchange, status, reason);
            }
            case Decision.Gone _ -> {
                traffic.refused(GONE);
                yield Answer.send(exchange, GONE, "this is no longer here");
            }
            case Decision.Redirected redirected -> {
                traffic.refused(redirected.status());
                yield Answer.redirect(exchange, redirected, call.asked);
            }
            case Decision.Routed routed -> {
                call.route(routed);
                yield chain.filter(exchange);
            }
        };
    }

    /** Returns what a decision looks at, from a request head. No peer is trusted to choose a side yet. */
    public static RequestFacts facts(String method, String target, HttpHeaders head, Origin asked) {
        return new RequestFacts(
                head.get(HttpHeaderNames.HOST, ""),
                method,
                Target.path(target),
                Target.query(target),
                head::getAll,
                asked.scheme().equals("https"),
                false,
                System.currentTimeMillis());
    }
}
