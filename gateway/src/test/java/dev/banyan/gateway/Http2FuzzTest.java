package dev.banyan.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.gateway.Http2Wire.Frame;
import dev.banyan.gateway.framing.Clients;
import dev.banyan.gateway.framing.Http2Mutations;
import dev.banyan.gateway.framing.StrictHttp2Reader;
import dev.banyan.gateway.framing.StrictHttp2Reader.Reading;
import dev.banyan.gateway.framing.StrictReader.Message;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Connections of HTTP/2 that are wrong in their fields, frames or bytes go through a gateway to a backend that writes down what it gets over
 * HTTP/1.1. Whatever arrives is a request that a strict reader finds in what a client sent, once, and its reply comes back on its stream.
 */
class Http2FuzzTest {

    private static final int AT_ONCE = 48;

    @TempDir
    Path folder;

    /** What a client sent, in hexadecimal digits, and what came back of each stream. */
    private record Case(
            String sent,
            Reading asked,
            Map<Integer, String> statuses,
            Map<Integer, String> bodies,
            Set<Integer> ended,
            boolean closed) {

        /** Returns what is wrong with the replies, or null. */
        @Nullable
        String problem() {
            for (Map.Entry<Integer, String> reply : statuses.entrySet()) {
                int stream = reply.getKey();
                Message request = asked.whole().get(stream);
                if (!asked.begun().contains(stream)) {
                    return "gets a reply on a stream that it has not begun";
                }
                if (reply.getValue().equals("200") && ended.contains(stream)) {
                    if (request == null) {
                        return "is served although it is no request";
                    }
                    if (!request.what().startsWith("HEAD ")
                            && !bodies.getOrDefault(stream, "").equals(RecordingServer.replyTo(request))) {
                        return "gets another's reply";
                    }
                }
            }
            if (asked.isClean() && !ended.containsAll(asked.whole().keySet())) {
                return "is not answered";
            }
            return asked.isClean() || closed ? null : "is left open";
        }

        boolean isServed() {
            return statuses.containsValue("200");
        }

        @Override
        public String toString() {
            return problem() + ": " + sent + " -> " + statuses + " " + bodies + " of " + asked;
        }
    }

    @Test
    void whatArrivesIsWhatAStrictReaderFindsInTheFrames() throws Exception {
        run(20_261_128, 300, 0);
    }

    @Test
    @Tag("soak")
    void whatArrivesIsWhatAStrictReaderFindsInTheFramesForLong() throws Exception {
        run(Long.getLong("soak.seed", System.nanoTime()), Integer.MAX_VALUE, Long.getLong("soak.seconds", 600));
    }

    private void run(long seed, int cases, long seconds) throws Exception {
        TestGateway.take(Way.LEAN);
        try (var server = new RecordingServer();
                var gateway = gateway(server)) {
            long end = System.nanoTime() + seconds * 1_000_000_000L;
            int done = 0;
            int served = 0;
            int broken = 0;
            List<Case> before = List.of(); // a request whose client has left may be noted late
            while (done < cases && (seconds == 0 || System.nanoTime() < end)) {
                server.got().clear();
                int port = gateway.http2Port();
                List<Case> batch = Clients.ask(
                        done, Math.min(600, cases - done), AT_ONCE, number -> ask(port, sent(seed, number)));
                done += batch.size();
                assertThat(batch.stream().filter(each -> each.problem() != null).map(Case::toString))
                        .as("seed %d", seed)
                        .isEmpty();
                served += (int) batch.stream().filter(Case::isServed).count();
                broken += (int)
                        batch.stream().filter(each -> !each.asked().isClean()).count();
                assertThat(server.malformed())
                        .as("seed %d, what no strict server takes", seed)
                        .isEmpty();
                List<Case> both = new ArrayList<>(before);
                both.addAll(batch);
                before = batch;
                assertThat(unexplained(server.got(), both))
                        .as("seed %d, what nobody sent", seed)
                        .isEmpty();
                TestGateway.await("all let go", () -> gateway.inFlight("legacy") + gateway.inFlight("same") == 0);
            }
            System.out.println("frames: " + done + " connections, " + served + " served, " + broken
                    + " with a fault; seed " + seed);
            assertThat(served).isGreaterThan(done / 5);
            assertThat(broken).isGreaterThan(done / 3);
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
                "--http2-port",
                "0",
                "--client-head-timeout",
                "0.6",
                "--client-stall-timeout",
                "0.6",
                "--client-idle-timeout",
                "2");
    }

    @Test
    void aRequestThatNobodySentWouldBeSeen() {
        byte[] sent = sent(1, 0);
        Reading asked = StrictHttp2Reader.read(sent);
        assertThat(asked.fault()).isEmpty();
        assertThat(asked.whole()).isNotEmpty();
        Case one = new Case("", asked, Map.of(), Map.of(), Set.of(), true);
        Message request = asked.whole().get(1);
        assertThat(unexplained(List.of(request), List.of(one))).isEmpty();
        assertThat(unexplained(List.of(request, request), List.of(one))).hasSize(1);
        assertThat(unexplained(List.of(new Message("GET /hidden/1", "")), List.of(one)))
                .hasSize(1);
        assertThat(one.problem()).isEqualTo("is not answered");
        assertThat(new Case(
                                "",
                                asked,
                                Map.of(1, "200"),
                                Map.of(1, "no"),
                                asked.whole().keySet(),
                                true)
                        .problem())
                .isEqualTo("gets another's reply");
        assertThat(new Case("", asked, Map.of(99, "200"), Map.of(), Set.of(), true).problem())
                .isEqualTo("gets a reply on a stream that it has not begun");
    }

    private static byte[] sent(long seed, int number) {
        var random = new Random(seed * 1_000_003 + number);
        String id = "%010d".formatted(number);
        String target = (random.nextInt(3) == 0 ? "/chain/" : "/lean/") + id;
        return new Http2Mutations(random)
                .connection(target, "/hidden/" + id, number % 10 == 0 ? 0 : random.nextInt(1, 4));
    }

    /** Sends all at once, and reads until every stream has ended, or the connection. */
    private static Case ask(int port, byte[] sent) throws IOException {
        Reading asked = StrictHttp2Reader.read(sent);
        Map<Integer, String> statuses = new HashMap<>();
        Map<Integer, String> bodies = new HashMap<>();
        Set<Integer> ended = new HashSet<>();
        boolean closed = false;
        try (var wire = new Http2Wire(port)) {
            wire.raw(new String(sent, StandardCharsets.ISO_8859_1));
            while (!(asked.isClean() && ended.containsAll(asked.whole().keySet()))) {
                Frame frame = wire.listen();
                if (frame == null) {
                    closed = true;
                    break;
                }
                if (frame.type() == Http2Wire.HEADERS && !frame.status().isEmpty()) {
                    statuses.put(frame.stream(), frame.status());
                } else if (frame.type() == Http2Wire.DATA) {
                    bodies.merge(frame.stream(), frame.text(), String::concat);
                }
                if (frame.endsStream() || frame.type() == Http2Wire.RST_STREAM) {
                    ended.add(frame.stream());
                }
            }
        } catch (SocketTimeoutException e) {
            // left open
        } catch (IOException e) {
            closed = true; // reset, which may take replies with it
        }
        return new Case(HexFormat.of().formatHex(sent), asked, statuses, bodies, ended, closed);
    }

    /** Returns what arrived without having been sent, or oftener than it was. */
    private static List<String> unexplained(List<Message> got, List<Case> cases) {
        Map<Message, Integer> sent = new HashMap<>();
        cases.forEach(each -> each.asked().whole().values().forEach(request -> sent.merge(request, 1, Integer::sum)));
        return got.stream()
                .filter(request -> sent.merge(request, -1, Integer::sum) < 0)
                .map(Message::toString)
                .toList();
    }
}
