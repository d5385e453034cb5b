package dev.banyan.bench.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
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
                var load = ClosedLoop.startHttp2(loader, server.port(), ASKS, 2, 8)) {
            assertThat(until(load, 1_000)).isGreaterThanOrEqualTo(1_000);
            assertThat(server.customers().stream().distinct())
                    .hasSize(CUSTOMERS)
                    .allMatch(customer -> customer.startsWith("customer-"));
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
                var load = ClosedLoop.startHttp2(loader, server.port(), ASKS, 1, 8)) {
            assertThatThrownBy(() -> until(load, Long.MAX_VALUE))
                    .isInstanceOf(LoadFailed.class)
                    .hasMessageContaining(message);
        }
    }

    @Test
    void aServerThatClosesFailsTheLoad() {
        try (var server = new Http2Server(number -> number < 20 ? OK : "CLOSE");
                var load = ClosedLoop.startHttp2(loader, server.port(), ASKS, 1, 8)) {
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
                var load = ClosedLoop.startHttp2(loader, server.port(), ASKS, 1, 8)) {
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
