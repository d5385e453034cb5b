package dev.banyan.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.gateway.framing.Clients;
import dev.banyan.gateway.framing.Mutations;
import dev.banyan.gateway.framing.StrictReader;
import dev.banyan.gateway.framing.StrictReader.End;
import dev.banyan.gateway.framing.StrictReader.Reading;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A backend whose replies are wrong in every way we know. A client gets one reply that a strict reader takes, or one that breaks off,
 * and never a byte of what was said to somebody else.
 */
@SuppressWarnings("StringConcatToTextBlock") // line ends on the wire are CRLF
class ReplyFuzzTest {

    private static final Pattern MARK = Pattern.compile("<\\d+ *\\d+>");
    private static final int AT_ONCE = 48;
    private static final int PATIENCE_MILLIS = 20_000;

    @TempDir
    Path folder;

    /**
     * Answers each request with what its number makes of the seed, and leaves the connection open or closes it.
     *
     * @param waiting what was asked last over each connection that waits for its next request
     */
    private record Misbehaving(ServerSocket server, long seed, Map<Wire, Integer> waiting) implements AutoCloseable {

        void accept() {
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
            try (var wire = Wire.over(socket)) {
                serve(wire);
            } catch (IOException e) {
                // the gateway has had enough of it
            }
        }

        private void serve(Wire wire) throws IOException {
            try {
                while (true) {
                    String head = wire.until("\r\n\r\n");
                    waiting.remove(wire);
                    if (!head.endsWith("\r\n\r\n")) {
                        return;
                    }
                    int number = Integer.parseInt(head.split("[/ ]", 5)[3].strip());
                    wire.send(said(seed, number));
                    if (closes(seed, number, head.substring(0, head.indexOf(' ')))) {
                        return;
                    }
                    waiting.put(wire, number);
                }
            } finally {
                waiting.remove(wire);
            }
        }

        /**
         * Says something more over every connection that waits, while nobody asks, and gives the gateway a while to read it: of what comes
         * just before a request nobody can tell that it is no reply.
         */
        void stray() {
            waiting.forEach((wire, number) ->
                    wire.sendIfOpen(new Mutations(new Random(seed * 1_000_003 - number)).stray(mark(number))));
            for (int i = 0; i < 1_000 && !waiting.isEmpty(); i++) {
                LockSupport.parkNanos(1_000_000);
            }
        }

        @Override
        public void close() throws IOException {
            server.close();
        }
    }

    /** Whether the backend closes the connection behind a reply: some do, and where the reply is not whole nothing else ends it. */
    private static boolean closes(long seed, int number, String method) {
        String said = said(seed, number);
        return number % 4 == 0
                || StrictReader.replies(said, List.of(method), false).whole().isEmpty();
    }

    private static String said(long seed, int number) {
        var random = new Random(seed * 1_000_003 + number);
        var mutations = new Mutations(random);
        String reply = mutations.reply(mark(number), number % 10 == 0 ? 0 : random.nextInt(1, 4));
        return number % 4 == 2 ? reply + mutations.stray(mark(number)) : reply;
    }

    private static String mark(int number) {
        return "<" + number + " ".repeat(number % 7) + number + ">";
    }

    @Test
    void aClientGetsOneReplyOrAPartThatShowsAndNothingOfAnothers() throws Exception {
        run(20_261_125, 400, 0);
    }

    @Test
    @Tag("soak")
    void aClientGetsOneReplyOrAPartThatShowsAndNothingOfAnothersForLong() throws Exception {
        run(Long.getLong("soak.seed", System.nanoTime()), Integer.MAX_VALUE, Long.getLong("soak.seconds", 600));
    }

    private void run(long seed, int cases, long seconds) throws Exception {
        TestGateway.take(Way.LEAN);
        var socket = new ServerSocket(0, 500, InetAddress.getLoopbackAddress());
        try (var backend = new Misbehaving(socket, seed, new ConcurrentHashMap<>())) {
            Thread.ofVirtual().start(backend::accept);
            String url = "http://127.0.0.1:" + backend.server().getLocalPort();
            try (var gateway = TestGateway.start(folder, """
                    backends:
                      - {name: legacy, url: "%s", baseline: true, timeouts: {request: 300ms}}
                      - {name: same, url: "%s", timeouts: {request: 300ms}, circuitBreaker: {failureRate: 100%%, minCalls: 10000, windowCalls: 10000}}
                    routes:
                      - {name: filtered, matches: [{path: {type: PathPrefix, value: /chain}}], candidate: same, stage: complete, filters: ["AddResponseHeader=X-Fig, 1"]}
                    """.formatted(url, url))) {
                int done = 0;
                int whole = 0;
                long end = System.nanoTime() + seconds * 1_000_000_000L;
                while (done < cases && (seconds == 0 || System.nanoTime() < end)) {
                    int count = Math.min(200, cases - done);
                    int port = gateway.port();
                    List<String> outcomes = Clients.ask(done, count, AT_ONCE, number -> ask(port, seed, number));
                    backend.stray();
                    assertThat(outcomes)
                            .as("seed %d", seed)
                            .filteredOn(outcome -> outcome.length() > "refused".length())
                            .isEmpty();
                    whole += (int) outcomes.stream().filter("whole"::equals).count();
                    done += count;
                }
                System.out.println("replies: " + done + ", " + whole + " passed on whole; seed " + seed);
                assertThat(whole).isBetween(done / 5, done - done / 10);
            }
        }
    }

    /** Asks on a connection of its own, and says what came of it. */
    private static String ask(int port, long seed, int number) throws IOException {
        String method = number % 5 == 1 ? "HEAD" : "GET";
        String path = number % 3 == 0 ? "/chain/" : "/lean/";
        var received = new StringBuilder();
        boolean closed = false;
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(PATIENCE_MILLIS);
            String request = method + " " + path + number + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            byte[] bytes = new byte[8192];
            for (int n = socket.getInputStream().read(bytes);
                    n >= 0;
                    n = socket.getInputStream().read(bytes)) {
                received.append(new String(bytes, 0, n, StandardCharsets.ISO_8859_1));
            }
            closed = true;
        } catch (java.net.SocketTimeoutException e) {
            return "left open: " + said(seed, number) + " -> " + received;
        } catch (IOException e) {
            closed = true;
        }
        String problem = problem(method, seed, number, received.toString(), closed);
        if (problem != null) {
            return problem + ": " + said(seed, number) + " -> " + received;
        }
        Reading reading = StrictReader.replies(received.toString(), List.of(method), true);
        return reading.whole().isEmpty()
                ? "cut"
                : reading.whole().getFirst().what().startsWith("5") ? "refused" : "whole";
    }

    private static @Nullable String problem(String method, long seed, int number, String received, boolean closed) {
        Reading reading = StrictReader.replies(received, List.of(method), closed);
        if (reading.whole().size() > 1) {
            return "more than one reply";
        }
        if (reading.end() == End.MALFORMED) {
            return "a reply that is none";
        }
        String said = said(seed, number);
        boolean foreign = MARK.matcher(received).results().anyMatch(mark -> !said.contains(mark.group()));
        return foreign ? "something of another's" : null;
    }
}
