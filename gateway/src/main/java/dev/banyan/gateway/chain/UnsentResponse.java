package dev.banyan.gateway.chain;

import org.reactivestreams.Publisher;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.core.io.buffer.DefaultDataBufferFactory;
import org.springframework.http.server.reactive.AbstractServerHttpResponse;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** A response whose head filters change, and which goes to nobody. */
final class UnsentResponse extends AbstractServerHttpResponse {

    UnsentResponse() {
        super(DefaultDataBufferFactory.sharedInstance);
    }

    @Override
    @SuppressWarnings("TypeParameterUnusedInFormals") // the framework's signature
    public <T> T getNativeResponse() {
        throw new IllegalStateException("nothing below this response");
    }

    @Override
    protected Mono<Void> writeWithInternal(Publisher<? extends DataBuffer> body) {
        return Flux.from(body).doOnNext(DataBufferUtils::release).then();
    }

    @Override
    protected Mono<Void> writeAndFlushWithInternal(Publisher<? extends Publisher<? extends DataBuffer>> body) {
        return Flux.from(body).concatMap(this::writeWithInternal).then();
    }

    @Override
    protected void applyStatusCode() {}

    @Override
    protected void applyHeaders() {}

    @Override
    protected void applyCookies() {
        getCookies()
                .values()
                .forEach(each -> each.forEach(cookie -> getHeaders().add("Set-Cookie", cookie.toString())));
    }
}
