package dev.banyan.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import javax.management.ObjectName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What a stop does to open WebSockets, and what is left of those that have ended. */
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

    @Test
    void oneThatIsStillAskedForGetsItsReply() throws Exception {
        BlockingQueue<Wire> calls = new LinkedBlockingQueue<>();
        try (var server = new ScriptedServer("legacy")) {
            server.on("/ws", (_, wire) -> {
                calls.add(wire);
                StreamsTest.hold(wire);
            });
            var gateway = TestGateway.start(folder, """
                    backends:
                      - {name: legacy, url: "http://localhost:%d", baseline: true}
                    """.formatted(server.port()), "--drain", "30");
            try (var idle = gateway.wire();
                    var refused = gateway.wire();
                    var accepted = gateway.wire()) {
                assertThat(idle.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").reply())
                        .endsWith("legacy");
                refused.send(UPGRADE);
                Wire refuses = calls.take().send("HTTP/1.1 403 No\r\nContent-Length: 8\r\n\r\nhalf");
                assertThat(refused.until("half")).startsWith("HTTP/1.1 403 ");
                accepted.send(UPGRADE);
                Wire accepts = calls.take();
                var stop = Thread.ofVirtual().start(gateway::close);
                assertThat(idle.ends()).isTrue();
                refuses.send("half");
                assertThat(refused.until("half")).isEqualTo("half");
                assertThat(refused.ends()).isTrue();
                accepts.send(SWITCHED);
                assertThat(accepted.until("\r\n\r\n")).startsWith("HTTP/1.1 101 ");
                assertThat(accepted.bytes(4)).isEqualTo(GOING_AWAY);
                accepts.close();
                assertThat(accepted.ends()).isTrue();
                stop.join();
            }
            TestGateway.await("nothing refers to them", () -> living() == 0); // though the drain would last longer
        }
    }

    /** However long that may take. */
    @Test
    @EnabledOnOs(OS.LINUX)
    void oneWhoseBackendIsStillBeingConnectedToIsCutLikeTheOthers() throws Exception {
        try (var hole = new BlackHole(InetAddress.getLoopbackAddress(), 0)) {
            var gateway = TestGateway.start(folder, """
                    backends:
                      - {name: legacy, url: "%s", baseline: true, timeouts: {connect: 5m}}
                    """.formatted(hole.url()));
            try (var client = gateway.wire()) {
                client.send(UPGRADE);
                TestGateway.await("on its way", () -> hole.knocks() > 0);
                var stop = Thread.ofVirtual().start(gateway::close);
                assertThat(client.ends()).isTrue();
                stop.join();
            }
            assertThat(hole.knocks()).isZero();
        }
    }

    /** As a timer would that waits for something still. */
    @Test
    void nothingIsKeptOfOneThatHasEnded() throws Exception {
        BlockingQueue<Wire> calls = new LinkedBlockingQueue<>();
        try (var server = new ScriptedServer("legacy")) {
            server.on("/ws", (_, wire) -> {
                wire.send(SWITCHED);
                calls.add(wire);
                StreamsTest.hold(wire);
            });
            try (var gateway = TestGateway.start(folder, """
                    backends:
                      - {name: legacy, url: "http://localhost:%d", baseline: true, timeouts: {request: 1h}}
                    """.formatted(server.port()))) {
                Wire left = gateway.wire();
                Wire stays = gateway.wire();
                open(left, calls);
                Wire leaves = open(stays, calls);
                assertThat(living()).as("while they are open").isEqualTo(2);
                left.close();
                leaves.close();
                assertThat(stays.ends()).isTrue();
                stays.close();
                TestGateway.await("nothing refers to them", () -> living() == 0);
            }
        }
    }

    /** Returns how many ends of tunnels are left after a collection of garbage. */
    private static int living() throws Exception {
        String lines = (String) ManagementFactory.getPlatformMBeanServer()
                .invoke(
                        new ObjectName("com.sun.management:type=DiagnosticCommand"),
                        "gcClassHistogram",
                        new Object[] {new String[0]},
                        new String[] {String[].class.getName()});
        return lines.lines()
                .map(line -> line.strip().split("\\s+", -1))
                .filter(words -> words.length > 3 && words[3].equals("dev.banyan.gateway.tunnel.BackendSide"))
                .mapToInt(words -> Integer.parseInt(words[1]))
                .sum();
    }

    private static Wire open(Wire client, BlockingQueue<Wire> calls) throws Exception {
        client.send(UPGRADE);
        assertThat(client.until("\r\n\r\n")).startsWith("HTTP/1.1 101");
        return calls.take();
    }
}
