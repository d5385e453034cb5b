package dev.banyan.gateway.store;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A way to a server that a test cuts, stops up, and opens again. */
public final class Relay implements AutoCloseable {

    /*
     * It listens all the time and ends what it does not let through at once: a port that is let go of for a while may be somebody
     * else's afterwards.
     */
    private final int target;
    private final ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final List<Socket> open = new CopyOnWriteArrayList<>();
    private volatile boolean stoppedUp;
    private volatile boolean passing;

    /** Takes a free port, and lets nobody in until {@link #open}. */
    public Relay(int target) throws IOException {
        this.target = target;
        Thread.ofVirtual().start(this::accept);
    }

    public int port() {
        return server.getLocalPort();
    }

    /** Lets everything through. */
    public void open() {
        stoppedUp = false;
        passing = true;
    }

    /** Cuts every connection, and new ones at once. */
    public void cut() throws IOException {
        passing = false;
        for (Socket socket : open) {
            socket.close();
        }
        open.clear();
    }

    /** Keeps connections, and lets nothing through: what is sent meanwhile is lost. */
    public void stopUp() {
        stoppedUp = true;
    }

    private void accept() {
        while (true) {
            try {
                Socket client = server.accept();
                if (!passing) {
                    client.close();
                    continue;
                }
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
        server.close();
        cut();
    }
}
