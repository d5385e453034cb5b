package dev.banyan.rules;

import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * What callers of a route at stage retired get, with 410.
 *
 * @param contentType of {@code body}
 * @param link where to go instead, in a header {@code Link} with {@code rel="successor-version"}; null sends none
 */
public record Retired(
        String body, String contentType, @Nullable URI link) {

    /** The most characters of a body. */
    public static final int BODY_CHARS_MAX = 4_096;

    /** What a route gets that says nothing. */
    public static final Retired UNSET = new Retired("", "text/plain", null);

    public Retired {
        if (body.length() > BODY_CHARS_MAX) {
            throw new IllegalArgumentException(
                    "body: " + body.length() + " characters (expected: at most " + BODY_CHARS_MAX + ")");
        }
        if (link != null && !isWebAddress(link)) {
            throw new IllegalArgumentException("link: " + link + " (expected: an http or https address)");
        }
    }

    /** Whether browsers and programs can go there, and a header can carry it. */
    static boolean isWebAddress(URI link) {
        boolean http = "http".equalsIgnoreCase(link.getScheme()) || "https".equalsIgnoreCase(link.getScheme());
        return http
                && link.getHost() != null
                && link.getRawUserInfo() == null
                && link.toASCIIString().equals(link.toString());
    }
}
