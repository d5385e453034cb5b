package dev.banyan.gateway.mirror;

import dev.banyan.gateway.backend.BackendFailure;
import dev.banyan.gateway.backend.Failure;
import dev.banyan.gateway.backend.Instance;
import dev.banyan.gateway.backend.LiveBackend;
import dev.banyan.gateway.backend.WholeServer;
import dev.banyan.gateway.call.HostNames;
import dev.banyan.gateway.compare.Reply;
import dev.banyan.gateway.http.HopByHop;
import dev.banyan.gateway.http.MirrorMark;
import dev.banyan.gateway.http.Target;
import dev.banyan.rules.Mirror;
import dev.banyan.rules.Side;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import java.util.concurrent.TimeoutException;
import reactor.core.publisher.Mono;
import reactor.netty.http.client.HttpClientRequest;
import reactor.netty.http.client.HttpClientResponse;

/** Asks a side without a caller: over connections of its own, once, without redirects, and never longer than the mirror's time. */
final class Copies {

    private final MirrorMark mark;

    Copies(MirrorMark mark) {
        this.mark = mark;
    }

    /** Asks a side; the result is always a value. */
    Mono<Asked> ask(Request request, Side side, Mirror mirror) {
        return Mono.defer(() -> {
            long start = System.nanoTime();
            LiveBackend backend = request.backend(side);
            Instance instance = backend.pick(null);
            if (instance == null) {
                return Mono.just(new Asked.Failed(Failure.UNHEALTHY, 0));
            }
            return instance.copyClient()
                    .request(HttpMethod.valueOf(request.method()))
                    .uri(WholeServer.forClient(Target.ascii(request.target(side))))
                    .send((head, out) -> {
                        write(head, request, side, instance);
                        return request.body().length == 0
                                ? Mono.empty()
                                : out.send(Mono.just(Unpooled.wrappedBuffer(request.body())), _ -> false);
                    })
                    .responseConnection((reply, connection) -> {
                        long nanos = System.nanoTime() - start;
                        var body = new Collected(mirror.bodyBytesMax());
                        return connection
                                .inbound()
                                .receive()
                                .doOnNext(body::add)
                                .takeUntil(_ -> body.isTooLong())
                                .then(Mono.fromSupplier(() -> asked(reply, body, nanos)))
                                .doOnNext(asked -> {
                                    if (asked instanceof Asked.TooLarge) {
                                        connection.dispose();
                                    }
                                });
                    })
                    .next()
                    .timeout(mirror.timeout())
                    .onErrorResume(error -> Mono.just(new Asked.Failed(failure(error), System.nanoTime() - start)));
        });
    }

    private void write(HttpClientRequest request, Request from, Side side, Instance instance) {
        HttpHeaders head = request.requestHeaders();
        head.clear().add(from.head());
        if (from.body().length > 0) {
            head.remove(HttpHeaderNames.TRANSFER_ENCODING);
            head.set(HttpHeaderNames.CONTENT_LENGTH, from.body().length);
        }
        HostNames.write(head, from.asked(), from.backend(side), instance.origin(), from.host(side));
        mark.put(head);
    }

    private static Asked asked(HttpClientResponse reply, Collected body, long nanos) {
        int status = reply.status().code();
        if (body.isTooLong()) {
            return new Asked.TooLarge(status, nanos);
        }
        return new Asked.Replied(reply(status, reply.responseHeaders(), body), nanos);
    }

    /** A reply as it is compared: without what ends at this hop. */
    static Reply reply(int status, HttpHeaders came, Collected body) {
        HttpHeaders head = DefaultHttpHeadersFactory.headersFactory()
                .withValidation(false)
                .newHeaders()
                .set(came);
        HopByHop.removeFrom(head);
        return new Reply(status, head.entries(), body.toBytes(), false);
    }

    private static Failure failure(Throwable error) {
        if (error instanceof TimeoutException) {
            return Failure.TIMEOUT;
        }
        return error instanceof BackendFailure known ? known.failure() : Failure.of(error);
    }
}
