package dev.banyan.bench.load;

/**
 * Where load arrives: {@code connections} to {@code port}, each with {@code streams} requests at a time of HTTP/2 by prior
 * knowledge; 0 streams are HTTP/1.1.
 */
public record Front(int port, int connections, int streams) {

    /** Returns that with HTTP/1.1. */
    public static Front http1(int port, int connections) {
        return new Front(port, connections, 0);
    }
}
