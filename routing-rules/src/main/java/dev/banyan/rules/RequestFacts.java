package dev.banyan.rules;

import org.jspecify.annotations.Nullable;

/**
 * What a decision looks at.
 *
 * @param host as the Host header or the authority has it, with or without a port
 * @param rawPath as it came, still percent-encoded, without the query; a character stands for a byte
 * @param rawQuery as it came, without the question mark; null when there is none
 */
public record RequestFacts(
        String host,
        String method,
        String rawPath,
        @Nullable String rawQuery,
        HeaderLookup headers) {}
