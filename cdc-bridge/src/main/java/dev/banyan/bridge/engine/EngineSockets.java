package dev.banyan.bridge.engine;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.SocketFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The sockets of one engine's connections to PostgreSQL, which can be closed under it; from then on it gets none that works. The driver makes
 * this object itself, from its name.
 */
public final class EngineSockets extends SocketFactory {

    /*
     * When nothing answers any more, Debezium's close goes on connecting anew, for as long as a connection may take each time: to probe, to
     * commit, to read a chunk. No limit on waiting helps against that, but a socket that is closed fails at once.
     */
    private static final Logger LOG = LoggerFactory.getLogger(EngineSockets.class);

    private static final Map<String, List<Socket>> OPEN_BY_ENGINE = new ConcurrentHashMap<>();

    private final String engine;

    /** Makes sockets for {@code engine}, which is what the setting {@code socketFactoryArg} says. */
    public EngineSockets(String engine) {
        this.engine = engine;
    }

    /** Lets {@code engine} have sockets until {@link #close}. */
    public static void open(String engine) {
        OPEN_BY_ENGINE.put(engine, new ArrayList<>());
    }

    /** Closes every socket of {@code engine}: who waits on one is told at once, and who wants another gets one that is closed. */
    public static void close(String engine) {
        var sockets = OPEN_BY_ENGINE.remove(engine);
        if (sockets != null) {
            sockets.forEach(EngineSockets::close);
        }
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            LOG.debug("closing a socket", e);
        }
    }

    @Override
    public Socket createSocket() {
        var socket = new Socket();
        var open = OPEN_BY_ENGINE.computeIfPresent(engine, (_, sockets) -> {
            sockets.removeIf(Socket::isClosed);
            sockets.add(socket);
            return sockets;
        });
        if (open == null) {
            close(socket);
        }
        return socket;
    }

    @Override
    public Socket createSocket(String host, int port) {
        throw notConnected();
    }

    @Override
    public Socket createSocket(String host, int port, InetAddress localHost, int localPort) {
        throw notConnected();
    }

    @Override
    public Socket createSocket(InetAddress host, int port) {
        throw notConnected();
    }

    @Override
    public Socket createSocket(InetAddress address, int port, InetAddress localAddress, int localPort) {
        throw notConnected();
    }

    private static UnsupportedOperationException notConnected() {
        return new UnsupportedOperationException("a connected socket (expected: one to connect, as the driver does)");
    }
}
