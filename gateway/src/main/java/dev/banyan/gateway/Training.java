package dev.banyan.gateway;

import dev.banyan.rules.RulesException;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * A gateway that serves some requests of its own and ends: what the launcher runs so that the JVM can keep the classes of a start and of the
 * requests behind it. Nobody else calls it.
 */
final class Training {

    /* Plain sockets at both ends, since the classes of a client or a server of the JDK's would be kept beside ours. */

    /** Beyond the first compilation of what each request runs through, so that it is known what is run often. */
    private static final int REQUESTS = 2_000;

    /** A slow machine sends fewer. */
    private static final long NANOS_MAX = 4_000_000_000L;

    private static final String BODY = "trained";

    private Training() {}

    /** Runs once; {@code args} name an empty folder. */
    public static void main(String[] args) throws IOException, RulesException {
        Locale.setDefault(Locale.Category.FORMAT, Locale.ENGLISH);
        run(Path.of(args[0]), REQUESTS, NANOS_MAX);
        System.exit(0); // whatever thread is left
    }

    /** Returns how many requests were answered as they should. */
    static int run(Path folder, int requests, long nanosMax) throws IOException, RulesException {
        try (var upstream = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            Thread.ofVirtual().start(() -> answerAll(upstream));
            Path rules = Files.createDirectories(folder.resolve("rules"));
            Files.writeString(rules.resolve("rules.yaml"), """
                    backends:
                      - {name: legacy, url: "http://127.0.0.1:%1$d", baseline: true}
                      - {name: catalog, url: "http://127.0.0.1:%1$d"}
                    cohorts:
                      - {name: shopper, key: [{header: X-Customer-Id}], salt: training}
                    routes:
                      - {name: catalog, matches: [{path: {type: PathPrefix, value: /catalog}}], candidate: catalog,
                         cohort: shopper, stage: live, weight: 50%%}
                    """.formatted(upstream.getLocalPort()));
            var settings = GatewayCommand.parse(
                    "--rules",
                    rules.toString(),
                    "--port",
                    "0",
                    "--admin-port",
                    "0",
                    "--run-dir",
                    folder.resolve("run").toString());
            try (Gateway gateway = Gateway.start(settings)) {
                return ask(gateway.port(), requests, nanosMax);
            }
        }
    }

    private static int ask(int port, int requests, long nanosMax) throws IOException {
        long began = System.nanoTime();
        int answered = 0;
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            var in = new BufferedInputStream(socket.getInputStream());
            for (int i = 0; i < requests && System.nanoTime() - began < nanosMax; i++) {
                String path = i % 8 == 0 ? "/orders" : "/catalog/items?page=" + i;
                send(socket, "GET " + path + " HTTP/1.1\r\nHost: shop.test\r\nX-Customer-Id: c" + i + "\r\n\r\n");
                String head = head(in);
                String body = new String(in.readNBytes(BODY.length()), StandardCharsets.US_ASCII);
                answered += head.startsWith("HTTP/1.1 200") && body.equals(BODY) ? 1 : 0;
            }
        }
        return answered;
    }

    private static void answerAll(ServerSocket upstream) {
        try {
            while (true) {
                Socket each = upstream.accept();
                Thread.ofVirtual().start(() -> answer(each));
            }
        } catch (SocketException e) {
            // It was closed: the training is over.
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void answer(Socket socket) {
        try (socket) {
            var in = new BufferedInputStream(socket.getInputStream());
            while (!head(in).isEmpty()) {
                send(
                        socket,
                        "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: " + BODY.length() + "\r\n\r\n"
                                + BODY);
            }
        } catch (IOException e) {
            // The gateway has gone, and so has the training.
        }
    }

    /** Returns the next head up to its empty line, or nothing when there is no more. */
    private static String head(InputStream in) throws IOException {
        var head = new StringBuilder();
        while (head.length() < 4 || head.indexOf("\r\n\r\n", head.length() - 4) < 0) {
            int next = in.read();
            if (next < 0) {
                return "";
            }
            head.append((char) next);
        }
        return head.toString();
    }

    private static void send(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    }
}
