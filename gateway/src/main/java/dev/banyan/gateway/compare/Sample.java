package dev.banyan.gateway.compare;

import java.time.Instant;
import java.util.List;

/**
 * Two replies to one request as evidence keeps them: cut, and without secrets.
 *
 * @param request the method and the target
 */
public record Sample(Instant at, String request, Side baseline, Side candidate) {

    /** The most that is kept of a body, in characters. */
    public static final int BODY_CHARS_MAX = 4_096;

    /** The most that is kept of a request's method and target, in characters. */
    public static final int REQUEST_CHARS_MAX = 500;

    /** The most headers that are kept of a reply. */
    public static final int HEADERS_MAX = 40;

    /**
     * One of both.
     *
     * @param headers as {@code name: value}
     * @param bodyBytes of the body as it came, or of what was kept of it
     */
    public record Side(int status, List<String> headers, String body, long bodyBytes) {
        public Side {
            headers = List.copyOf(headers);
        }

        int chars() {
            return body.length() + headers.stream().mapToInt(String::length).sum();
        }
    }

    /** Returns roughly how much memory this takes, in characters. */
    int chars() {
        return request.length() + baseline.chars() + candidate.chars();
    }
}
