package dev.banyan.gateway.paths;

import java.io.IOException;

/**
 * A server that says what it takes a path for: in the body of a 200, a line for each way in which an application on it may read the
 * path, each percent-encoded.
 */
interface RealServer extends AutoCloseable {

    int port();

    @Override
    void close() throws IOException;
}
