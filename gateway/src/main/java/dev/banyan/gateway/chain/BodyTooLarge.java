package dev.banyan.gateway.chain;

import java.io.Serial;

/** The request's body is longer than its route allows. */
final class BodyTooLarge extends RuntimeException {

    @Serial
    private static final long serialVersionUID = 1L;

    BodyTooLarge() {
        super("the body is too large", null, false, false);
    }
}
