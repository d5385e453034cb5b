package dev.banyan.gateway;

import java.util.List;
import org.junit.jupiter.api.Assumptions;

/** The ways a request can take through the gateway; what a caller and a backend see of it must be the same. */
enum Way {
    CHAIN,
    /** By streams of HTTP/2, through a {@link Http2Bridge}. */
    HTTP2,
    /** The same, and then the filter chain, as streams of filtered routes do. */
    HTTP2_CHAIN,
    /** {@link #LEAN} over the transport of machines without io_uring, for what depends on transports. */
    EPOLL,
    /** Last, since what a test class left is what the next one starts with. */
    LEAN;

    /** Returns what makes a gateway take every request this way. */
    List<String> options() {
        return switch (this) {
            case CHAIN -> List.of("--chain-only");
            case HTTP2 -> List.of("--http2-port", "0");
            case HTTP2_CHAIN -> List.of("--http2-port", "0", "--chain-only");
            case EPOLL -> List.of("--transport", "epoll");
            case LEAN -> List.of();
        };
    }

    /** Whether clients speak HTTP/2, so that tests which speak HTTP/1.1 come through a bridge. */
    boolean isHttp2() {
        return this == HTTP2 || this == HTTP2_CHAIN;
    }

    /** Skips a test of what only HTTP/1.1 has. */
    void needsHttp1(String why) {
        Assumptions.assumeTrue(!isHttp2(), why);
    }
}
