package dev.banyan.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A client that asks on and on and takes none of the replies: what the systems of both sides hold of them is all that is held. */
@SuppressWarnings("StringConcatToTextBlock") // line ends on the wire are CRLF
class UnreadRepliesTest {

    private static final int REQUESTS = 1_000;
    private static final String BODY = "x".repeat(60_000);

    /** The systems hold some megabytes, the gateway less than one more. */
    private static final int ASKED_MAX = 400;

    @TempDir
    Path folder;

    private final AtomicInteger asked = new AtomicInteger();

    @ParameterizedTest
    @EnumSource(
            value = Way.class,
            names = {"CHAIN", "EPOLL", "LEAN"})
    void whoAsksWithoutReadingIsNotReadEither(Way way) throws Exception {
        TestGateway.take(way);
        try (var server = new ScriptedServer("legacy");
                var gateway = TestGateway.start(folder, """
                        backends:
                          - {name: legacy, url: "%s", baseline: true}
                        """.formatted(server.url()));
                var socket = new Socket()) {
            server.on("/file", (_, wire) -> {
                asked.incrementAndGet();
                wire.send("HTTP/1.1 200 OK\r\nContent-Length: " + BODY.length() + "\r\n\r\n" + BODY);
            });
            socket.setReceiveBufferSize(4096);
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), gateway.port()));
            var client = Wire.over(socket);
            client.send("GET /file HTTP/1.1\r\nHost: a\r\n\r\n".repeat(REQUESTS));
            awaitItsStanding();
            assertThat(asked.get()).isBetween(1, ASKED_MAX);
            for (int i = 0; i < REQUESTS; i++) {
                assertThat(client.reply()).startsWith("HTTP/1.1 200").endsWith(BODY);
            }
            assertThat(asked).hasValue(REQUESTS);
        }
    }

    /** Until nobody is asked any more for longer than a request takes by far. */
    private void awaitItsStanding() throws Exception {
        int before;
        do {
            before = asked.get();
            Thread.sleep(700);
        } while (before == 0 || asked.get() > before);
    }
}
