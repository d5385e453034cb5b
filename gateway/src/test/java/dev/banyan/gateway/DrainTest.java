package dev.banyan.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.ConnectException;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a stop does to calls in flight. */
@SuppressWarnings("StringConcatToTextBlock") // line ends on the wire are CRLF
class DrainTest {

    @TempDir
    Path folder;

    @ParameterizedTest
    @EnumSource(
            value = Way.class,
            names = {"CHAIN", "HTTP2", "LEAN"})
    void callsInFlightEndAsTheyWouldAndAreTheLast(Way way) throws Exception {
        TestGateway.take(way);
        var asked = new CountDownLatch(2);
        var go = new CountDownLatch(1);
        try (var server = new ScriptedServer("legacy")) {
            server.on("/last", (_, wire) -> {
                asked.countDown();
                await(go);
                wire.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
            });
            server.on("/begun", (_, wire) -> {
                wire.send("HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nhalf");
                asked.countDown();
                await(go);
                wire.send("half");
            });
            var gateway = TestGateway.start(folder, """
                    backends:
                      - {name: legacy, url: "%s", baseline: true}
                    """.formatted(server.url()), "--drain", "10");
            try (var idle = gateway.wire();
                    var last = gateway.wire();
                    var begun = gateway.wire()) {
                assertThat(idle.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").reply())
                        .endsWith("legacy");
                last.send("GET /last HTTP/1.1\r\nHost: a\r\n\r\n");
                begun.send("GET /begun HTTP/1.1\r\nHost: a\r\n\r\n");
                assertThat(begun.until("\r\n\r\nhalf")).startsWith("HTTP/1.1 200");
                asked.await();
                var stop = Thread.ofVirtual().start(gateway::close);
                assertThat(idle.ends()).isTrue();
                go.countDown();
                String reply = last.reply();
                assertThat(reply).startsWith("HTTP/1.1 200").endsWith("ok");
                if (!way.isHttp2()) { // which says it by GOAWAY
                    assertThat(reply).containsIgnoringCase("connection: close\r\n");
                }
                assertThat(begun.until("half")).isEqualTo("half");
                assertThat(last.ends()).isTrue();
                assertThat(begun.ends()).isTrue();
                stop.join();
            }
        }
    }

    @Test
    void whoIsToldToStopSaysSoFirstAndServesOn() throws Exception {
        TestGateway.take(Way.LEAN);
        try (var server = new ScriptedServer("legacy")) {
            var gateway = TestGateway.start(folder, """
                    backends:
                      - {name: legacy, url: "%s", baseline: true}
                    """.formatted(server.url()), "--unready", "3600");
            assertThat(readiness(gateway)).startsWith("HTTP/1.1 200").endsWith("{\"status\":\"ready\"}");
            int port = gateway.port();
            var stop = Thread.ofVirtual().start(gateway::close);
            TestGateway.await("it says so", () -> readiness(gateway).startsWith("HTTP/1.1 503"));
            assertThat(readiness(gateway)).endsWith("{\"status\":\"stopping\"}");
            String served = gateway.ask("GET", "/");
            assertThat(served).startsWith("HTTP/1.1 200").endsWith("legacy").doesNotContainIgnoringCase("close");
            stop.interrupt(); // instead of the hour
            stop.join();
            assertThatThrownBy(() -> Wire.to(port)).isInstanceOf(ConnectException.class);
        }
    }

    private static String readiness(TestGateway gateway) throws IOException {
        try (var wire = Wire.to(gateway.gateway().adminPort())) {
            return wire.send("GET /health/readiness HTTP/1.1\r\nHost: localhost\r\n\r\n")
                    .reply();
        }
    }

    static void await(CountDownLatch latch) throws IOException {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }
}
