package dev.banyan.gateway;

import static dev.banyan.gateway.Http2Wire.CONTINUATION;
import static dev.banyan.gateway.Http2Wire.END_HEADERS;
import static dev.banyan.gateway.Http2Wire.END_STREAM;
import static dev.banyan.gateway.Http2Wire.HEADERS;
import static dev.banyan.gateway.Http2Wire.PING;
import static dev.banyan.gateway.Http2Wire.PRIORITY;
import static dev.banyan.gateway.Http2Wire.RST_STREAM;
import static dev.banyan.gateway.Http2Wire.SETTINGS;
import static dev.banyan.gateway.Http2Wire.WINDOW_UPDATE;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A client of HTTP/2 that sends without end what costs it little is sent away, and little of that reaches a backend. */
class Http2FloodTest {

    private static final int CANCEL = 8;
    private static final int ENHANCE_YOUR_CALM = 11;

    /** A connection that is closed while more comes is reset, which may take the GOAWAY with it. */
    private static final int ENDED = -1;

    private static final int UNKNOWN = 0x42;

    /** Much more than any of the limits on frames. */
    private static final int MANY = 5_000;

    private static final String RULES = """
            backends:
              - {name: legacy, url: "%s", baseline: true}
            """;

    @TempDir
    static Path folder;

    private static ScriptedServer server;
    private static TestGateway gateway;

    @BeforeAll
    static void start() throws Exception {
        TestGateway.take(Way.LEAN);
        server = new ScriptedServer("legacy");
        server.on("/silent", (_, wire) -> wire.until("never"));
        gateway = TestGateway.start(folder, RULES.formatted(server.url()), "--http2-port", "0");
    }

    @AfterAll
    static void stop() throws IOException {
        gateway.close();
        server.close();
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

    /** Writes until the gateway has had enough, and returns the error it closed the connection with. */
    private static int flood(Http2Wire client, Flood flood) throws Exception {
        var writer = Thread.ofVirtual().start(() -> {
            try {
                for (int i = 0; i < MANY; i++) {
                    flood.write(i);
                }
            } catch (IOException e) {
                // closed in the middle of it, as it should be
            }
        });
        int error = client.goneWith();
        writer.join();
        return error;
    }

    private interface Flood {
        void write(int round) throws IOException;
    }

    @Test
    void aClientThatResetsAllItAsksForIsSentAway() throws Exception {
        try (var client = client()) {
            int error = flood(client, i -> client.get(2 * i + 1, "/silent").number(RST_STREAM, 2 * i + 1, CANCEL));
            assertThat(error).isIn(ENDED, ENHANCE_YOUR_CALM);
        }
        assertThat(server.heads("/silent")).hasSizeLessThan(400);
        othersAreServed();
    }

    @Test
    void aRequestThatIsTakenBackAtOnceReachesNoBackend() throws Exception {
        try (var client = client()) {
            for (int i = 0; i < 50; i++) {
                client.getAndReset(2 * i + 1, "/taken-back");
            }
            assertThat(client.get(101, "/after").reply(101)).isEqualTo("200 legacy");
        }
        assertThat(server.heads("/taken-back")).hasSizeLessThan(25); // a read may end between the two frames
        othersAreServed();
    }

    /** Each of them could be answered 431, but has to be read to its end. */
    @Test
    void aClientWhoseHeadsAreAllTooLongIsSentAway() throws Exception {
        byte[] bomb = Http2Wire.bomb(1_000);
        try (var client = client()) {
            assertThat(flood(client, i -> client.frame(HEADERS, END_STREAM | END_HEADERS, 2 * i + 1, bomb)))
                    .isIn(ENDED, ENHANCE_YOUR_CALM);
        }
        assertThat(server.heads("/bomb")).isEmpty();
        othersAreServed();
    }

    @Test
    void oneOfTheClientsBehindATrustedProxyDoesNotEndTheConnectionOfAll() throws Exception {
        byte[] bomb = Http2Wire.bomb(1_000);
        try (var behind = TestGateway.start(
                        Files.createDirectories(folder.resolve("behind")),
                        RULES.formatted(server.url()),
                        "--http2-port",
                        "0",
                        "--trusted-proxy",
                        "127.0.0.1/32");
                var proxy = behind.http2()) {
            for (int i = 0; i < 10; i++) {
                proxy.frame(HEADERS, END_STREAM | END_HEADERS, 2 * i + 1, bomb);
                assertThat(proxy.reply(2 * i + 1)).startsWith("431");
            }
            assertThat(proxy.get(101, "/after").reply(101)).isEqualTo("200 legacy");
            // More than a client of its own may take back.
            for (int i = 0; i < 300; i++) {
                proxy.getAndReset(103 + 2 * i, "/taken-back");
            }
            assertThat(proxy.get(1_001, "/after").reply(1_001)).isEqualTo("200 legacy");
        }
    }

    @Test
    void aClientThatMakesUsResetAllItAsksForIsSentAway() throws Exception {
        try (var client = client()) {
            int error = flood(client, i -> client.get(2 * i + 1, "/silent").number(WINDOW_UPDATE, 2 * i + 1, 0));
            assertThat(error).isIn(ENDED, ENHANCE_YOUR_CALM);
        }
        othersAreServed();
    }

    @Test
    void headsThatDoNotEndAreNotCollected() throws Exception {
        try (var client = client()) {
            client.frame(HEADERS, 0, 1, Http2Wire.block(Http2Wire.request("GET", "/endless")));
            assertThat(flood(client, _ -> client.frame(CONTINUATION, 0, 1))).isIn(ENDED, ENHANCE_YOUR_CALM);
        }
        try (var client = client()) {
            client.frame(HEADERS, 0, 1, Http2Wire.block(Http2Wire.request("GET", "/endless")));
            byte[] more = Http2Wire.block("x-more", "y".repeat(16_000));
            assertThat(flood(client, _ -> client.frame(CONTINUATION, 0, 1, more)))
                    .isIn(ENDED, 1, ENHANCE_YOUR_CALM);
        }
        assertThat(server.heads("/endless")).isEmpty();
        othersAreServed();
    }

    @Test
    void settingsPingsAndWhatNobodyKnowsDoNotComeByTheThousand() throws Exception {
        for (int type : new int[] {SETTINGS, PING, PRIORITY, UNKNOWN}) {
            try (var client = client()) {
                byte[] payload = new byte[type == SETTINGS ? 0 : type == PING ? 8 : 5];
                int stream = type == SETTINGS || type == PING ? 0 : 1; // which is not open
                assertThat(flood(client, _ -> client.frame(type, 0, stream, payload)))
                        .as("frame %d", type)
                        .isIn(ENDED, ENHANCE_YOUR_CALM);
            }
        }
        othersAreServed();
    }

    @Test
    void emptyPiecesOfABodyDoNotComeByTheThousand() throws Exception {
        try (var client = client()) {
            client.post(1, "/silent");
            assertThat(flood(client, _ -> client.data(1, false, ""))).isIn(ENDED, ENHANCE_YOUR_CALM);
        }
        othersAreServed();
    }
}
