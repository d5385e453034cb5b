package dev.banyan.gateway;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;

/** A port that neither takes a connection nor refuses it: its queue is full, so that the system drops what would open another. */
final class BlackHole implements AutoCloseable {

    private final ServerSocket hole;
    private final List<Socket> queue = new ArrayList<>();

    /** On any port that is free if {@code port} is 0. */
    BlackHole(InetAddress address, int port) throws IOException {
        hole = new ServerSocket(port, 1, address);
        boolean taken = true;
        while (taken) {
            Socket next = new Socket();
            queue.add(next);
            taken = connects(next);
        }
    }

    private boolean connects(Socket socket) throws IOException {
        try {
            socket.connect(hole.getLocalSocketAddress(), 500);
            return true;
        } catch (SocketTimeoutException e) {
            return false;
        }
    }

    int port() {
        return hole.getLocalPort();
    }

    @Override
    public void close() throws IOException {
        hole.close();
        for (Socket each : queue) {
            each.close();
        }
    }
}
