package dev.banyan.gateway.chain;

import dev.banyan.gateway.call.Call;
import dev.banyan.gateway.call.Intake;
import dev.banyan.gateway.call.OwnReply;
import dev.banyan.gateway.http.Framing;
import dev.banyan.gateway.http.Refusal;
import io.netty.handler.codec.http.HttpHeaders;
import java.net.InetSocketAddress;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.springframework.cloud.gateway.filter.GatewayFilter;
import org.springframework.cloud.gateway.filter.GatewayFilterChain;
import org.springframework.http.server.reactive.ServerHttpRequestDecorator;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;
import reactor.netty.http.server.HttpServerRequest;

/** Makes a {@link Call} of a request, with the head that backends will see. */
public record Receive(Intake intake) implements GatewayFilter {

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, GatewayFilterChain chain) {
        HttpServerRequest incoming = ServerHttpRequestDecorator.getNativeRequest(exchange.getRequest());
        Call decided = decided(incoming);
        if (decided != null) {
            new Passage(decided, incoming).attachTo(exchange);
            return chain.filter(exchange);
        }
        HttpHeaders came = incoming.requestHeaders();
        String method = incoming.method().name();
        Refusal refusal = Framing.unsupported(method, came);
        if (refusal != null) {
            intake.traffic().refused(refusal.status());
            return Answer.send(
                    exchange,
                    OwnReply.refusal(refusal.status(), refusal.reason()).andClose());
        }
        InetSocketAddress known = incoming.remoteAddress();
        InetSocketAddress peer = known == null ? new InetSocketAddress(0) : known;
        Call call = intake.receive(method, incoming.uri(), came, peer.getAddress(), incoming.scheme());
        new Passage(call, incoming).attachTo(exchange);
        return chain.filter(exchange);
    }

    /** Returns the call that the lean path has made of this request and does not carry itself, or null. */
    private static @Nullable Call decided(HttpServerRequest incoming) {
        var found = new AtomicReference<@Nullable Call>();
        incoming.withConnection(over -> found.set(Call.takeOver(over.channel())));
        return found.get();
    }
}
