package dev.banyan.rules;

import org.jspecify.annotations.Nullable;

/**
 * What the candidate is asked for instead of what the caller asked for.
 *
 * @param hostname the Host the candidate sees on this route; null is what it sees else
 * @param path null leaves the path alone
 */
public record Rewrite(@Nullable String hostname, @Nullable PathReplacement path) {
    public Rewrite {
        if (hostname == null && path == null) {
            throw new IllegalArgumentException("rewrite: empty (expected: hostname, path or both)");
        }
    }
}
