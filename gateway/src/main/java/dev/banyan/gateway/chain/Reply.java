package dev.banyan.gateway.chain;

import dev.banyan.gateway.backend.BackendFailure;
import dev.banyan.gateway.backend.Failure;
import dev.banyan.gateway.record.Traffic;
import io.netty.handler.codec.http.HttpHeaders;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.cloud.gateway.filter.GatewayFilter;
import org.springframework.cloud.gateway.filter.GatewayFilterChain;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.NettyDataBufferFactory;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.http.server.HttpServerResponse;

/**
 * Mends the head of the reply and streams its body to the client; answers for the backend where there is no reply.
 *
 * @param reveal whether replies say which route and backend they came by
 */
public record Reply(boolean reveal, Traffic traffic) implements GatewayFilter {

    private static final Logger LOG = LoggerFactory.getLogger(Reply.class);

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, GatewayFilterChain chain) {
        Call call = Call.of(exchange);
        return chain.filter(exchange)
                .then(Mono.defer(() -> write(exchange.getResponse(), call)))
                .onErrorResume(error -> instead(exchange, call, error));
    }

    private Mono<Void> write(ServerHttpResponse response, Call call) {
        if (call.reply == null && response.isCommitted()) {
            return Mono.empty(); // a filter of the route has answered
        }
        HttpHeaders head = nativeHead(response);
        ReplyHead.mend(head, call.routed(), call.rules.origins(), call.asked, call.servingOrigin());
        if (reveal) {
            ReplyHead.reveal(head, call.routed(), call.serving().name());
        }
        Flux<DataBuffer> body = body(response, call);
        if (call.method.equals("HEAD")) {
            return body.then(response.setComplete());
        }
        // The framework holds a head back until the body begins, which an event stream may do much later.
        DataBuffer nothing = response.bufferFactory().wrap(new byte[0]);
        return response.writeWith(Flux.concat(Mono.just(nothing), body));
    }

    private static Flux<DataBuffer> body(ServerHttpResponse response, Call call) {
        var buffers = (NettyDataBufferFactory) response.bufferFactory();
        return call.connection().inbound().receive().retain().map(buffers::wrap);
    }

    private Mono<Void> instead(ServerWebExchange exchange, Call call, Throwable error) {
        if (call.isClientGone()) {
            call.discardReply();
            return Mono.empty();
        }
        if (exchange.getResponse().isCommitted()) {
            // Part of the reply has left: the connection must break, so that the client cannot take it for whole.
            call.failure = Failure.RESET;
            call.discardReply();
            LOG.debug("reply cut short by {}: {}", call.serving().name(), error.toString());
            return Mono.error(error);
        }
        Failure failure = Failure.of(error);
        call.failure = call.failure == null ? failure : call.failure;
        call.discardReply();
        if (!(error instanceof BackendFailure)) {
            LOG.warn("no reply from {}", call.serving().name(), error);
        }
        return Answer.send(exchange, failure.status(), reason(failure)).doOnSuccess(_ -> revealOn(exchange, call));
    }

    private static void revealOn(ServerWebExchange exchange, Call call) {
        LOG.debug(
                "{} answered for {}",
                exchange.getResponse().getStatusCode(),
                call.serving().name());
    }

    private static String reason(Failure failure) {
        return switch (failure) {
            case CONNECT -> "the server behind the gateway cannot be reached";
            case RESET -> "the server behind the gateway broke off";
            case TIMEOUT -> "the server behind the gateway did not answer in time";
            case BREAKER_OPEN, UNHEALTHY, BUSY ->
                "the server behind the gateway is not taking more requests at the moment";
            case STATUS_502, STATUS_503, STATUS_504 -> "the server behind the gateway has failed";
        };
    }

    private static HttpHeaders nativeHead(ServerHttpResponse response) {
        HttpServerResponse netty =
                org.springframework.http.server.reactive.ServerHttpResponseDecorator.getNativeResponse(response);
        return netty.responseHeaders();
    }
}
