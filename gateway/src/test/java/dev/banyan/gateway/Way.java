package dev.banyan.gateway;

import java.util.List;
import org.junit.jupiter.api.Assumptions;

/** The ways a request can take through the gateway; what a caller and a backend see of it must be the same. */
enum Way {
    CHAIN,
    /** By streams of HTTP/2, through a {@link Http2Bridge}. */
    HTTP2,
    /** {@link #LEAN} over the transport of machines without io_uring, for what depends on transports. */
    EPOLL,
    /** Last, since what a test class left is what the next one starts with. */
    LEAN;

    /** For runs by hand: streams then take the filter chain in every test, as those of filtered routes do. */
    private static final boolean HTTP2_THROUGH_THE_CHAIN = Boolean.getBoolean("banyan.http2.chain");

    /** Returns what makes a gateway take every request this way. */
    List<String> options() {
        return switch (this) {
            case CHAIN -> List.of("--chain-only");
            case HTTP2 ->
                HTTP2_THROUGH_THE_CHAIN ? List.of("--http2-port", "0", "--chain-only") : List.of("--http2-port", "0");
            case EPOLL -> List.of("--transport", "epoll");
            case LEAN -> List.of();
        };
    }

    /** Skips a test of what only HTTP/1.1 has. */
    void needsHttp1(String why) {
        Assumptions.assumeTrue(this != HTTP2, why);
    }
}
