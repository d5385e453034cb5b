package dev.banyan.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Uploads to backends that take them slowly, which is allowed, or not at all, which is not. All at once, since they wait for a limit. */
@SuppressWarnings("StringConcatToTextBlock") // line ends on the wire are CRLF
@ParameterizedClass
@EnumSource(Way.class)
class SlowUploadTest {

    /** More than the system and the gateway hold of it for a backend that takes nothing. */
    private static final int LONG = 8 << 20;

    /** So much that the system and the gateway hold all of it but for what the backend takes. */
    private static final int SHORT = 512 << 10;

    /** Half of what the backend's system makes room for at once. */
    private static final int STEP = 8 << 10;

    private static final long PAUSE = TimeUnit.MILLISECONDS.toNanos(130);

    private static final String BEGINS = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n";

    @TempDir
    static Path folder;

    private static ScriptedServer server;
    private static TestGateway gateway;

    @Parameter
    Way way;

    @BeforeParameterizedClassInvocation
    static void start(Way way) throws Exception {
        TestGateway.take(way);
        var narrow = new ServerSocket();
        narrow.setReceiveBufferSize(8 << 10);
        narrow.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 200);
        server = new ScriptedServer("legacy", narrow);
        server.on("/silent", (_, _) -> {});
        gateway = TestGateway.start(folder, """
                backends:
                  - {name: legacy, url: "%s", baseline: true, timeouts: {request: 2s, silence: 2s}}
                  - {name: stops, url: "%s", timeouts: {request: 2s, silence: 2s}}
                routes:
                  - {name: stops, matches: [{path: {value: /stops}}], candidate: stops, stage: complete}
                """.formatted(server.url(), server.url()));
    }

    @AfterParameterizedClassInvocation
    static void stop() throws IOException {
        gateway.close();
        server.close();
    }

    /** Waits for more than twice as long as a backend may take nothing. */
    private static void outlastTheLimit() throws Exception {
        for (int i = 0; i < 2; i++) {
            assertThat(gateway.ask("GET", "/silent")).startsWith("HTTP/1.1 504");
        }
    }

    private static Thread upload(Wire client, String target, int bytes) throws IOException {
        String block = "x".repeat(1 << 16);
        client.send("POST " + target + " HTTP/1.1\r\nHost: a\r\nContent-Length: " + bytes + "\r\n\r\n");
        return Thread.ofVirtual().start(() -> {
            for (int sent = 0; sent < bytes; sent += block.length()) {
                client.sendIfOpen(block);
            }
        });
    }

    @ParameterizedTest
    @Execution(ExecutionMode.CONCURRENT)
    @CsvSource({LONG + ", false", SHORT + ", false", LONG + ", true"})
    void oneThatIsTakenSlowlyIsNotCut(int bytes, boolean replyBegins) throws Exception {
        String target = "/slow-" + bytes + "-" + replyBegins;
        var hurry = new CountDownLatch(1);
        server.on(target, (_, wire) -> {
            if (replyBegins) {
                wire.send(BEGINS);
            }
            int taken = 0;
            for (; hurry.getCount() > 0 && taken + STEP <= bytes; taken += STEP) {
                wire.bytes(STEP);
                LockSupport.parkNanos(PAUSE);
            }
            wire.bytes(bytes - taken);
            wire.send(replyBegins ? "4\r\nlate\r\n0\r\n\r\n" : "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nlate");
        });
        try (var client = gateway.wire()) {
            Thread sends = upload(client, target, bytes);
            outlastTheLimit();
            hurry.countDown();
            assertThat(client.until("late")).startsWith("HTTP/1.1 200").contains("late");
            sends.join();
        }
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void oneThatIsNotTakenAnyMoreOnceItsReplyHasBegunIsCut() throws Exception {
        server.on("/stops", (_, wire) -> {
            wire.send(BEGINS);
            StreamsTest.hold(wire);
        });
        try (var client = gateway.wire()) {
            upload(client, "/stops", LONG);
            assertThat(client.until("ok\r\n")).startsWith("HTTP/1.1 200");
            assertThat(client.toItsEnd()).doesNotEndWith("0\r\n\r\n");
            TestGateway.await("its place is free", () -> gateway.inFlight("stops") == 0);
        }
        TestGateway.await(
                "its reason is counted",
                () -> gateway.route("stops").at("/failures/timeout").asInt(0) == 1);
    }

    /** It cannot read on before its reply has been taken. */
    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void aBackendThatWaitsForTheClientIsNotToBlame() throws Exception {
        int reply = 64 << 20; // more than all buffers on the way hold
        String block = "y".repeat(1 << 16);
        server.on("/both", (_, wire) -> {
            wire.send("HTTP/1.1 200 OK\r\nContent-Length: " + (reply + 4) + "\r\n\r\n");
            for (int sent = 0; sent < reply; sent += block.length()) {
                wire.send(block);
            }
            for (int taken = 0; taken < LONG; taken += block.length()) {
                wire.bytes(block.length());
            }
            wire.send("late");
        });
        try (var client = gateway.wire()) {
            Thread sends = upload(client, "/both", LONG);
            client.until("\r\n\r\n");
            outlastTheLimit();
            assertThat(client.bytes(reply)).hasSize(reply);
            sends.join();
            assertThat(client.bytes(4)).isEqualTo("late");
        }
    }
}
