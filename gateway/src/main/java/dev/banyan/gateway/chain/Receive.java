package dev.banyan.gateway.chain;

import dev.banyan.gateway.edge.FrontDoor;
import dev.banyan.gateway.http.Forwarding;
import dev.banyan.gateway.http.Framing;
import dev.banyan.gateway.http.HopByHop;
import dev.banyan.gateway.http.Origin;
import dev.banyan.gateway.http.Refusal;
import dev.banyan.gateway.http.TrustedPeers;
import dev.banyan.gateway.live.RulesInForce;
import dev.banyan.gateway.record.Traffic;
import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;
import org.springframework.cloud.gateway.filter.GatewayFilter;
import org.springframework.cloud.gateway.filter.GatewayFilterChain;
import org.springframework.http.server.reactive.ServerHttpRequestDecorator;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;
import reactor.netty.http.server.HttpServerRequest;

/** Makes a {@link Call} of a request, with the head that backends will see. */
public record Receive(
        RulesInForce rules, TrustedPeers trusted, @Nullable Origin publicOrigin, Traffic traffic)
        implements GatewayFilter {

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, GatewayFilterChain chain) {
        HttpServerRequest incoming = ServerHttpRequestDecorator.getNativeRequest(exchange.getRequest());
        HttpHeaders came = incoming.requestHeaders();
        Refusal refusal = Framing.unsupported(incoming.method().name(), came);
        if (refusal != null) {
            traffic.refused(refusal.status());
            return Answer.sendAndClose(exchange, refusal.status(), refusal.reason());
        }
        call(incoming, came).attachTo(exchange);
        return chain.filter(exchange);
    }

    private Call call(HttpServerRequest incoming, HttpHeaders came) {
        boolean hasBody =
                came.contains(HttpHeaderNames.CONTENT_LENGTH) || came.contains(HttpHeaderNames.TRANSFER_ENCODING);
        HttpHeaders head = withoutHopByHop(came);
        String host = came.get(HttpHeaderNames.HOST, "");
        InetSocketAddress known = incoming.remoteAddress();
        InetSocketAddress peer = known == null ? new InetSocketAddress(0) : known;
        boolean believed = trusted.covers(peer.getAddress());
        Origin asked = asked(publicOrigin, incoming.scheme(), host, believed ? head.get("X-Forwarded-Proto") : null);
        Forwarding.rewrite(head, peer.getAddress(), believed, asked);
        return new Call(
                rules.current(),
                incoming,
                FrontDoor.targetOf(came, incoming.uri()),
                head,
                peer.getAddress(),
                asked,
                hasBody);
    }

    /** Returns a copy of a client's head without what ends at this hop. */
    public static HttpHeaders withoutHopByHop(HttpHeaders came) {
        HttpHeaders head = DefaultHttpHeadersFactory.headersFactory()
                .withValidation(false)
                .newHeaders()
                .set(came);
        head.remove(FrontDoor.TARGET).remove(HttpHeaderNames.EXPECT);
        HopByHop.removeFrom(head);
        return head;
    }

    /** Returns the origin a client asked for: the configured one, or what the request and a trusted proxy say. */
    public static Origin asked(
            @Nullable Origin publicOrigin, String scheme, String host, @Nullable String forwardedScheme) {
        if (publicOrigin != null) {
            return publicOrigin;
        }
        boolean known = "http".equalsIgnoreCase(forwardedScheme) || "https".equalsIgnoreCase(forwardedScheme);
        return Origin.ofHost(forwardedScheme != null && known ? forwardedScheme : scheme, host);
    }
}
