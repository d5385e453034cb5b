package dev.banyan.gateway.chain;

import java.net.URI;
import org.jspecify.annotations.Nullable;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.http.HttpCookie;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.server.reactive.AbstractServerHttpRequest;
import org.springframework.http.server.reactive.SslInfo;
import org.springframework.util.LinkedMultiValueMap;
import org.springframework.util.MultiValueMap;
import reactor.core.publisher.Flux;

/** The head of a request as filters see it; there is nothing else of it here. */
final class UnreadRequest extends AbstractServerHttpRequest {

    UnreadRequest(HttpMethod method, URI uri, HttpHeaders head) {
        super(method, uri, null, head);
    }

    @Override
    protected MultiValueMap<String, HttpCookie> initCookies() {
        return new LinkedMultiValueMap<>();
    }

    @Override
    protected @Nullable SslInfo initSslInfo() {
        return null;
    }

    @Override
    @SuppressWarnings("TypeParameterUnusedInFormals") // the framework's signature
    public <T> T getNativeRequest() {
        throw new IllegalStateException("nothing below this request");
    }

    @Override
    public Flux<DataBuffer> getBody() {
        return Flux.empty();
    }
}
