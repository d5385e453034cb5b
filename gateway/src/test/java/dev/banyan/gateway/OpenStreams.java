package dev.banyan.gateway;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Opens many streams through a running gateway and holds them: {@code OpenStreams GATEWAY_PORT BACKEND_PORT COUNT}. Plays the
 * backend too; start it first, then the gateway with {@code --legacy http://127.0.0.1:BACKEND_PORT}.
 */
final class OpenStreams {

    private static final String FIRST = "data: 1\n\n";
    private static final String SECOND = "data: 2\n\n";

    private OpenStreams() {}

    public static void main(String[] args) throws Exception {
        int gateway = Integer.parseInt(args[0]);
        int count = Integer.parseInt(args[2]);
        List<Socket> served = java.util.Collections.synchronizedList(new ArrayList<>());
        var server = new ServerSocket(Integer.parseInt(args[1]), 4096, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(() -> serve(server, served));
        System.out.println("backend listens");
        System.in.read();
        long start = System.nanoTime();
        List<Socket> streams = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            var stream = new Socket(InetAddress.getLoopbackAddress(), gateway);
            stream.setSoTimeout(30_000);
            stream.getOutputStream()
                    .write("GET /events HTTP/1.1\r\nHost: a\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            streams.add(stream);
            await(stream, FIRST);
        }
        System.out.printf("open: %d in %d ms%n", streams.size(), (System.nanoTime() - start) / 1_000_000);
        start = System.nanoTime();
        for (Socket each : List.copyOf(served)) {
            each.getOutputStream().write(SECOND.getBytes(StandardCharsets.US_ASCII));
        }
        for (Socket stream : streams) {
            await(stream, SECOND);
        }
        System.out.printf("one more event on each: %d ms%n", (System.nanoTime() - start) / 1_000_000);
        System.in.read();
        System.exit(0);
    }

    private static void serve(ServerSocket server, List<Socket> served) {
        while (true) {
            try {
                Socket socket = server.accept();
                await(socket, "\r\n\r\n");
                socket.getOutputStream()
                        .write(("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n" + FIRST)
                                .getBytes(StandardCharsets.US_ASCII));
                served.add(socket);
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }
    }

    private static void await(Socket socket, String end) throws IOException {
        var text = new StringBuilder();
        while (text.indexOf(end) < 0) {
            int next = socket.getInputStream().read();
            if (next < 0) {
                throw new IOException("ended after " + text);
            }
            text.append((char) next);
        }
    }
}
