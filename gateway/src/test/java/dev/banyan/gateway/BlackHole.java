package dev.banyan.gateway;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A port that neither takes a connection nor refuses it: its queue is full, so that the system drops what would open another. */
final class BlackHole implements AutoCloseable {

    /* Fields of the kernel's tables of sockets, counted from 0. */
    private static final int REMOTE = 2;
    private static final int STATE = 3;
    private static final String SYN_SENT = "02";

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

    String url() {
        return "http://127.0.0.1:" + port();
    }

    /** Returns how many sockets of this machine are waiting to be let in; Linux only. */
    long knocks() throws IOException {
        String there = String.format(Locale.ROOT, ":%04X", port());
        long count = 0;
        for (String table : List.of("/proc/net/tcp", "/proc/net/tcp6")) {
            count += Files.readAllLines(Path.of(table)).stream()
                    .map(line -> line.strip().split(" +", -1))
                    .filter(fields -> fields[REMOTE].endsWith(there) && fields[STATE].equals(SYN_SENT))
                    .count();
        }
        return count;
    }

    @Override
    public void close() throws IOException {
        hole.close();
        for (Socket each : queue) {
            each.close();
        }
    }
}
