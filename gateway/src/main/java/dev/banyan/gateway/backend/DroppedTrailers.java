package dev.banyan.gateway.backend;

import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpHeadersFactory;

/**
 * The headers behind the end of every reply: none, since they go to no client. One that no header may be like makes its reply broken, as it
 * always does.
 */
final class DroppedTrailers extends EmptyHttpHeaders {

    private static final HttpHeaders ALL = new DroppedTrailers();

    /** Gives every reply the same: the decoder would make headers for each, and hardly any has some behind its end. */
    static final HttpHeadersFactory FOR_EVERY_REPLY = new HttpHeadersFactory() {
        @Override
        public HttpHeaders newHeaders() {
            return ALL;
        }

        @Override
        public HttpHeaders newEmptyHeaders() {
            return ALL;
        }
    };

    private DroppedTrailers() {}

    @Override
    public HttpHeaders add(String name, Object value) {
        return dropped(name, value);
    }

    @Override
    public HttpHeaders add(CharSequence name, Object value) {
        return dropped(name, value);
    }

    private HttpHeaders dropped(CharSequence name, Object value) {
        DefaultHttpHeadersFactory.trailersFactory().newHeaders().add(name, value);
        return this;
    }
}
