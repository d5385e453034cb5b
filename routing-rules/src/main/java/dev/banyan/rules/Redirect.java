package dev.banyan.rules;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Sends callers elsewhere, in place of a candidate. What it leaves out stays as the caller asked.
 *
 * @param scheme http or https; null is the caller's
 * @param hostname null is the caller's
 * @param port null is the usual one of {@code scheme}, or else the caller's
 * @param path null is the caller's
 */
public record Redirect(
        @Nullable String scheme,
        @Nullable String hostname,
        @Nullable Integer port,
        @Nullable PathReplacement path,
        int statusCode) {

    /** What a redirect gets that says no status code. */
    public static final int STATUS_UNSET = 302;

    /** The status codes that send a caller elsewhere. */
    public static final Set<Integer> STATUS_CODES = Set.of(301, 302, 303, 307, 308);

    public Redirect {
        if (scheme == null && hostname == null && port == null && path == null) {
            throw new IllegalArgumentException("redirect: to itself (expected: scheme, hostname, port or path)");
        }
        if (scheme != null && !scheme.equals("http") && !scheme.equals("https")) {
            throw new IllegalArgumentException("scheme: " + scheme + " (expected: http or https)");
        }
        if (port != null && (port < 1 || port > 65_535)) {
            throw new IllegalArgumentException("port: " + port + " (expected: 1..65535)");
        }
        if (!STATUS_CODES.contains(statusCode)) {
            throw new IllegalArgumentException("statusCode: " + statusCode + " (expected: 301, 302, 303, 307 or 308)");
        }
    }
}
