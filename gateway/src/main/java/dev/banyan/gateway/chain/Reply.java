package dev.banyan.gateway.chain;

import dev.banyan.gateway.backend.BackendFailure;
import dev.banyan.gateway.backend.Failure;
import dev.banyan.gateway.call.Call;
import dev.banyan.gateway.call.OwnReply;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaders;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.cloud.gateway.filter.GatewayFilter;
import org.springframework.cloud.gateway.filter.GatewayFilterChain;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.NettyDataBufferFactory;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.http.server.reactive.ServerHttpResponseDecorator;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.http.server.HttpServerResponse;

/**
 * Mends the head of the reply and streams its body to the client; answers for the backend where there is no reply.
 *
 * @param reveal whether replies say which route and backend they came by
 */
public record Reply(boolean reveal) implements GatewayFilter {

    private static final Logger LOG = LoggerFactory.getLogger(Reply.class);

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, GatewayFilterChain chain) {
        Passage passage = Passage.of(exchange);
        return chain.filter(exchange)
                .then(Mono.defer(() -> write(exchange.getResponse(), passage)))
                .onErrorResume(error -> instead(exchange, passage, error));
    }

    private Mono<Void> write(ServerHttpResponse response, Passage passage) {
        if (passage.reply == null && response.isCommitted()) {
            return Mono.empty(); // a filter of the route has answered
        }
        Call call = passage.call;
        HttpHeaders head = nativeHead(response);
        HttpStatusCode status = response.getStatusCode();
        boolean watched = call.replyBegins(status == null ? 0 : status.value(), head);
        call.mend(head, reveal);
        Flux<DataBuffer> body = body(response, passage, watched);
        if (call.method().equals("HEAD")) {
            return body.then(response.setComplete());
        }
        // The framework holds a head back until the body begins, which an event stream may do much later.
        DataBuffer nothing = response.bufferFactory().wrap(new byte[0]);
        return response.writeWith(Flux.concat(Mono.just(nothing), body));
    }

    private static Flux<DataBuffer> body(ServerHttpResponse response, Passage passage, boolean watched) {
        var buffers = (NettyDataBufferFactory) response.bufferFactory();
        Flux<ByteBuf> pieces = passage.replyBody();
        return (watched ? pieces.doOnNext(passage.call::piece) : pieces).map(buffers::wrap);
    }

    private static Mono<Void> instead(ServerWebExchange exchange, Passage passage, Throwable error) {
        Call call = passage.call;
        passage.discardReply();
        if (passage.isClientGone()) {
            OwnReply refusal = OwnReply.refusal(400, "the body is not framed as its head says");
            return passage.isOnlyBroken() ? refuse(exchange, call, refusal.andClose()) : Mono.empty();
        }
        if (error instanceof BodyTooLarge) {
            return refuse(exchange, call, call.tooLarge());
        }
        if (exchange.getResponse().isCommitted()) {
            // Part of the reply has left: the connection must break, so that the client cannot take it for whole.
            // Within a reply whatever is not silence is a break, be it of TLS.
            call.brokeOff(Failure.of(error) == Failure.TIMEOUT ? Failure.TIMEOUT : Failure.RESET);
            LOG.debug("reply cut short by {}: {}", call.serving().name(), error.toString());
            // Not the error itself: Spring takes a reset for one of the client's, and would end the reply in good
            // order.
            return Mono.error(new BackendFailure(Failure.of(error)));
        }
        if (!(error instanceof BackendFailure)) {
            LOG.warn("no reply from {}", call.serving().name(), error);
        }
        return Answer.send(exchange, call.answerFor(Failure.of(error)));
    }

    /** Nobody is to blame but the client: it gets {@code refusal}, or where a reply has begun no more of that. */
    private static Mono<Void> refuse(ServerWebExchange exchange, Call call, OwnReply refusal) {
        return exchange.getResponse().isCommitted()
                ? Mono.error(new BackendFailure(Failure.RESET))
                : Answer.send(exchange, call.refused(refusal));
    }

    private static HttpHeaders nativeHead(ServerHttpResponse response) {
        HttpServerResponse netty = ServerHttpResponseDecorator.getNativeResponse(response);
        return netty.responseHeaders();
    }
}
