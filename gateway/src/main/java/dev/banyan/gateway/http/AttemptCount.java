package dev.banyan.gateway.http;

import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.AsciiString;

/**
 * The header, Envoy's, that says which attempt at a request this is. First attempts do not have it. Whoever gets a later one leaves further ones to
 * who made it: retries of several in a row would multiply.
 */
public final class AttemptCount {

    private static final AsciiString NAME = AsciiString.cached("X-Envoy-Attempt-Count");

    /** Who says more has not counted. */
    private static final int DIGITS_MAX = 4;

    private AttemptCount() {}

    /** Returns which attempt a request is by what its head says; 1 where that is nothing, or no number. */
    public static int of(HttpHeaders head) {
        String value = head.get(NAME);
        boolean isNumber = value != null
                && value.length() <= DIGITS_MAX
                && !value.isEmpty()
                && value.chars().allMatch(each -> each >= '0' && each <= '9');
        return isNumber ? Math.max(1, Integer.parseInt(value)) : 1;
    }

    public static void write(HttpHeaders head, int attempt) {
        head.set(NAME, attempt);
    }
}
