package dev.banyan.gateway.call;

import io.netty.handler.codec.http.EmptyHttpHeaders;

/** Calls that nobody carries. */
public final class Calls {

    private Calls() {}

    /** A request with a body, of which nothing but that is asked. */
    @SuppressWarnings("NullAway") // it gets to no rules
    public static Call withBody() {
        return new Call(null, null, "POST", "/", EmptyHttpHeaders.INSTANCE, null, true, false, false);
    }
}
