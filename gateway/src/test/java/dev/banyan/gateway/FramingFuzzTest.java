package dev.banyan.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.gateway.framing.Clients;
import dev.banyan.gateway.framing.Mutations;
import dev.banyan.gateway.framing.StrictReader;
import dev.banyan.gateway.framing.StrictReader.End;
import dev.banyan.gateway.framing.StrictReader.Message;
import dev.banyan.gateway.framing.StrictReader.Reading;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Requests that are wrong in every way we know go through a gateway to a backend that writes down what it gets. Whatever arrives is a request
 * that a strict reader finds in what a client sent, once; all else is refused and its connection closed.
 */
@SuppressWarnings("StringConcatToTextBlock") // line ends on the wire are CRLF
class FramingFuzzTest {

    private static final int AT_ONCE = 48;
    private static final int PATIENCE_MILLIS = 20_000;

    @TempDir
    Path folder;

    /** What a client sent, and what came back. */
    private record Case(String sent, Reading asked, String received, boolean closed) {

        /** Returns what is wrong with the replies, or null. */
        @Nullable
        String problem() {
            List<String> methods = asked.whole().stream()
                    .map(request -> request.what().substring(0, request.what().indexOf(' ')))
                    .toList();
            Reading replies = StrictReader.replies(received, methods, closed);
            int wanted = asked.whole().size();
            for (int i = 0; i < replies.whole().size(); i++) {
                Message reply = replies.whole().get(i);
                boolean refused = reply.what().charAt(0) != '2';
                if (refused && i >= wanted && i + 1 < replies.whole().size()) {
                    return "goes on after what is no request";
                }
                if (!refused && i >= wanted) {
                    return "is served although it is no request";
                }
                if (!refused
                        && !methods.get(i).equals("HEAD")
                        && !reply.body()
                                .equals(RecordingServer.replyTo(asked.whole().get(i)))) {
                    return "gets another's reply";
                }
            }
            if (replies.end() == End.MALFORMED) {
                return "gets a reply that is none";
            }
            boolean answered = replies.whole().size() >= wanted;
            return closed || (answered && asked.end() != End.MALFORMED) ? null : "is left open";
        }

        @Override
        public String toString() {
            return problem() + ": " + printable(sent) + " -> " + printable(received) + " (" + asked.end() + ")";
        }

        private static String printable(String text) {
            var printable = new StringBuilder();
            text.chars()
                    .forEach(c -> printable.append(
                            switch (c) {
                                case '\r' -> "\\r";
                                case '\n' -> "\\n";
                                default -> c < ' ' || c > '~' ? "\\x%02x".formatted(c) : Character.toString(c);
                            }));
            return printable.toString();
        }

        boolean isServed() {
            return received.startsWith("HTTP/1.1 200");
        }

        boolean isRefused() {
            return received.startsWith("HTTP/1.1 4");
        }
    }

    @Test
    void whatArrivesIsWhatAStrictReaderFindsInWhatWasSent() throws Exception {
        run(20_261_125, 1_200, 0);
    }

    @Test
    @Tag("soak")
    void whatArrivesIsWhatAStrictReaderFindsInWhatWasSentForLong() throws Exception {
        run(Long.getLong("soak.seed", System.nanoTime()), Integer.MAX_VALUE, Long.getLong("soak.seconds", 600));
    }

    private void run(long seed, int cases, long seconds) throws Exception {
        TestGateway.take(Way.LEAN);
        try (var server = new RecordingServer();
                var gateway = gateway(server)) {
            long end = System.nanoTime() + seconds * 1_000_000_000L;
            int done = 0;
            int served = 0;
            int refused = 0;
            while (done < cases && (seconds == 0 || System.nanoTime() < end)) {
                server.got().clear();
                int port = gateway.port();
                List<Case> batch = Clients.ask(
                        done, Math.min(1_200, cases - done), AT_ONCE, number -> ask(port, sent(seed, number)));
                done += batch.size();
                List<String> problems = batch.stream()
                        .filter(each -> each.problem() != null)
                        .map(Case::toString)
                        .toList();
                assertThat(problems).as("seed %d", seed).isEmpty();
                served += (int) batch.stream().filter(Case::isServed).count();
                refused += (int) batch.stream().filter(Case::isRefused).count();
                assertThat(server.malformed())
                        .as("seed %d, what no strict server takes", seed)
                        .isEmpty();
                assertThat(unexplained(server.got(), batch))
                        .as("seed %d, what nobody sent", seed)
                        .isEmpty();
            }
            System.out.println("framing: " + done + " clients, " + served + " served, " + refused
                    + " refused at once; seed " + seed);
            assertThat(served).isGreaterThan(done / 4);
            assertThat(refused).isGreaterThan(done / 8);
        }
    }

    @Test
    void whoLeavesAmidABodyHasSentNoRequest() throws Exception {
        TestGateway.take(Way.LEAN);
        try (var server = new RecordingServer();
                var gateway = gateway(server)) {
            for (int i = 0; i < 100; i++) {
                String path = i % 2 == 0 ? "/chain/" : "/lean/";
                // Mostly before a connection to the backend stands.
                try (var client = gateway.wire()) {
                    client.send(
                            "PUT " + path + i + " HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nab");
                }
            }
            TestGateway.await("all let go", () -> gateway.inFlight("legacy") + gateway.inFlight("same") == 0);
            assertThat(gateway.ask("GET", "/chain/last")).contains("GET /chain/last");
            assertThat(gateway.ask("GET", "/lean/last")).contains("GET /lean/last");
            assertThat(server.got()).extracting(Message::what).containsExactly("GET /chain/last", "GET /lean/last");
        }
    }

    private TestGateway gateway(RecordingServer server) throws Exception {
        return TestGateway.start(
                folder,
                """
                backends:
                  - {name: legacy, url: "%s", baseline: true}
                  - {name: same, url: "%s"}
                routes:
                  - {name: filtered, matches: [{path: {type: PathPrefix, value: /chain}}], candidate: same, stage: complete, filters: ["AddResponseHeader=X-Fig, 1"]}
                """.formatted(server.url(), server.url()),
                "--client-head-timeout",
                "0.6",
                "--client-stall-timeout",
                "0.6",
                "--client-idle-timeout",
                "2");
    }

    private static String sent(long seed, int number) {
        var random = new Random(seed * 1_000_003 + number);
        String id = "%010d".formatted(number);
        String target = (random.nextInt(3) == 0 ? "/chain/" : "/lean/") + id;
        return new Mutations(random).requests(target, "/hidden/xx" + id, number % 10 == 0 ? 0 : random.nextInt(1, 4));
    }

    /** Sends all at once or in two parts, and reads until all that was asked is answered, or the connection is closed. */
    private static Case ask(int port, String sent) throws IOException {
        Reading asked = StrictReader.requests(sent);
        var received = new StringBuilder();
        boolean closed = false;
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(PATIENCE_MILLIS);
            socket.setTcpNoDelay(true);
            closed = !send(socket, sent);
            byte[] bytes = new byte[8192];
            while (!closed && !isEnough(asked, received.toString())) {
                int n = socket.getInputStream().read(bytes);
                closed = n < 0;
                received.append(closed ? "" : new String(bytes, 0, n, StandardCharsets.ISO_8859_1));
            }
        } catch (SocketTimeoutException e) {
            return new Case(sent, asked, received.toString(), false);
        } catch (IOException e) {
            closed = true; // reset, which may take a refusal with it
        }
        return new Case(sent, asked, received.toString(), closed);
    }

    private static boolean send(Socket socket, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        int cut = Math.floorMod(text.hashCode(), 2 * bytes.length + 2);
        try {
            if (cut < bytes.length) {
                socket.getOutputStream().write(bytes, 0, cut);
                socket.getOutputStream().write(bytes, cut, bytes.length - cut);
            } else {
                socket.getOutputStream().write(bytes);
            }
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static boolean isEnough(Reading asked, String received) {
        if (asked.end() == End.MALFORMED) {
            return false;
        }
        List<String> methods = asked.whole().stream()
                .map(request -> request.what().startsWith("HEAD ") ? "HEAD" : "GET")
                .toList();
        return StrictReader.replies(received, methods, false).whole().size()
                >= asked.whole().size();
    }

    /** Returns what arrived without having been sent, or oftener than it was. */
    private static List<String> unexplained(List<Message> got, List<Case> cases) {
        Map<Message, Integer> sent = new HashMap<>();
        cases.forEach(each -> each.asked().whole().forEach(request -> sent.merge(request, 1, Integer::sum)));
        List<String> left = new ArrayList<>();
        for (Message request : got) {
            if (sent.merge(request, -1, Integer::sum) < 0) {
                left.add(request + " of "
                        + cases.stream()
                                .map(Case::sent)
                                .filter(text -> Arrays.stream(request.what().split("/", -1))
                                        .skip(2)
                                        .anyMatch(part -> part.length() > 5 && text.contains(part)))
                                .toList());
            }
        }
        return left;
    }

    @Test
    void aSmuggledRequestWouldBeSeen() {
        String hidden = "GET /hidden/1 HTTP/1.1\r\nHost: a\r\n\r\n";
        String sent = "POST /lean/1 HTTP/1.1\r\nHost: a\r\nContent-Length: " + hidden.length() + "\r\n\r\n" + hidden;
        Reading asked = StrictReader.requests(sent);
        assertThat(asked.end()).isEqualTo(End.CLEAN);
        var one = List.of(new Case(sent, asked, "", true));
        assertThat(unexplained(asked.whole(), one)).isEmpty();
        assertThat(unexplained(List.of(new Message("GET /hidden/1", "")), one)).hasSize(1);
        Message twice = asked.whole().getFirst();
        assertThat(unexplained(List.of(twice, twice), one)).hasSize(1);
        assertThat(new Case(sent, asked, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nno", true).problem())
                .isEqualTo("gets another's reply");
    }
}
