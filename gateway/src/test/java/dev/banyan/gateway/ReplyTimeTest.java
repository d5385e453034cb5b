package dev.banyan.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** How long a call waits for the head of its reply: from the end of the request on, whatever a backend does meanwhile. */
@ParameterizedClass
@EnumSource(
        value = Way.class,
        names = {"CHAIN", "LEAN"})
class ReplyTimeTest {

    @Parameter
    Way way;

    /** Sizes in steps smaller than what one connection holds back here, from less to more than what kernels take for a backend that reads nothing. */
    private static final int STEP = 48 * 1024;

    private static final int STEPS = 64;

    @TempDir
    static Path folder;

    private static ScriptedServer server;
    private static TestGateway gateway;
    private static volatile CountDownLatch go = new CountDownLatch(1);

    @BeforeParameterizedClassInvocation
    static void start(Way way) throws Exception {
        TestGateway.take(way);
        var narrow = new ServerSocket();
        narrow.setReceiveBufferSize(8 * 1024);
        narrow.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 200);
        server = new ScriptedServer("legacy", narrow);
        server.on("/takes-nothing", (_, wire) -> StreamsTest.hold(wire));
        server.on("/silent", (_, _) -> {});
        server.on("/hints", (_, wire) -> {
            while (true) {
                wire.send("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n");
                LockSupport.parkNanos(100_000_000); // far more often than the limit
            }
        });
        server.on("/early", (_, wire) -> {
            wire.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n");
            wire.until("0\r\n\r\n");
            DrainTest.await(go);
            wire.send("4\r\nlate\r\n0\r\n\r\n");
        });
        gateway = TestGateway.start(folder, """
                backends:
                  - {name: legacy, url: "%1$s", baseline: true, timeouts: {request: 1s}}
                  - name: tried
                    url: "%1$s"
                    timeouts: {request: 1s}
                    circuitBreaker: {windowCalls: 2, minCalls: 2, openFor: 100ms, trialCalls: 2}
                routes:
                  - {name: tried, matches: [{path: {value: /tried}}], candidate: tried, stage: complete}
                """.formatted(server.url()));
    }

    @AfterParameterizedClassInvocation
    static void stop() throws IOException {
        gateway.close();
        server.close();
    }

    @Test
    void aBackendThatSaysOnlyThatItWillReplyIsNotWaitedFor() throws Exception {
        assertThat(gateway.ask("GET", "/hints")).startsWith("HTTP/1.1 504");
    }

    @Test
    void aReplyThatBeganBeforeItsRequestEndedMayTakeItsTime() throws Exception {
        go = new CountDownLatch(1);
        try (var client = gateway.wire()) {
            client.send("POST /early HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n");
            client.until("ok\r\n");
            client.send("0\r\n\r\n");
            assertThat(gateway.ask("GET", "/silent")).startsWith("HTTP/1.1 504"); // so long it takes at least
            go.countDown();
            assertThat(client.until("0\r\n\r\n")).contains("late");
        }
    }

    @Test
    void aBodyThatIsHandedOverAndNotTakenEndsTheCall() throws Exception {
        String block = "x".repeat(STEP);
        List<Wire> clients = new ArrayList<>();
        for (int i = 1; i <= STEPS; i++) {
            int blocks = i;
            Wire client = gateway.wire();
            clients.add(client);
            client.send("POST /takes-nothing HTTP/1.1\r\nHost: a\r\nContent-Length: " + blocks * STEP + "\r\n\r\n");
            Thread.ofVirtual().start(() -> {
                for (int sent = 0; sent < blocks; sent++) {
                    client.sendIfOpen(block);
                }
            });
        }
        for (Wire client : clients) {
            assertThat(client.until("\r\n\r\n")).startsWith("HTTP/1.1 504");
            client.close();
        }
    }

    @Test
    void aTrialThatItsClientDrawsOutKeepsABreakerOpenForNobodyElse() throws Exception {
        server.on("/tried/breaks", (_, wire) -> wire.reset());
        var asked = new CountDownLatch(1);
        server.on("/tried/upload", (_, wire) -> {
            asked.countDown();
            wire.until("never");
        });
        for (int i = 0; i < 2; i++) {
            assertThat(gateway.ask("GET", "/tried/breaks")).startsWith("HTTP/1.1 502");
        }
        List<Wire> uploads = new ArrayList<>();
        while (asked.getCount() > 0) { // it is open at first
            Wire upload = gateway.wire();
            uploads.add(upload);
            upload.send("POST /tried/upload HTTP/1.1\r\nHost: a\r\nContent-Length: 100000000\r\n\r\n");
            TestGateway.await("on trial or refused", () -> asked.getCount() == 0 || upload.hasMore());
        }
        var drawn = new AtomicBoolean(true);
        Thread.ofVirtual().start(() -> {
            while (drawn.get()) {
                uploads.getLast().sendIfOpen("x".repeat(200));
                LockSupport.parkNanos(100_000_000); // slow, but not so slow that the gateway ends it
            }
        });
        TestGateway.await("closed", () -> {
            gateway.ask("GET", "/tried/fine");
            return gateway.gateway()
                    .rules()
                    .current()
                    .backends()
                    .get("tried")
                    .breakerState()
                    .equals("closed");
        });
        drawn.set(false);
        for (Wire upload : uploads) {
            upload.close();
        }
    }
}
