package dev.banyan.gateway.http2;

/**
 * What one HTTP/2 connection of a client may take.
 *
 * @param streams requests in flight at once; more are refused, and may be sent again
 * @param headBytes the longest head, as RFC 9113 counts it: names, values and 32 bytes for each
 * @param requestLineBytes the longest request line that a request may become
 */
public record Http2Limits(int streams, int headBytes, int requestLineBytes) {

    /** Of a body, sent before the backend takes any of it. */
    static final int STREAM_WINDOW_BYTES = 64 * 1024;

    /** Resets in {@link #RESETS_SECONDS}, the client's or those that it makes us send (CVE-2023-44487, CVE-2025-8671). */
    static final int RESETS_MAX = 200;

    /** The same on a connection of a trusted proxy, on which many clients leave. */
    static final int RESETS_OF_PROXY_MAX = 5_000;

    static final int RESETS_SECONDS = 30;

    /** Frames of one head beyond the first that are nearly empty (CVE-2024-27316). */
    static final int SMALL_CONTINUATIONS_MAX = 16;

    /** Frames of a body without a byte, in a row. */
    static final int EMPTY_DATA_MAX = 2;

    /** Of ours that a client makes us send and does not read: answers to SETTINGS, PING and RST_STREAM. */
    static final int UNREAD_ANSWERS_MAX = 1_000;

    /** Written, and not taken by the client, before no more is read of it. A write of bodies ends at 64 KiB, so that these are heads. */
    static final int UNTAKEN_BYTES_MAX = 256 * 1024;

    /** SETTINGS, PING and PRIORITY frames, and those of kinds that nobody here knows, in {@link #CONTROL_SECONDS}. */
    static final int CONTROL_FRAMES_MAX = 1_000;

    static final int CONTROL_SECONDS = 10;

    /** As how many of those a head beyond the limit counts: all of it has to be read, for the sake of the heads behind it. */
    static final int LONG_HEAD_COST = 200;

    public Http2Limits {
        if (streams < 1 || streams > 1_000) {
            throw new IllegalArgumentException("streams: " + streams + " (expected: 1..1000)");
        }
    }
}
