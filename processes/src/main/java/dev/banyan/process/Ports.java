package dev.banyan.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;

/** Ports that are free now, for programs that start in a moment. */
public final class Ports {

    private Ports() {}

    /** Returns {@code count} different ones of the loopback interface. */
    public static List<Integer> free(int count) {
        var sockets = new ArrayList<ServerSocket>();
        try {
            for (var number = 0; number < count; number++) {
                sockets.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress())); // all open, so all different
            }
            return sockets.stream().map(ServerSocket::getLocalPort).toList();
        } catch (IOException e) {
            throw new UncheckedIOException("looking for free ports", e);
        } finally {
            for (var socket : sockets) {
                try {
                    socket.close();
                } catch (IOException e) {
                    // a socket that nobody ever connected to has nothing to lose
                }
            }
        }
    }
}
