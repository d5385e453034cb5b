package dev.banyan.bridge.run;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;

/** An address of 127.0.0.1 whose connections lead to one server, and later ones to another, as a name or a balancer may have it. */
final class MovingAddress implements AutoCloseable {

    private final ServerSocket listening;
    private volatile int port;

    MovingAddress() throws IOException {
        listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().name("moving-address").start(this::accept);
    }

    int port() {
        return listening.getLocalPort();
    }

    /** From now on connections lead to {@code next}, a port; those that stand stay where they are. */
    void leadTo(int next) {
        port = next;
    }

    private void accept() {
        while (!listening.isClosed()) {
            try {
                join(listening.accept());
            } catch (IOException e) {
                // closed, or nobody is where it leads
            }
        }
    }

    private void join(Socket from) throws IOException {
        try {
            var to = new Socket(InetAddress.getLoopbackAddress(), port);
            from.setTcpNoDelay(true);
            to.setTcpNoDelay(true);
            Thread.ofVirtual().start(() -> pass(from, to));
            Thread.ofVirtual().start(() -> pass(to, from));
        } catch (IOException e) {
            from.close();
            throw e;
        }
    }

    private static void pass(Socket from, Socket to) {
        try (from;
                to) {
            from.getInputStream().transferTo(to.getOutputStream());
        } catch (IOException e) {
            // the other direction has ended, and closed both
        }
    }

    @Override
    public void close() throws IOException {
        listening.close();
    }
}
