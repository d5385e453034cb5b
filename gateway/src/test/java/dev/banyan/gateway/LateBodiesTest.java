package dev.banyan.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Requests that were let in while there was memory, and whose bodies, which nobody takes, are together more than there is. */
@SuppressWarnings("StringConcatToTextBlock") // line ends on the wire are CRLF
class LateBodiesTest {

    private static final int CLIENTS = 12;
    private static final int STREAMS = 99;
    private static final String PIECE = "x".repeat(16_000);
    private static final int PIECES = 3;

    @TempDir
    Path folder;

    @Test
    @Timeout(300)
    void bodiesThatCannotGoOnAreRefusedBeforeTheMemoryIsUsedUp() throws Exception {
        try (var server = new ScriptedServer("legacy");
                var full = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                var gateway = start(server, full);
                var virtual = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Http2Wire> clients = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                clients.add(begun(gateway.http2Port()));
            }
            List<Future<Integer>> sent = new ArrayList<>();
            for (Http2Wire each : clients) {
                sent.add(virtual.submit(() -> refusedOf(each)));
            }
            int refused = 0;
            for (Future<Integer> each : sent) {
                refused += each.get();
            }
            assertThat(refused).isPositive();
            assertThat(get(gateway)).endsWith("legacy");
            for (Http2Wire each : clients) {
                each.close();
            }
            TestGateway.await("bodies are taken again", () -> post(gateway).startsWith("HTTP/1.1 200"));
            assertThat(gateway.said()).doesNotContain("memory"); // no read was without any
        }
    }

    private GatewayProcess start(ScriptedServer server, ServerSocket full) throws Exception {
        Files.createDirectories(folder.resolve("rules"));
        Files.writeString(folder.resolve("rules/rules.yaml"), """
                backends:
                  - {name: legacy, url: "%s", baseline: true}
                  - {name: full, url: "http://127.0.0.1:%d", timeouts: {connect: 60s}}
                routes:
                  - {name: held, matches: [{path: {value: /held}}], candidate: full, stage: complete}
                """.formatted(server.url(), full.getLocalPort()));
        return GatewayProcess.start(
                folder,
                List.of(),
                List.of("-Xmx160m", "-XX:MaxDirectMemorySize=48m", "-XX:+ExitOnOutOfMemoryError"),
                List.of("--rules", folder.resolve("rules").toString(), "--http2-port", "0"));
    }

    /** Begins as many requests as one connection may, and returns once all of them were let in. */
    private static Http2Wire begun(int port) throws IOException {
        Http2Wire client = Http2Wire.to(port);
        for (int i = 0; i < STREAMS; i++) {
            client.post(2 * i + 1, "/held", "content-length", "100000");
        }
        assertThat(client.get(2 * STREAMS + 1, "/x").reply(2 * STREAMS + 1)).isEqualTo("200 legacy");
        return client;
    }

    /** Sends of each body what may be sent before the backend takes any; returns how many requests were refused, with the connection left standing. */
    private static int refusedOf(Http2Wire client) throws IOException {
        for (int piece = 0; piece < PIECES; piece++) {
            for (int i = 0; i < STREAMS; i++) {
                client.data(2 * i + 1, false, PIECE);
            }
        }
        client.frame(Http2Wire.PING, 0, 0, new byte[8]);
        int[] refused = new int[1];
        client.await(frame -> {
            refused[0] += frame.status().equals("503") ? 1 : 0;
            return frame.type() == Http2Wire.PING;
        });
        return refused[0];
    }

    private static String post(GatewayProcess gateway) throws IOException {
        try (var client = Wire.to(gateway.port())) {
            return client.send("POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody")
                    .reply();
        }
    }

    private static String get(GatewayProcess gateway) throws IOException {
        try (var client = Wire.to(gateway.port())) {
            return client.send("GET /x HTTP/1.1\r\nHost: a\r\n\r\n").reply();
        }
    }
}
