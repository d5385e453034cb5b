package dev.banyan.gateway;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A backend that says exactly the bytes a test wants. What no script is for is answered with 200 and the server's name; a
 * connection stays open until a script closes it.
 */
final class ScriptedServer implements AutoCloseable {

    /** What to do with one request, whose head has been read. */
    interface Script {
        void play(String head, Wire wire) throws IOException;
    }

    private final String name;
    private final ServerSocket server;
    private final Map<String, Script> scripts = new ConcurrentHashMap<>();
    private final List<String> heads = new CopyOnWriteArrayList<>();
    private final List<Socket> open = new CopyOnWriteArrayList<>();

    ScriptedServer(String name) throws IOException {
        this(name, new ServerSocket(0, 200, InetAddress.getLoopbackAddress()));
    }

    /** Serves over a socket that listens already, perhaps with TLS. */
    ScriptedServer(String name, ServerSocket server) {
        this.name = name;
        this.server = server;
        Thread.ofVirtual().start(this::accept);
    }

    int port() {
        return server.getLocalPort();
    }

    String url() {
        return "http://127.0.0.1:" + port();
    }

    /** Plays {@code script} for every request whose target begins with {@code target}. */
    void on(String target, Script script) {
        scripts.put(target, script);
    }

    /** Answers with these bytes and leaves the connection open. */
    void reply(String target, String bytes) {
        on(target, (_, wire) -> wire.send(bytes));
    }

    /** Returns the heads of the requests whose target began with {@code target}, as they came. */
    List<String> heads(String target) {
        return heads.stream().filter(head -> targetOf(head).startsWith(target)).toList();
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                open.add(socket);
                Thread.ofVirtual().start(() -> serve(socket));
            } catch (IOException e) {
                return;
            }
        }
    }

    private void serve(Socket socket) {
        try (var wire = new Wire(socket)) {
            while (!socket.isClosed()) {
                String head = wire.until("\r\n\r\n");
                if (!head.endsWith("\r\n\r\n")) {
                    return;
                }
                heads.add(head);
                scriptFor(targetOf(head)).play(head, wire);
            }
        } catch (IOException e) {
            // the gateway let go of the connection, which tests see from its own side
        } finally {
            open.remove(socket);
        }
    }

    private Script scriptFor(String target) {
        return scripts.entrySet().stream()
                .filter(script -> target.startsWith(script.getKey()))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse((_, wire) ->
                        wire.send("HTTP/1.1 200 OK\r\nContent-Length: " + name.length() + "\r\n\r\n" + name));
    }

    private static String targetOf(String head) {
        return head.split(" ", 3)[1];
    }

    @Override
    public void close() throws IOException {
        server.close();
        for (Socket socket : open) {
            socket.close();
        }
    }
}
