package dev.banyan.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Backends that say far too much before, around or instead of a reply, and one that nobody is at. */
@SuppressWarnings("StringConcatToTextBlock") // line ends on the wire are CRLF
@ParameterizedClass
@EnumSource(
        value = Way.class,
        names = {"CHAIN", "LEAN"})
class ReplyLimitsTest {

    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    private static final long GIGABYTE = 1L << 30;

    /** What the system and the gateway hold of it before they stop reading. */
    private static final long HELD_MAX = 64L << 20;

    @TempDir
    static Path folder;

    private static ScriptedServer server;
    private static TestGateway gateway;

    @Parameter
    Way way;

    @BeforeParameterizedClassInvocation
    static void start(Way way) throws Exception {
        TestGateway.take(way);
        server = new ScriptedServer("legacy");
        int dead;
        try (var free = new ServerSocket(0)) {
            dead = free.getLocalPort();
        }
        gateway = TestGateway.start(folder.resolve(way.toString()), """
                backends:
                  - {name: legacy, url: "%s", baseline: true}
                  - {name: dead, url: "http://127.0.0.1:%d", timeouts: {connect: 60s, request: 60s}}
                routes:
                  - {name: dead, matches: [{path: {value: /dead}}], candidate: dead, stage: complete}
                """.formatted(server.url(), dead));
    }

    @AfterParameterizedClassInvocation
    static void stop() throws IOException {
        gateway.close();
        server.close();
    }

    private static String interim(int count) {
        return "HTTP/1.1 102 Processing\r\n\r\n".repeat(count / 2)
                + "HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n".repeat(count - count / 2);
    }

    @ParameterizedTest
    @CsvSource({"0, 200", "1, 200", "100, 200", "101, 502", "5000, 502"})
    void aHundredInterimRepliesMayComeBeforeOne(int count, int status) throws Exception {
        server.on("/interim", (_, wire) -> wire.send(interim(count) + OK));
        try (var client = gateway.wire()) {
            // A second time: they are counted for each reply.
            for (int i = 0; i < 2; i++) {
                assertThat(client.send("GET /interim HTTP/1.1\r\nHost: a\r\n\r\n")
                                .reply())
                        .startsWith("HTTP/1.1 " + status);
            }
            assertThat(client.send("GET /x HTTP/1.1\r\nHost: a\r\n\r\n").reply())
                    .endsWith("legacy");
        }
    }

    @ParameterizedTest
    @CsvSource({"0, 101", "1, 101", "100, 101", "101, 502", "5000, 502"})
    void andBeforeAWebSocketOrTheReplyThatThereIsNone(int count, int status) throws Exception {
        server.on("/ws", (_, wire) -> wire.send(interim(count) + StreamsTest.SWITCHED));
        server.on("/none", (_, wire) -> wire.send(interim(count) + OK));
        try (var client = gateway.wire();
                var other = gateway.wire()) {
            assertThat(client.send(StreamsTest.UPGRADE).until("\r\n\r\n")).startsWith("HTTP/1.1 " + status);
            assertThat(other.send(StreamsTest.UPGRADE.replace("/ws", "/none")).until("\r\n\r\n"))
                    .startsWith("HTTP/1.1 " + (status == 101 ? 200 : status));
        }
    }

    @Test
    void interimRepliesThatNeverEndAreNoReply() throws Exception {
        var said = new Said();
        server.on("/endless", (_, wire) -> said.say("", "HTTP/1.1 102 Processing\r\n\r\n".repeat(2_000), wire));
        assertThat(gateway.ask("GET", "/endless")).startsWith("HTTP/1.1 502 ");
        assertThat(said.most()).isLessThan(HELD_MAX);
    }

    /** A gigabyte of each. */
    @ParameterizedTest
    @CsvSource({
        "'', 'H', first line",
        "'HTTP/1.1 200 ', 'k', phrase",
        "'HTTP/1.1 200 OK\r\n', 'X-A: b\r\n', lines",
        "'HTTP/1.1 200 OK\r\nX-A: ', 'b', value",
        "'HTTP/1.1 200 OK\r\nX-A', 'b', name",
        "'HTTP/1.1 103 Early Hints\r\n', 'X-A: b\r\n', lines of an interim reply",
        "'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n', 'X-A: b\r\n', trailers",
        "'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n2;', 'a', extension of a chunk",
    })
    void aHeadWithoutAnEndIsReadNoFurtherThanItsLimit(String begin, String more, String where) throws Exception {
        var said = new Said();
        server.on("/head", (_, wire) -> said.say(begin, more.repeat(100_000 / more.length()), wire));
        try (var client = gateway.wire()) {
            client.send("GET /head HTTP/1.1\r\nHost: a\r\n\r\n");
            if (begin.contains("chunked")) {
                assertThat(client.until("0\r\n\r\n")).as(where).doesNotEndWith("0\r\n\r\n");
            } else {
                assertThat(client.reply()).as(where).startsWith("HTTP/1.1 502 ");
            }
        }
        assertThat(said.most()).as(where).isLessThan(HELD_MAX);
        assertThat(gateway.ask("GET", "/x")).endsWith("legacy");
    }

    /** What each connection of a script got rid of; a read whose connection broke is asked once more. */
    private static final class Said {

        private final AtomicInteger saying = new AtomicInteger();
        private final Queue<Long> bytes = new ConcurrentLinkedQueue<>();

        /** Says a gigabyte unless it is let go. */
        void say(String begin, String more, Wire wire) throws IOException {
            saying.incrementAndGet();
            long sent = 0;
            try {
                wire.send(begin);
                while (sent < GIGABYTE) {
                    wire.send(more);
                    sent += more.length();
                }
            } finally {
                bytes.add(sent);
                wire.close();
                saying.decrementAndGet();
            }
        }

        /** Returns once all have been let go. */
        long most() throws Exception {
            TestGateway.await("let go", () -> !bytes.isEmpty() && saying.get() == 0);
            return Collections.max(bytes);
        }
    }

    /** Not when its time is over, which is longer than the client waits. */
    @Test
    void aBackendThatRefusesIsAnsweredForAtOnce() throws Exception {
        int before = gateway.route("dead").at("/failures/connect").asInt();
        assertThat(gateway.ask("GET", "/dead")).startsWith("HTTP/1.1 502 ");
        assertThat(gateway.route("dead").at("/failures/connect").asInt()).isEqualTo(before + 1);
    }

    /** Only somebody who is there can want the body. */
    @Test
    void whoAsksBeforeABodyIsNotToldToGoOnWhereNobodyIs() throws Exception {
        try (var client = gateway.wire()) {
            client.send("POST /dead/expect HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n");
            assertThat(client.until("\r\n\r\n")).startsWith("HTTP/1.1 502 ");
        }
    }
}
