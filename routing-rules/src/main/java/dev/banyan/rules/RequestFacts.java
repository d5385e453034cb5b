package dev.banyan.rules;

import org.jspecify.annotations.Nullable;

/**
 * What a decision looks at.
 *
 * @param host as the Host header or the authority has it, with or without a port
 * @param rawPath as it came, still percent-encoded, without the query; a character stands for a byte
 * @param rawQuery as it came, without the question mark; null when there is none
 * @param secure whether the caller came by https
 * @param trusted whether the peer's address lies in a trusted network: {@link RuleSet#trusts}
 * @param atMillis when it came, since the epoch, for routes with a schedule
 * @param publicHost what callers know the host as, for redirects alone; null is {@code host}
 */
public record RequestFacts(
        String host,
        String method,
        String rawPath,
        @Nullable String rawQuery,
        HeaderLookup headers,
        boolean secure,
        boolean trusted,
        long atMillis,
        @Nullable String publicHost) {

    /** A request whose callers know the host by the name it came for. */
    public RequestFacts(
            String host,
            String method,
            String rawPath,
            @Nullable String rawQuery,
            HeaderLookup headers,
            boolean secure,
            boolean trusted,
            long atMillis) {
        this(host, method, rawPath, rawQuery, headers, secure, trusted, atMillis, null);
    }
}
