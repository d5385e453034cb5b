package dev.banyan.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a stop does to open WebSockets. */
@SuppressWarnings("StringConcatToTextBlock") // line ends on the wire are CRLF
class TunnelEndTest {

    private static final String UPGRADE = "GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";
    private static final String SWITCHED = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\n"
            + "Upgrade: websocket\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";
    private static final String GOING_AWAY = "\u0088\u0002\u0003\u00e9";
    private static final String MASKED_GOING_AWAY = "\u0088\u0082\0\0\0\0\u0003\u00e9";

    @TempDir
    static Path folder;

    @Test
    void eachClientGetsACloseFrameBetweenTwoFramesAndTheTimeToAnswerIt() throws Exception {
        BlockingQueue<Wire> calls = new LinkedBlockingQueue<>();
        try (var server = new ScriptedServer("legacy")) {
            server.on("/ws", (_, wire) -> {
                wire.send(SWITCHED);
                calls.add(wire);
                while (!wire.socket().isClosed()) {
                    java.util.concurrent.locks.LockSupport.parkNanos(10_000_000);
                }
            });
            var gateway = TestGateway.start(folder, """
                    backends:
                      - {name: legacy, url: "http://localhost:%d", baseline: true}
                    """.formatted(server.port()));
            try (var quiet = gateway.wire();
                    var busy = gateway.wire();
                    var rude = gateway.wire()) {
                Wire quietCall = open(quiet, calls);
                Wire busyCall = open(busy, calls);
                Wire rudeCall = open(rude, calls);
                busyCall.send("\u0081\u0005he");
                assertThat(busy.bytes(4)).isEqualTo("\u0081\u0005he");
                var stop = Thread.ofVirtual().start(gateway::close);
                assertThat(quiet.bytes(4)).isEqualTo(GOING_AWAY);
                busyCall.send("llo\u0081\u0002no");
                // Tunnels of two event loops are not told in the same moment, so one more frame may have passed.
                assertThat(busy.until(GOING_AWAY)).isIn("llo" + GOING_AWAY, "llo\u0081\u0002no" + GOING_AWAY);
                for (Wire client : new Wire[] {quiet, busy}) {
                    Wire call = client == quiet ? quietCall : busyCall;
                    client.send(MASKED_GOING_AWAY);
                    assertThat(call.bytes(8)).isEqualTo(MASKED_GOING_AWAY);
                    call.send(GOING_AWAY);
                    call.close();
                    assertThat(client.until("never")).isEmpty();
                }
                assertThat(rude.bytes(4)).isEqualTo(GOING_AWAY);
                assertThat(rude.ends()).isTrue();
                assertThat(rudeCall.ends()).isTrue();
                stop.join();
            }
        }
    }

    private static Wire open(Wire client, BlockingQueue<Wire> calls) throws Exception {
        client.send(UPGRADE);
        assertThat(client.until("\r\n\r\n")).startsWith("HTTP/1.1 101");
        return calls.take();
    }
}
