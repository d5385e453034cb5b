package dev.banyan.bench.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The HTTP/2 side of the load generator against servers that answer as they should, and against those that do not. */
class Http2LoadTest {

    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(30);
    private static final int BODY_BYTES = 1000;
    private static final String OK = "200 " + "x".repeat(BODY_BYTES);

    /** More than HPACK's table holds. */
    private static final int CUSTOMERS = 150;

    private static final List<Ask> ASKS = IntStream.range(0, CUSTOMERS)
            .mapToObj(number -> Ask.get("/r0/bytes", Map.of("X-Customer-Id", "customer-" + number), BODY_BYTES))
            .toList();

    private final Loader loader = new Loader();

    @AfterEach
    void close() {
        loader.close();
    }

    @Test
    void repliesGoOnFarBeyondTheWindowThatAConnectionBeginsWith() throws Exception {
        try (var server = new Http2Server(number -> OK);
                var load = ClosedLoop.start(loader, new Front(server.port(), 2, 8), ASKS)) {
            assertThat(until(load, 1_000)).isGreaterThanOrEqualTo(1_000);
            assertThat(server.customers().stream().distinct())
                    .hasSize(CUSTOMERS)
                    .allMatch(customer -> customer.startsWith("customer-"));
        }
    }

    @Test
    void aStallIsChargedToAllWhoWouldHaveAskedMeanwhile() throws Exception {
        try (var server = new Http2Server(number -> {
            if (number == 100) {
                stall(500);
            }
            return OK;
        })) {
            var latencies = OpenLoop.run(
                    loader, new Front(server.port(), 1, 4), ASKS, 400, Duration.ofMillis(100), Duration.ofSeconds(1));
            assertThat(latencies.getTotalCount()).isEqualTo(400);
            // As in LoadTest: 200 were due meanwhile, though only 4 streams could be open.
            assertThat(latencies.getCountBetweenValues(
                            TimeUnit.MILLISECONDS.toNanos(100), latencies.getHighestTrackableValue()))
                    .isGreaterThanOrEqualTo(150);
        }
    }

    private static void stall(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void aServerThatResetsFailsTheOpenLoop() {
        try (var server = new Http2Server(number -> number < 20 ? OK : "RESET")) {
            assertThatThrownBy(() -> OpenLoop.run(
                            loader, new Front(server.port(), 2, 4), ASKS, 400, Duration.ZERO, Duration.ofSeconds(1)))
                    .isInstanceOf(LoadFailed.class)
                    .hasMessageContaining("the server reset a stream");
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            503 busy | :status: 503] (expected: one, with :status 200)
            200 few  | reply of 997 bytes too few
            RESET    | the server reset a stream: ENHANCE_YOUR_CALM
            GOAWAY   | the server ends a connection (GOAWAY): NO_ERROR
            """)
    void aReplyThatIsNotAsItMustBeFailsTheLoad(String answer, String message) {
        try (var server = new Http2Server(number -> number < 20 ? OK : answer);
                var load = ClosedLoop.start(loader, new Front(server.port(), 1, 8), ASKS)) {
            assertThatThrownBy(() -> until(load, Long.MAX_VALUE))
                    .isInstanceOf(LoadFailed.class)
                    .hasMessageContaining(message);
        }
    }

    @Test
    void aServerThatClosesFailsTheLoad() {
        try (var server = new Http2Server(number -> number < 20 ? OK : "CLOSE");
                var load = ClosedLoop.start(loader, new Front(server.port(), 1, 8), ASKS)) {
            assertThatThrownBy(() -> until(load, Long.MAX_VALUE))
                    .isInstanceOf(LoadFailed.class)
                    // The second when a request was just being written.
                    .hasMessageFindingMatch("the server closed a connection before its replies|connection broke: ");
        }
    }

    @Test
    void aServerThatSpeaksHttp1OnlyFailsTheLoad() throws Exception {
        var refusal = "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
        try (var server = new RawServer((number, out) -> {
                    out.write(refusal);
                    return true;
                });
                var load = ClosedLoop.start(loader, new Front(server.port(), 1, 8), ASKS)) {
            assertThatThrownBy(() -> until(load, 1))
                    .isInstanceOf(LoadFailed.class)
                    .hasMessageContaining("not HTTP/2: ");
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
}
