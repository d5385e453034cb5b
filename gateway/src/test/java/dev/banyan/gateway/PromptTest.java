package dev.banyan.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * How soon each side hears of a fault of the other: a figure to write down, since what a busy machine takes proves nothing. What holds is that
 * nobody waits for a limit that does not concern them: those are a minute here.
 */
@Tag("soak")
@SuppressWarnings("StringConcatToTextBlock") // line ends on the wire are CRLF
@ParameterizedClass
@EnumSource(
        value = Way.class,
        names = {"CHAIN", "HTTP2", "HTTP2_CHAIN", "LEAN"})
class PromptTest {

    private static final int TIMES = 100;
    private static final int TIMES_AT_THE_LIMIT = 20;
    private static final int LIMIT_MILLIS = 500;
    private static final double OTHER_LIMITS_MILLIS = 60_000;

    @TempDir
    static Path folder;

    private static ScriptedServer server;
    private static TestGateway gateway;
    private static final BlockingQueue<Long> LEFT_AT = new ArrayBlockingQueue<>(1);
    private static final BlockingQueue<Boolean> ASKED = new ArrayBlockingQueue<>(1);

    @Parameter
    Way way;

    @BeforeParameterizedClassInvocation
    static void start(Way way) throws Exception {
        TestGateway.take(way);
        server = new ScriptedServer("legacy");
        server.on("/silent", (_, wire) -> wire.until("never"));
        server.on("/left", (_, wire) -> {
            ASKED.add(true);
            wire.toItsEnd();
            LEFT_AT.add(System.nanoTime());
        });
        gateway = TestGateway.start(
                folder.resolve(way.toString()), """
                backends:
                  - {name: legacy, url: "%1$s", baseline: true, timeouts: {request: 60s}}
                  - {name: new, url: "%1$s", timeouts: {request: 60s}}
                  - {name: closed, url: "http://127.0.0.1:%2$d", timeouts: {request: 60s, connect: 60s}}
                routes:
                  - {name: closed, matches: [{path: {value: /closed}}], candidate: closed, stage: complete}
                  - {name: silent, matches: [{path: {value: /silent}}], candidate: new, stage: complete, timeouts: {request: %3$dms}}
                """.formatted(server.url(), closedPort(), LIMIT_MILLIS));
    }

    private static int closedPort() throws IOException {
        try (var once = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return once.getLocalPort();
        }
    }

    @AfterParameterizedClassInvocation
    static void stop() throws IOException {
        gateway.close();
        server.close();
    }

    /** Something that is done once, and what it took in nanoseconds. */
    private interface Once {
        long take() throws Exception;
    }

    private void measure(String what, int times, Once once) throws Exception {
        long[] nanos = new long[times];
        for (int i = 0; i < times; i++) {
            nanos[i] = once.take();
        }
        Arrays.sort(nanos);
        System.out.printf(
                "%s: %s: median of %d %.1f ms, worst %.1f ms%n",
                way, what, times, nanos[times / 2] / 1e6, nanos[times - 1] / 1e6);
        assertThat(nanos[times - 1] / 1e6).isLessThan(OTHER_LIMITS_MILLIS / 2);
    }

    private static long asked(String target, String status) throws IOException {
        long began = System.nanoTime();
        assertThat(gateway.ask("GET", target)).startsWith("HTTP/1.1 " + status);
        return System.nanoTime() - began;
    }

    @Test
    void aBackendThatRefusesIsAnsweredForSoon() throws Exception {
        measure(
                "502, or 503 once its breaker is open, for a backend that refuses",
                TIMES,
                () -> asked("/closed", "50"));
    }

    @Test
    void aBackendThatIsSilentIsAnsweredForAtTheLimit() throws Exception {
        measure("504 behind the limit", TIMES_AT_THE_LIMIT, () -> asked("/silent", "504") - LIMIT_MILLIS * 1_000_000L);
    }

    @Test
    void aBackendHearsSoonOfAClientThatLeft() throws Exception {
        measure("a backend hears that the client has left", TIMES, () -> {
            try (var client = gateway.wire()) {
                client.send("GET /left HTTP/1.1\r\nHost: a\r\n\r\n");
                assertThat(ASKED.poll(30, TimeUnit.SECONDS)).isTrue();
                long began = System.nanoTime();
                client.reset();
                Long at = LEFT_AT.poll(30, TimeUnit.SECONDS);
                assertThat(at).isNotNull();
                return at - began;
            }
        });
    }
}
