package dev.banyan.gateway.admin;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.banyan.gateway.http.Origin;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.List;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;

/** Who may ask the admin API, and how much they may send. What answers them may block: it never runs on an event loop. */
record AdminDoor(AdminToken token) {

    /** Names under which loopback is reached; any other Host is a page of someone else's in a browser. */
    private static final Set<String> OWN_NAMES = Set.of("localhost", "127.0.0.1", "[::1]");

    /** What proxies add: that of nginx and HAProxy as most set them up, of RFC 7239, and what HTTP asks of every proxy. */
    private static final List<String> OF_PROXIES = List.of("X-Forwarded-For", "X-Real-IP", "Forwarded", "Via");

    /** What a server does with a request. */
    interface Handler extends BiFunction<HttpServerRequest, HttpServerResponse, Publisher<Void>> {}

    /** What answers a request whose body has been read. */
    @FunctionalInterface
    interface Work {
        Reply answer(HttpServerRequest request, String body);
    }

    /** Answers whoever asks on this machine, token or not. */
    Handler open(Function<HttpServerRequest, Reply> work) {
        return (request, response) ->
                isOurs(request) ? answer(request, "", response, (asked, _) -> work.apply(asked)) : notOurs(response);
    }

    /** Answers whoever has the token. */
    Handler guarded(Function<HttpServerRequest, Reply> work) {
        return guarded(0, (request, _) -> work.apply(request));
    }

    /** Answers whoever has the token and sends at most so many bytes, announced by their length. */
    Handler guarded(int bytesMax, Work work) {
        return (request, response) -> {
            HttpHeaders head = request.requestHeaders();
            if (!isOurs(request)) {
                return notOurs(response);
            }
            if (!token.opens(head.get(HttpHeaderNames.AUTHORIZATION))) {
                response.header(HttpHeaderNames.WWW_AUTHENTICATE, "Bearer");
                return send(response, Reply.error(401, "token missing or wrong"));
            }
            if (head.contains(HttpHeaderNames.TRANSFER_ENCODING)
                    || !isWithin(head.get(HttpHeaderNames.CONTENT_LENGTH, "0"), bytesMax)) {
                return send(response, Reply.error(413, "a body with Content-Length of at most " + bytesMax));
            }
            return request.receive()
                    .aggregate()
                    .asString(UTF_8)
                    .defaultIfEmpty("")
                    .flatMap(body -> answer(request, body, response, work));
        };
    }

    private static boolean isWithin(String length, int bytesMax) {
        try {
            return Long.parseLong(length) <= bytesMax;
        } catch (NumberFormatException e) {
            return false;
        }
    }

    /** A mistake in what was asked ({@link IllegalArgumentException}) is the caller's, with its words. */
    private static Mono<Void> answer(HttpServerRequest request, String body, HttpServerResponse response, Work work) {
        return Mono.fromCallable(() -> work.answer(request, body))
                .onErrorResume(
                        IllegalArgumentException.class,
                        e -> Mono.just(Reply.error(400, String.valueOf(e.getMessage()))))
                .subscribeOn(Schedulers.boundedElastic())
                .flatMap(reply -> send(response, reply));
    }

    /** Whether a request came straight to us: nothing that a proxy adds, and a name of this machine. */
    private static boolean isOurs(HttpServerRequest request) {
        HttpHeaders head = request.requestHeaders();
        String host = head.get(HttpHeaderNames.HOST, "");
        return OF_PROXIES.stream().noneMatch(head::contains)
                && OWN_NAMES.contains(Origin.ofHost("http", host).host());
    }

    private static Mono<Void> notOurs(HttpServerResponse response) {
        return send(response, Reply.error(403, "not through a proxy"));
    }

    private static Mono<Void> send(HttpServerResponse response, Reply reply) {
        return response.status(reply.status())
                .header(HttpHeaderNames.CONTENT_TYPE, reply.mediaType())
                .header(HttpHeaderNames.CACHE_CONTROL, "no-store")
                .header("X-Content-Type-Options", "nosniff")
                .sendString(Mono.just(reply.body()))
                .then();
    }
}
