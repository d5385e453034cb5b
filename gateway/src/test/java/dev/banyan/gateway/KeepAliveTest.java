package dev.banyan.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.banyan.gateway.edge.KeepAlive;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Connections on which nobody may say anything for hours, as on WebSockets: the system finds out when their other end has vanished. */
class KeepAliveTest {

    private static final int TICKS_A_SECOND = 100;

    private static final Path CONNECTIONS = Path.of("/proc/net/tcp");

    @TempDir
    Path folder;

    @Test
    void theSystemAsksWhetherAnybodyIsThere() throws Exception {
        assumeTrue(Files.isReadable(CONNECTIONS), "the system shows no timers of its connections");
        TestGateway.take(Way.LEAN);
        BlockingQueue<Wire> calls = new LinkedBlockingQueue<>();
        try (var server = new ScriptedServer("legacy");
                var gateway = TestGateway.start(folder, """
                        backends:
                          - {name: legacy, url: "%s", baseline: true}
                        """.formatted(server.url()), "--http2-port", "0");
                var client = gateway.wire();
                var socket = new Socket(InetAddress.getLoopbackAddress(), gateway.http2Port());
                var _ = Http2Wire.over(socket)) {
            server.on("/ws", (_, wire) -> {
                wire.send(StreamsTest.SWITCHED);
                calls.add(wire);
                StreamsTest.hold(wire);
            });
            client.send(StreamsTest.UPGRADE);
            assertThat(client.until("\r\n\r\n")).startsWith("HTTP/1.1 101");
            Wire backend = calls.take();
            awaitKept("a client's", gateway.port(), client.socket().getLocalPort());
            awaitKept("a backend's", backend.socket().getPort(), server.port());
            awaitKept("a client's by HTTP/2", gateway.http2Port(), socket.getLocalPort());
            backend.close();
        }
    }

    private static void awaitKept(String whose, int from, int to) throws Exception {
        TestGateway.await(whose, () -> isKept(from, to));
    }

    /** Whether the system has a timer on a connection that waits for no acknowledgement, and goes off in time. */
    private static boolean isKept(int from, int to) throws IOException {
        for (String table : new String[] {"/proc/net/tcp", "/proc/net/tcp6"}) {
            for (String line : Files.readAllLines(Path.of(table))) {
                String[] fields = line.strip().split("\\s+", -1);
                if (fields[1].endsWith(":%04X".formatted(from))
                        && fields[2].endsWith(":%04X".formatted(to))
                        && fields[5].startsWith("02:")) {
                    return Long.parseLong(fields[5].substring(3), 16) <= KeepAlive.IDLE_SECONDS * TICKS_A_SECOND;
                }
            }
        }
        return false;
    }
}
