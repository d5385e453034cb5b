package dev.banyan.gateway.chain;

import dev.banyan.gateway.http.Origin;
import dev.banyan.rules.Decision;
import dev.banyan.rules.NewCookie;
import dev.banyan.rules.Retired;
import java.nio.charset.StandardCharsets;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/** A reply of the gateway's own: short plain text that names nothing behind it. */
final class Answer {

    private Answer() {}

    /** Answers a request whose connection is not worth keeping. */
    static Mono<Void> sendAndClose(ServerWebExchange exchange, int status, String reason) {
        exchange.getResponse().beforeCommit(() -> {
            exchange.getResponse().getHeaders().set("Connection", "close");
            return Mono.empty();
        });
        return send(exchange, status, reason);
    }

    static Mono<Void> send(ServerWebExchange exchange, int status, String reason) {
        ServerHttpResponse response = exchange.getResponse();
        if (response.isCommitted()) {
            return Mono.empty();
        }
        var code = HttpStatusCode.valueOf(status);
        String phrase = code instanceof HttpStatus known ? known.getReasonPhrase() : "";
        byte[] body = (status + " " + phrase + ": " + reason + "\n").getBytes(StandardCharsets.UTF_8);
        response.setStatusCode(code);
        response.getHeaders().clear();
        response.getHeaders().setContentType(new MediaType(MediaType.TEXT_PLAIN, StandardCharsets.UTF_8));
        response.getHeaders().setContentLength(body.length);
        response.getHeaders().setCacheControl("no-store");
        if (status == 503) {
            response.getHeaders().set("Retry-After", "1");
        }
        return response.writeWith(
                Mono.fromSupplier(() -> response.bufferFactory().wrap(body)));
    }

    /** Says that something is gone, and where to go instead when the route knows. */
    static Mono<Void> gone(ServerWebExchange exchange, Retired retired) {
        ServerHttpResponse response = exchange.getResponse();
        byte[] body = retired.body().getBytes(StandardCharsets.UTF_8);
        response.setStatusCode(HttpStatus.GONE);
        response.getHeaders().clear();
        response.getHeaders().set(HttpHeaders.CONTENT_TYPE, retired.contentType());
        response.getHeaders().setContentLength(body.length);
        response.getHeaders().setCacheControl("no-store");
        if (retired.link() != null) {
            response.getHeaders().set(HttpHeaders.LINK, "<" + retired.link() + ">; rel=\"successor-version\"");
        }
        return exchange.getRequest().getMethod().equals(HttpMethod.HEAD)
                ? response.setComplete()
                : response.writeWith(
                        Mono.fromSupplier(() -> response.bufferFactory().wrap(body)));
    }

    /** Sends a caller elsewhere. */
    static Mono<Void> redirect(ServerWebExchange exchange, Decision.Redirected redirected, Origin asked) {
        ServerHttpResponse response = exchange.getResponse();
        response.setStatusCode(HttpStatusCode.valueOf(redirected.status()));
        response.getHeaders().clear();
        response.getHeaders().set(HttpHeaders.LOCATION, redirected.location());
        response.getHeaders().setContentLength(0);
        if (redirected.choice().split()) {
            response.getHeaders().setCacheControl("private");
        }
        NewCookie issue = redirected.choice().issue();
        if (issue != null) {
            response.getHeaders()
                    .add(HttpHeaders.SET_COOKIE, issue.setCookie(asked.scheme().equals("https")));
        }
        return response.setComplete();
    }
}
