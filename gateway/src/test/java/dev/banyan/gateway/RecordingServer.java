package dev.banyan.gateway;

import dev.banyan.gateway.framing.StrictReader;
import dev.banyan.gateway.framing.StrictReader.End;
import dev.banyan.gateway.framing.StrictReader.Message;
import dev.banyan.gateway.framing.StrictReader.Reading;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A backend that reads requests as strictly as can be, writes down what it got, and answers with that. */
final class RecordingServer implements AutoCloseable {

    private final ServerSocket server;
    private final List<Message> got = new CopyOnWriteArrayList<>();
    private final List<String> malformed = new CopyOnWriteArrayList<>();

    RecordingServer() throws IOException {
        server = new ServerSocket(0, 500, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::accept);
    }

    String url() {
        return "http://127.0.0.1:" + server.getLocalPort();
    }

    /** All requests that came whole. */
    List<Message> got() {
        return got;
    }

    /** What was no HTTP. */
    List<String> malformed() {
        return malformed;
    }

    /** Returns the body of the reply to a request. */
    static String replyTo(Message request) {
        return request.what() + " " + request.body().length() + " "
                + request.body().hashCode();
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                Thread.ofVirtual().start(() -> serve(socket));
            } catch (IOException e) {
                return;
            }
        }
    }

    private void serve(Socket socket) {
        var text = new StringBuilder();
        byte[] bytes = new byte[8192];
        try (socket) {
            for (int n = socket.getInputStream().read(bytes);
                    n >= 0;
                    n = socket.getInputStream().read(bytes)) {
                text.append(new String(bytes, 0, n, StandardCharsets.ISO_8859_1));
                Reading reading = StrictReader.requests(text.toString());
                for (Message request : reading.whole()) {
                    got.add(request);
                    answer(socket, request);
                }
                if (reading.end() == End.MALFORMED) {
                    malformed.add(text.toString());
                    return;
                }
                text.delete(0, reading.consumed());
            }
        } catch (IOException e) {
            // the gateway let go of the connection
        }
    }

    private static void answer(Socket socket, Message request) throws IOException {
        String body = replyTo(request);
        String head = "HTTP/1.1 200 OK\r\nContent-Length: " + body.length() + "\r\n\r\n";
        String reply = request.what().startsWith("HEAD ") ? head : head + body;
        socket.getOutputStream().write(reply.getBytes(StandardCharsets.ISO_8859_1));
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
