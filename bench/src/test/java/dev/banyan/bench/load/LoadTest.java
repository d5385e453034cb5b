package dev.banyan.bench.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The load generator against servers that answer as they should, and against those that do not. */
class LoadTest {

    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(30);
    private static final List<Ask> ASKS = List.of(Ask.get("/r0/bytes/2", Map.of(), 2));
    private static final byte[] OK = bytes("HTTP/1.1 200 OK\r\ncontent-LENGTH: 2\r\nX: y\r\n\r\nhi");

    private final Loader loader = new Loader();

    @AfterEach
    void close() {
        loader.close();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    @Test
    void aClosedLoopCountsWholeReplies() throws Exception {
        try (var server = new RawServer((number, out) -> {
                    for (var each : OK) {
                        out.write(each); // byte by byte: a head may come in any number of pieces
                    }
                    return true;
                });
                var load = ClosedLoop.start(loader, Front.http1(server.port(), 3), ASKS)) {
            assertThat(until(load, 50)).isGreaterThanOrEqualTo(50);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            HTTP/1.1 503 Busy%Content-Length: 2%%hi        | reply "HTTP/1.1 503 Busy" (expected: 200)
            HTTP/1.1 200 OK%Content-Length: 3%%hip         | Content-Length 3 (expected: 2)
            HTTP/1.1 200 OK%Transfer-Encoding: chunked%%0% | Content-Length missing (expected: 2)
            HTTP/1.1 200 OK%Content-Length: 2%%h           | the server closed a connection before its reply
            HTTP/1.1 200 OK%Content-Length: 2%%hi,more%%   | reply ",more" (expected: 200)
            """)
    void aReplyThatIsNotAsItMustBeFailsTheLoad(String reply, String message) throws Exception {
        var bytes = bytes(reply.replace("%", "\r\n"));
        try (var server = new RawServer((number, out) -> {
                    out.write(number < 3 ? OK : bytes);
                    return number < 3;
                });
                var load = ClosedLoop.start(loader, Front.http1(server.port(), 1), ASKS)) {
            assertThatThrownBy(() -> until(load, Long.MAX_VALUE))
                    .isInstanceOf(LoadFailed.class)
                    .hasMessageContaining(message);
        }
    }

    /** Waits for {@code count} replies. */
    private static long until(ClosedLoop load, long count) throws InterruptedException {
        var deadline = System.nanoTime() + PATIENCE_NANOS;
        while (load.replies() < count && System.nanoTime() < deadline) {
            Thread.sleep(5);
        }
        return load.replies();
    }

    @Test
    void aPortWhereNobodyListensFailsTheLoad() throws IOException {
        int port;
        try (var server = new RawServer((number, out) -> true)) {
            port = server.port();
        }
        assertThatThrownBy(() -> ClosedLoop.start(loader, Front.http1(port, 1), ASKS))
                .isInstanceOf(LoadFailed.class)
                .hasMessageContaining("connecting to port " + port);
    }

    @Test
    void aStallIsChargedToAllWhoWouldHaveAskedMeanwhile() throws Exception {
        try (var server = new RawServer((number, out) -> {
            if (number == 100) {
                Thread.sleep(500);
            }
            out.write(OK);
            return true;
        })) {
            var latencies = OpenLoop.run(
                    loader, Front.http1(server.port(), 1), ASKS, 400, Duration.ofMillis(100), Duration.ofSeconds(1));
            assertThat(latencies.getTotalCount()).isEqualTo(400);
            // 200 requests were due while the server slept; a generator that waits with it would see one slow answer
            assertThat(latencies.getCountBetweenValues(
                            TimeUnit.MILLISECONDS.toNanos(100), latencies.getHighestTrackableValue()))
                    .isGreaterThanOrEqualTo(150);
        }
    }

    @Test
    void aSlowAnswerToARequestOfTheWarmUpIsNone() throws Exception {
        var others = new CountDownLatch(159);
        var held = new AtomicLong();
        try (var server = new RawServer((number, out) -> {
            if (number == 1) {
                var began = System.nanoTime();
                others.await();
                held.set(System.nanoTime() - began);
            }
            out.write(OK);
            others.countDown();
            return true;
        })) {
            var latencies = OpenLoop.run(
                    loader, Front.http1(server.port(), 8), ASKS, 400, Duration.ofMillis(300), Duration.ofMillis(100));
            assertThat(latencies.getTotalCount()).isEqualTo(40);
            // it lasted as long as all others together, whatever the machine did meanwhile
            assertThat(latencies.getMaxValue()).isLessThan(held.get());
        }
    }

    @Test
    void anIdleCrowdNoticesAConnectionThatWasClosed() throws Exception {
        var close = new CountDownLatch(1);
        try (var server = new RawServer((number, out) -> {
                    out.write(OK);
                    if (number == 150) {
                        close.await();
                        return false;
                    }
                    return true;
                });
                var crowd = IdleCrowd.open(loader, server.port(), ASKS.getFirst(), 150)) {
            close.countDown();
            assertThatThrownBy(() -> {
                        crowd.askAll();
                        crowd.askAll();
                    })
                    .isInstanceOf(LoadFailed.class)
                    .hasMessageContaining("closed a connection");
        }
    }
}
