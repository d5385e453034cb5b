package dev.banyan.gateway.chain;

import dev.banyan.gateway.call.OwnReply;
import java.nio.charset.StandardCharsets;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/** Writes a reply of the gateway's own. */
final class Answer {

    private Answer() {}

    static Mono<Void> send(ServerWebExchange exchange, OwnReply reply) {
        ServerHttpResponse response = exchange.getResponse();
        if (response.isCommitted()) {
            return Mono.empty();
        }
        response.setStatusCode(HttpStatusCode.valueOf(reply.status()));
        response.getHeaders().clear();
        reply.head().forEach(each -> response.getHeaders().add(each.getKey(), each.getValue()));
        if (reply.body().isEmpty() || exchange.getRequest().getMethod().equals(HttpMethod.HEAD)) {
            return response.setComplete();
        }
        byte[] body = reply.body().getBytes(StandardCharsets.UTF_8);
        return response.writeWith(
                Mono.fromSupplier(() -> response.bufferFactory().wrap(body)));
    }
}
