package dev.banyan.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.gateway.faults.ControlGroup;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A gateway that the system gives little: a small share of a processor, none for a while, or little memory. */
@SuppressWarnings("StringConcatToTextBlock") // line ends on the wire are CRLF
class StarvedTest {

    private static final int MIB = 1 << 20;
    private static final int MEMORY_MIB = 320;

    /** Together they want more than all of the gateway's memory. */
    private static final int GREEDY = 80;

    private static final int STREAMS = 100;
    private static final String WINDOW = "x".repeat(16_000);

    @TempDir
    static Path folder;

    private static Optional<ControlGroup> group = Optional.empty();
    private static ScriptedServer server;
    /** Takes no connection beyond a few. */
    private static ServerSocket full;

    private static GatewayProcess gateway;
    /** Calls of {@code /patient} that the backend has. */
    private static final AtomicInteger ASKED = new AtomicInteger();

    private static final AtomicInteger BROKEN_OFF = new AtomicInteger();
    private static volatile CountDownLatch broken = new CountDownLatch(1);
    private static volatile CountDownLatch go = new CountDownLatch(1);

    @BeforeAll
    static void start() throws Exception {
        group = ControlGroup.ofMemory((long) MEMORY_MIB * MIB);
        server = new ScriptedServer("legacy");
        full = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        server.on("/slow", (head, wire) -> {
            DrainTest.await(go);
            wire.send(head.contains("/ws") ? StreamsTest.SWITCHED : "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        });
        server.on("/patient", (_, wire) -> {
            ASKED.incrementAndGet();
            try {
                wire.until("never");
            } finally {
                ASKED.decrementAndGet();
            }
        });
        server.on("/broken", (head, wire) -> {
            DrainTest.await(broken);
            String length = head.contains("?endless") ? "Connection: close" : "Content-Length: 9";
            wire.send(head.contains("/ws") ? StreamsTest.SWITCHED : "HTTP/1.1 200 OK\r\n" + length + "\r\n\r\nhalf");
            wire.reset();
            BROKEN_OFF.incrementAndGet();
        });
        server.on("/up", (_, wire) -> {
            wire.bytes(8);
            wire.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nup");
        });
        Files.createDirectories(folder.resolve("rules"));
        Files.writeString(folder.resolve("rules/rules.yaml"), """
                backends:
                  - {name: legacy, url: "%s", baseline: true, timeouts: {request: 2s}}
                  - {name: same, url: "%s", timeouts: {request: 2s}}
                  - {name: patient, url: "%s"}
                  - {name: full, url: "http://127.0.0.1:%d", timeouts: {connect: 60s}}
                routes:
                  - {name: filtered, matches: [{path: {type: PathPrefix, value: /up/filtered}}], candidate: same, stage: complete, filters: ["AddResponseHeader=X-Fig, 1"]}
                  - {name: broken, matches: [{path: {type: PathPrefix, value: /broken}}], candidate: patient, stage: complete}
                  - {name: broken-filtered, matches: [{path: {value: /broken/filtered}}], candidate: patient, stage: complete, filters: ["AddResponseHeader=X-Fig, 1"]}
                  - {name: patient, matches: [{path: {value: /patient}}], candidate: patient, stage: complete}
                  - {name: held, matches: [{path: {type: PathPrefix, value: /held}}], candidate: full, stage: complete}
                """.formatted(
                        server.url(), server.url(), server.url(), full.getLocalPort()));
        gateway = GatewayProcess.start(
                folder,
                group.map(ControlGroup::prefix).orElse(List.of()),
                List.of("-XX:+ExitOnOutOfMemoryError", "-Xmx80m", "-XX:MaxDirectMemorySize=80m"),
                List.of(
                        "--rules",
                        folder.resolve("rules").toString(),
                        "--http2-port",
                        "0",
                        "--client-head-timeout",
                        "2",
                        "--client-stall-timeout",
                        "2"));
    }

    @AfterAll
    static void stop() throws IOException {
        gateway.close();
        group.ifPresent(ControlGroup::close);
        server.close();
        full.close();
    }

    private static String get(String path) throws IOException {
        try (var wire = Wire.to(gateway.port())) {
            return wire.send("GET " + path + " HTTP/1.1\r\nHost: a\r\n\r\n").reply();
        }
    }

    @Test
    void whatCameWhileItWasStoppedIsNobodysFault() throws Exception {
        int attempts = 0;
        while (!stopsAmidCalls()) {
            assertThat(++attempts).as("attempts on a machine that is too busy").isLessThan(10);
        }
    }

    /** Scanners, and balancers that look whether somebody listens, do so all the time. */
    @Test
    void aConnectionThatIsResetBeforeItIsAcceptedIsNoError() throws Exception {
        gateway.signal("STOP");
        try {
            for (int i = 0; i < 50; i++) {
                Wire.to(gateway.port()).reset();
            }
        } finally {
            gateway.signal("CONT");
        }
        List<Wire> after = new ArrayList<>();
        // One for each event loop, and more.
        for (int i = 0; i < 2 * Math.max(4, Runtime.getRuntime().availableProcessors()); i++) {
            after.add(Wire.to(gateway.port()));
        }
        for (Wire each : after) {
            assertThat(each.send("GET /x HTTP/1.1\r\nHost: a\r\n\r\n").reply()).startsWith("HTTP/1.1 200");
            each.close();
        }
        assertThat(gateway.said()).doesNotContain("Exception");
    }

    /** Over io_uring nothing tells of a reset that comes with what was sent before it; the backend's time limit is 30 s. */
    @Test
    void theCallOfAClientThatSentAndWasResetWhileItWasStoppedEndsLongBeforeItsTime() throws Exception {
        List<Wire> clients = new ArrayList<>();
        List<Http2Wire> streams = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            streams.add(Http2Wire.to(gateway.http2Port()));
            streams.get(i).get(1, "/x").reply(1);
            clients.add(Wire.to(gateway.port()));
            clients.get(i).send("GET /x HTTP/1.1\r\nHost: a\r\n\r\n").reply();
        }
        gateway.signal("STOP");
        try {
            for (Http2Wire each : streams) {
                each.get(3, "/patient").reset();
            }
            for (Wire each : clients) {
                each.send("GET /patient HTTP/1.1\r\nHost: a\r\n\r\n").reset();
            }
        } finally {
            gateway.signal("CONT");
        }
        for (int i = 0; i < 1_000 && server.heads("/patient").isEmpty(); i++) {
            LockSupport.parkNanos(1_000_000); // over epoll the gateway may see the reset before it asks anybody
        }
        TestGateway.await("nobody is asked any more", () -> ASKED.get() == 0);
    }

    /** Over io_uring nothing tells of that reset, and behind its head a reply has no time limit. */
    @Test
    void whatABackendBreaksOffWhileTheGatewayWasStoppedBreaksOffForTheClient() throws Exception {
        List<Wire> clients = new ArrayList<>();
        List<Http2Wire> streams = new ArrayList<>();
        int before = server.heads("/broken").size();
        broken = new CountDownLatch(1);
        for (int i = 0; i < 20; i++) {
            String kind = i % 2 == 0 ? "?endless" : "";
            for (String path : List.of("/broken", "/broken/filtered")) {
                clients.add(Wire.to(gateway.port()).send("GET " + path + kind + " HTTP/1.1\r\nHost: a\r\n\r\n"));
            }
            clients.add(Wire.to(gateway.port()).send(StreamsTest.UPGRADE.replace("/ws", "/broken/ws")));
            streams.add(Http2Wire.to(gateway.http2Port()).get(1, "/broken" + kind));
        }
        TestGateway.await("all asked", () -> server.heads("/broken").size() == before + 80);
        gateway.signal("STOP");
        try {
            broken.countDown();
            TestGateway.await("all broken off", () -> BROKEN_OFF.get() == 80);
        } finally {
            gateway.signal("CONT");
        }
        for (Wire each : clients) {
            assertThat(each.toItsEnd()).doesNotEndWith("0\r\n\r\n");
        }
        for (Http2Wire each : streams) {
            assertThat(each.reply(1)).contains("reset");
        }
    }

    /** Returns whether the gateway was stopped before a time limit had run out by itself. */
    private static boolean stopsAmidCalls() throws Exception {
        go = new CountDownLatch(1);
        int slow = server.heads("/slow").size();
        int up = server.heads("/up").size();
        try (var lean = Wire.to(gateway.port());
                var head = Wire.to(gateway.port());
                var upload = Wire.to(gateway.port());
                var filtered = Wire.to(gateway.port());
                var socket = Wire.to(gateway.port());
                var streams = Http2Wire.to(gateway.http2Port())) {
            long began = System.nanoTime();
            lean.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n");
            head.send("GET /x HTTP/1.1\r\nHost: a\r\n");
            upload.send("POST /up HTTP/1.1\r\nHost: a\r\nContent-Length: 8\r\n\r\nhalf");
            filtered.send("POST /up/filtered HTTP/1.1\r\nHost: a\r\nContent-Length: 8\r\n\r\nhalf");
            socket.send(StreamsTest.UPGRADE.replace("/ws", "/slow/ws"));
            streams.get(1, "/slow").post(3, "/up", "content-length", "8").data(3, false, "half");
            TestGateway.await(
                    "all asked",
                    () -> server.heads("/slow").size() == slow + 3
                            && server.heads("/up").size() == up + 3);
            gateway.signal("STOP");
            long took = System.nanoTime() - began;
            go.countDown();
            head.send("X-More: 1\r\n\r\n");
            upload.send("half");
            filtered.send("half");
            streams.data(3, true, "half");
            Thread.sleep(2_500); // longer than any limit
            gateway.signal("CONT");
            if (took > 1_500_000_000L) {
                return false;
            }
            assertThat(lean.reply()).startsWith("HTTP/1.1 200").endsWith("ok");
            assertThat(socket.reply()).startsWith("HTTP/1.1 101 ");
            assertThat(head.reply()).startsWith("HTTP/1.1 200").endsWith("legacy");
            assertThat(upload.reply()).startsWith("HTTP/1.1 200").endsWith("up");
            assertThat(filtered.reply()).startsWith("HTTP/1.1 200").endsWith("up");
            assertThat(streams.reply(1)).isEqualTo("200 ok");
            assertThat(streams.reply(3)).isEqualTo("200 up");
            return true;
        }
    }

    @Test
    void aTenthOfAProcessorSlowsButFailsNothing() throws Exception {
        try (var clients = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> served = new ArrayList<>();
            for (int i = 0; i < 16; i++) {
                served.add(clients.submit(StarvedTest::askTenTimes));
            }
            while (!served.stream().allMatch(Future::isDone)) {
                gateway.signal("STOP");
                Thread.sleep(90);
                gateway.signal("CONT");
                Thread.sleep(10);
            }
            for (Future<?> each : served) {
                each.get();
            }
        } finally {
            gateway.signal("CONT");
        }
    }

    private static Void askTenTimes() throws IOException {
        try (var wire = Wire.to(gateway.port())) {
            for (int i = 0; i < 10; i++) {
                assertThat(wire.send("GET /x HTTP/1.1\r\nHost: a\r\n\r\n").reply())
                        .startsWith("HTTP/1.1 200")
                        .endsWith("legacy");
            }
        }
        return null;
    }

    @Test
    @Timeout(120)
    void clientsThatWantMoreMemoryThanThereIsTakeItFromNobody() throws Exception {
        List<Http2Wire> greedy = new ArrayList<>();
        try (var clients = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Integer>> sent = new ArrayList<>();
            for (int i = 0; i < GREEDY; i++) {
                Http2Wire client = Http2Wire.to(gateway.http2Port());
                greedy.add(client);
                sent.add(clients.submit(() -> fill(client)));
            }
            int whole = 0;
            for (Future<Integer> each : sent) {
                whole += each.get();
            }
            assertThat(whole).as("connections that were left standing").isEqualTo(GREEDY);
            assertThat(post()).startsWith("HTTP/1.1 503").containsIgnoringCase("retry-after: 1");
            assertThat(get("/x")).endsWith("legacy");
        } finally {
            for (Http2Wire each : greedy) {
                each.close();
            }
        }
        TestGateway.await("bodies are taken again", () -> post().startsWith("HTTP/1.1 200"));
        if (group.isPresent()) {
            assertThat(group.get().killed()).isZero();
        }
    }

    private static String post() throws IOException {
        try (var wire = Wire.to(gateway.port())) {
            return wire.send("POST /up HTTP/1.1\r\nHost: a\r\nContent-Length: 8\r\n\r\nbody1234")
                    .reply();
        }
    }

    /** Sends bodies that nobody takes, as many and as much as one connection may; returns 1 if it was not cut. */
    private static int fill(Http2Wire client) {
        try {
            for (int stream = 1; stream < 2 * STREAMS; stream += 2) {
                client.post(stream, "/held");
                for (int i = 0; i < 4; i++) {
                    client.data(stream, false, WINDOW);
                }
            }
            return 1;
        } catch (IOException e) {
            return 0;
        }
    }
}
