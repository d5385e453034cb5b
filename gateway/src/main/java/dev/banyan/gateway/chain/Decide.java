package dev.banyan.gateway.chain;

import dev.banyan.gateway.http.ClientAddress;
import dev.banyan.gateway.http.Origin;
import dev.banyan.gateway.http.Target;
import dev.banyan.gateway.http.TrustedPeers;
import dev.banyan.gateway.record.Traffic;
import dev.banyan.rules.Decision;
import dev.banyan.rules.RequestFacts;
import dev.banyan.rules.RoutingTable;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import org.springframework.cloud.gateway.filter.GatewayFilter;
import org.springframework.cloud.gateway.filter.GatewayFilterChain;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/**
 * Asks the rules which backend and side a call goes to, and answers where they send it nowhere.
 *
 * @param proxies whose word is taken about where a request comes from
 */
public record Decide(Traffic traffic, TrustedPeers proxies) implements GatewayFilter {

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, GatewayFilterChain chain) {
        Call call = Call.of(exchange);
        RoutingTable table = call.rules.table();
        boolean mayChoose = ClientAddress.mayChoose(table.rules(), call.peer, call.head, proxies);
        return switch (table.decide(facts(call.method, call.target, call.head, call.asked, mayChoose))) {
            case Decision.Refused(int status, String reason) -> {
                traffic.refused(status);
                yield Answer.send(exchange, status, reason);
            }
            case Decision.Gone gone -> {
                traffic.gone(gone.route().name(), call.head.get(HttpHeaderNames.USER_AGENT));
                yield Answer.gone(exchange, gone.route().retired());
            }
            case Decision.Redirected redirected -> {
                traffic.redirected(redirected.route().name(), redirected.status());
                yield Answer.redirect(exchange, redirected, call.asked);
            }
            case Decision.Routed routed -> {
                call.route(routed);
                yield chain.filter(exchange);
            }
        };
    }

    /** Returns what a decision looks at, from a request head; {@code mayChoose} is whether an override counts. */
    public static RequestFacts facts(String method, String target, HttpHeaders head, Origin asked, boolean mayChoose) {
        return new RequestFacts(
                head.get(HttpHeaderNames.HOST, ""),
                method,
                Target.path(target),
                Target.query(target),
                head::getAll,
                asked.scheme().equals("https"),
                mayChoose,
                System.currentTimeMillis());
    }
}
