package dev.banyan.gateway.store;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A way to a server that a test cuts, stops up, and opens again. */
public final class Relay implements AutoCloseable {

    private final int target;
    private final int port;
    private final List<Socket> open = new CopyOnWriteArrayList<>();
    private volatile boolean stoppedUp;
    private volatile ServerSocket server;

    /** Takes a free port, and refuses connections until {@link #open}. */
    public Relay(int target) throws IOException {
        this.target = target;
        this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        this.port = server.getLocalPort();
        server.close();
    }

    public int port() {
        return port;
    }

    /** Lets everything through. */
    public void open() throws IOException {
        stoppedUp = false;
        if (server.isClosed()) {
            server = new ServerSocket(port, 50, InetAddress.getLoopbackAddress());
            var mine = server;
            Thread.ofVirtual().start(() -> accept(mine));
        }
    }

    /** Cuts every connection, and refuses new ones. */
    public void cut() throws IOException {
        server.close();
        for (Socket socket : open) {
            socket.close();
        }
        open.clear();
    }

    /** Keeps connections, and lets nothing through: what is sent meanwhile is lost. */
    public void stopUp() {
        stoppedUp = true;
    }

    private void accept(ServerSocket mine) {
        while (true) {
            try {
                Socket client = mine.accept();
                var other = new Socket(InetAddress.getLoopbackAddress(), target);
                open.addAll(List.of(client, other));
                Thread.ofVirtual().start(() -> pump(client, other));
                Thread.ofVirtual().start(() -> pump(other, client));
            } catch (IOException e) {
                return;
            }
        }
    }

    private void pump(Socket from, Socket to) {
        try (from;
                to) {
            var buffer = new byte[8192];
            for (int n = from.getInputStream().read(buffer);
                    n >= 0;
                    n = from.getInputStream().read(buffer)) {
                if (!stoppedUp) {
                    to.getOutputStream().write(buffer, 0, n);
                }
            }
        } catch (IOException e) {
            // cut, by the test or by one side
        }
    }

    @Override
    public void close() throws IOException {
        cut();
    }
}
