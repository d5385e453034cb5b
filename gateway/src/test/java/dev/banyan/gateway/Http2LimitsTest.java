package dev.banyan.gateway;

import static dev.banyan.gateway.Http2Wire.CONTINUATION;
import static dev.banyan.gateway.Http2Wire.END_HEADERS;
import static dev.banyan.gateway.Http2Wire.GOAWAY;
import static dev.banyan.gateway.Http2Wire.HEADERS;
import static dev.banyan.gateway.Http2Wire.RST_STREAM;
import static dev.banyan.gateway.Http2Wire.SETTINGS;
import static dev.banyan.gateway.Http2Wire.WINDOW_UPDATE;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a client of HTTP/2 may take of the gateway, and what becomes of one that takes more, or keeps it waiting; floods are {@link Http2FloodTest}. */
@SuppressWarnings("StringConcatToTextBlock") // line ends on the wire are CRLF
class Http2LimitsTest {

    private static final int INTERNAL_ERROR = 2;
    private static final int CANCEL = 8;
    private static final int REFUSED_STREAM = 7;

    /** A connection that is closed while more comes is reset, which may take the GOAWAY with it. */
    private static final int ENDED = -1;

    @TempDir
    static Path folder;

    private static ScriptedServer server;
    private static TestGateway gateway;
    private static final BlockingQueue<Wire> CALLS = new LinkedBlockingQueue<>();

    @BeforeAll
    static void start() throws Exception {
        TestGateway.take(Way.LEAN);
        server = new ScriptedServer("legacy");
        server.on("/silent", (_, wire) -> {
            CALLS.add(wire);
            wire.until("never");
        });
        server.on("/lazy", (_, wire) -> hold(wire));
        server.on("/flood", (_, wire) -> {
            CALLS.add(wire);
            wire.send("HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n");
            for (int i = 0; i < 1_000; i++) {
                wire.send("x".repeat(100_000));
            }
        });
        gateway = TestGateway.start(
                folder,
                """
                backends:
                  - {name: legacy, url: "%s", baseline: true}
                """.formatted(server.url()),
                "--http2-port",
                "0",
                "--http2-streams",
                "20",
                "--client-head-timeout",
                "0.6",
                "--client-idle-timeout",
                "1.5",
                "--client-stall-timeout",
                "1");
    }

    /** Reads nothing for longer than any limit lasts. */
    private static void hold(Wire wire) {
        CALLS.add(wire); // once, and at its beginning: later it would be taken for the next test's
        java.util.concurrent.locks.LockSupport.parkNanos(2_500_000_000L);
    }

    @AfterAll
    static void stop() throws IOException {
        gateway.close();
        server.close();
    }

    @BeforeEach
    void nothingIsLeft() throws Exception {
        TestGateway.await("no calls in flight", () -> gateway.inFlight("legacy") == 0);
        CALLS.clear();
    }

    private static Http2Wire client() throws IOException {
        return gateway.http2();
    }

    private static void othersAreServed() throws Exception {
        TestGateway.await("let go", () -> gateway.inFlight("legacy") == 0);
        try (var other = client()) {
            assertThat(other.get(1, "/after").reply(1)).isEqualTo("200 legacy");
        }
    }

    @Test
    void aHeadThatIsTooLongIsAnswered() throws Exception {
        try (var client = client()) {
            String[] fields = Http2Wire.request("GET", "/long", "x-a", "y".repeat(16_000), "x-b", "y".repeat(17_000));
            byte[] block = Http2Wire.block(fields);
            client.frame(HEADERS, 1, 1, java.util.Arrays.copyOf(block, 16_000));
            client.frame(CONTINUATION, 0, 1, java.util.Arrays.copyOfRange(block, 16_000, 32_000));
            client.frame(CONTINUATION, END_HEADERS, 1, java.util.Arrays.copyOfRange(block, 32_000, block.length));
            assertThat(client.reply(1)).startsWith("431");
            String[] many = new String[202];
            java.util.Arrays.setAll(many, i -> i % 2 == 0 ? "x-" + i : "1");
            assertThat(client.get(3, "/many", many).reply(3)).startsWith("431");
            assertThat(client.get(5, "/" + "x".repeat(9_000)).reply(5)).startsWith("414");
            assertThat(client.get(7, "/after").reply(7)).isEqualTo("200 legacy");
        }
    }

    @Test
    void moreStreamsThanAllowedAreRefusedAndTheOthersGoOn() throws Exception {
        try (var client = client()) {
            for (int i = 0; i < 21; i++) {
                client.get(2 * i + 1, "/silent");
            }
            assertThat(client.reply(41)).isEqualTo("reset " + REFUSED_STREAM);
            TestGateway.await("twenty calls", () -> gateway.inFlight("legacy") == 20);
            client.number(RST_STREAM, 1, CANCEL).get(43, "/after");
            assertThat(client.reply(43)).isEqualTo("200 legacy");
        }
        othersAreServed();
    }

    @Test
    void aResetIsAClientThatHasLeftHoweverMuchOfItsBodyWaits() throws Exception {
        try (var client = client()) {
            client.post(1, "/lazy");
            for (int i = 0; i < 4; i++) {
                client.data(1, false, "x".repeat(16_000)); // all the window there is, and the backend takes none
            }
            CALLS.take();
            assertThat(gateway.inFlight("legacy")).isEqualTo(1);
            client.number(RST_STREAM, 1, CANCEL);
            TestGateway.await("let go", () -> gateway.inFlight("legacy") == 0);
            assertThat(client.get(3, "/after").reply(3)).isEqualTo("200 legacy");
            client.post(5, "/silent").data(5, false, "x");
            CALLS.take();
        }
        othersAreServed();
    }

    @Test
    void aClientThatTakesNothingOfAReplyIsLetGoAndTheOtherStreamsAreNot() throws Exception {
        try (var client = client()) {
            client.get(1, "/flood").get(3, "/silent");
            assertThat(client.await(frame -> frame.type() == RST_STREAM).stream())
                    .isEqualTo(1);
            TestGateway.await("one is left", () -> gateway.inFlight("legacy") == 1);
            client.number(RST_STREAM, 3, CANCEL);
        }
        othersAreServed();
    }

    /** Replies to bodies that have not ended: each stream is over, and free for another, before its reply has left. */
    @Test
    void aClientThatTakesNoHeadsOfRepliesIsNotReadWithoutEnd() throws Exception {
        int most = 400; // six times what the system keeps of it
        server.reply("/early", "HTTP/1.1 204 No Content\r\nX-Long: " + "x".repeat(60_000) + "\r\n\r\n");
        int round = 0;
        try (var client = client()) {
            while (round < most) {
                int asked = ++round;
                client.post(2 * asked - 1, "/early");
                TestGateway.await("answered", () -> {
                    client.number(WINDOW_UPDATE, 0, 1); // fails once the connection has ended
                    return server.heads("/early").size() >= asked && gateway.inFlight("legacy") == 0;
                });
                client.data(2 * asked - 1, true, "");
            }
        } catch (IOException e) {
            // the gateway has ended it
        }
        assertThat(round).isLessThan(most);
        othersAreServed();
    }

    /** While more waits for it than it may, nothing is read of a client, and so the rest of a head cannot come. */
    @Test
    void aClientThatTakesManyRepliesLateIsNotBlamedForWhatIsNotReadOfIt() throws Exception {
        int streams = 200; // three times what the system keeps of their replies
        server.reply("/many", "HTTP/1.1 204 No Content\r\nX-Long: " + "x".repeat(60_000) + "\r\n\r\n");
        try (var patient = TestGateway.over(
                        folder.resolve("patient"),
                        folder.resolve("rules").toString(),
                        "--http2-port",
                        "0",
                        "--http2-streams",
                        "300",
                        "--client-head-timeout",
                        "0.6");
                var client = patient.http2()) {
            byte[] block = Http2Wire.block(Http2Wire.request("GET", "/many"));
            for (int i = 0; i < streams; i++) {
                client.frame(HEADERS, END_HEADERS | Http2Wire.END_STREAM, 2 * i + 1, block);
            }
            TestGateway.await(
                    "all are answered",
                    () -> server.heads("/many").size() == streams && patient.inFlight("legacy") == 0);
            client.raw("\0\0"); // of the head of a frame
            java.util.concurrent.locks.LockSupport.parkNanos(1_500_000_000L); // as hold() does
            client.raw("\10\6\0\0\0\0\0whatever");
            int replies = 0;
            Http2Wire.Frame next;
            while (replies < streams && (next = client.skim()) != null) {
                replies += next.endsStream() ? 1 : 0;
            }
            assertThat(replies).isEqualTo(streams);
        }
    }

    @Test
    void anUploadThatStopsIsAnswered408() throws Exception {
        try (var client = client()) {
            client.post(1, "/silent", "content-length", "100").data(1, false, "part");
            assertThat(client.reply(1)).startsWith("408");
        }
        othersAreServed();
    }

    /** More often than a client may make us reset its streams; and not with CANCEL, which some clients take for the end of a whole reply. */
    @Test
    void repliesThatABackendBreaksOffAreNotTheClientsFault() throws Exception {
        server.on("/broken", (_, wire) -> wire.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\npart")
                .close());
        try (var client = client()) {
            for (int i = 0; i < 205; i++) {
                assertThat(client.get(2 * i + 1, "/broken").reply(2 * i + 1))
                        .as("broken reply %d", i)
                        .isEqualTo("200 part reset " + INTERNAL_ERROR);
            }
            assertThat(client.get(999, "/after").reply(999)).isEqualTo("200 legacy");
        }
    }

    @Test
    void aReplyThatComesAfterOursDoesNotEndTheConnection() throws Exception {
        byte[] noWindow = {0, 4, 0, 0, 0, 0};
        byte[] someWindow = {0, 4, 0, 0, 16, 0};
        server.on("/late", (_, wire) -> {
            CALLS.add(wire);
            wire.until("never");
        });
        try (var client = client()) {
            client.frame(SETTINGS, 0, 0, noWindow).post(1, "/late", "content-length", "10");
            Wire call = CALLS.take();
            assertThat(client.await(frame -> frame.is(HEADERS, 1)).status()).isEqualTo("408");
            call.send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nlate");
            TestGateway.await("the call is over", () -> gateway.inFlight("legacy") == 0);
            client.frame(SETTINGS, 0, 0, someWindow).get(3, "/after");
            assertThat(client.reply(3)).isEqualTo("200 legacy");
        }
    }

    private interface HalfHead {
        void sendTo(Http2Wire client) throws IOException;
    }

    /** An idle connection would be told so. */
    @Test
    void aHalfHeadIsHeldToTheLimitOfHeadsWhateverElseCame() throws Exception {
        byte[] block = Http2Wire.block(Http2Wire.request("GET", "/half"));
        String frameHead = "\0\0" + (char) block.length + "\1\4\0\0\0\3"; // HEADERS, whole, of stream 3
        Map<String, HalfHead> halves = Map.of(
                "no CONTINUATION", client -> client.frame(HEADERS, 0, 3, block),
                "part of a frame", client -> client.raw(frameHead + ":"),
                "part of the head of a frame", client -> client.raw("\0\0"),
                "behind a whole frame", client -> client.raw("\0\0\10\6\0\0\0\0\0whatever" + frameHead));
        for (boolean streamInFlight : new boolean[] {false, true}) {
            for (Map.Entry<String, HalfHead> half : halves.entrySet()) {
                try (var client = client()) {
                    if (streamInFlight) {
                        client.get(1, "/silent");
                        CALLS.take();
                    }
                    half.getValue().sendTo(client);
                    assertThat(client.goneWith())
                            .as("%s, stream in flight: %s", half.getKey(), streamInFlight)
                            .isEqualTo(ENDED);
                }
            }
        }
        othersAreServed();
    }

    @Test
    void aReplyIsHeldToTheLeastRateByTheWindowsOfItsStream() throws Exception {
        try (var strict = TestGateway.over(
                        folder.resolve("strict"),
                        folder.resolve("rules").toString(),
                        "--http2-port",
                        "0",
                        "--client-stall-timeout",
                        "1",
                        "--client-min-rate",
                        "100000");
                var slow = strict.http2();
                var fast = strict.http2()) {
            fast.get(1, "/flood");
            slow.get(1, "/flood");
            var reader = Thread.ofVirtual().start(() -> takeAll(fast));
            var slowly = Thread.ofVirtual().start(() -> grantSlowly(slow));
            assertThat(slow.reply(1)).endsWith(" reset " + INTERNAL_ERROR);
            slowly.interrupt();
            assertThat(strict.inFlight("legacy")).isEqualTo(1);
            reader.interrupt();
        }
    }

    /** Allows for three quarters of the rate, or less on a busy machine: no more than that is sent. */
    private static void grantSlowly(Http2Wire client) {
        try {
            while (!Thread.interrupted()) {
                java.util.concurrent.locks.LockSupport.parkNanos(100_000_000L);
                client.number(WINDOW_UPDATE, 0, 7_500).number(WINDOW_UPDATE, 1, 7_500);
            }
        } catch (IOException e) {
            // the test is over
        }
    }

    /** Takes 16 KiB fifty times a second: eight times the rate. */
    private static void takeAll(Http2Wire client) {
        try {
            Http2Wire.Frame next;
            while (!Thread.interrupted() && (next = client.read()) != null) {
                int bytes = next.is(Http2Wire.DATA, 1) ? next.payload().remaining() : 0;
                if (bytes > 0) {
                    java.util.concurrent.locks.LockSupport.parkNanos(20_000_000L);
                    client.number(WINDOW_UPDATE, 0, bytes).number(WINDOW_UPDATE, 1, bytes);
                }
            }
        } catch (IOException e) {
            // the test is over
        }
    }

    @Test
    void connectionsThatSayNothingOrIdleAreClosed() throws Exception {
        try (var silent = Wire.to(gateway.http2Port());
                var idle = client()) {
            assertThat(idle.get(1, "/x").reply(1)).isEqualTo("200 legacy");
            assertThat(silent.ends()).isTrue();
            assertThat(idle.await(frame -> frame.type() == GOAWAY).error()).isZero();
            assertThat(idle.goneWith()).isEqualTo(-1);
        }
    }
}
