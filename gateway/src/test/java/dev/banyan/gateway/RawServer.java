package dev.banyan.gateway;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** Answers a request head with given bytes, then echoes if they switched protocols, else closes. */
final class RawServer implements AutoCloseable {

    private final ServerSocket server;
    private volatile String reply = "";

    RawServer() throws IOException {
        server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::accept);
    }

    int port() {
        return server.getLocalPort();
    }

    void reply(String bytes) {
        reply = bytes;
    }

    private void accept() {
        while (!server.isClosed()) {
            try (Socket socket = server.accept()) {
                serve(socket);
            } catch (IOException e) {
                // the next connection is another test
            }
        }
    }

    private void serve(Socket socket) throws IOException {
        var head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int next = socket.getInputStream().read();
            if (next < 0) {
                return;
            }
            head.append((char) next);
        }
        String bytes = reply;
        socket.getOutputStream().write(bytes.getBytes(StandardCharsets.ISO_8859_1));
        if (bytes.contains(" 101 ")) {
            socket.getInputStream().transferTo(socket.getOutputStream());
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
