package dev.banyan.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.UnsynchronizedAppenderBase;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/**
 * A client that leaves ends no call but its own, though the connection of that has just been given to another. Only over the filter chain are
 * backends' connections on other event loops than their clients'.
 */
@SuppressWarnings("StringConcatToTextBlock") // line ends on the wire are CRLF
class LentConnectionTest {

    private static final int CLIENTS = 8;
    private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

    @TempDir
    static Path folder;

    private static ScriptedServer server;
    private static TestGateway gateway;
    private static final Hold HOLD = new Hold();
    private static final BlockingQueue<Wire> HELD = new LinkedBlockingQueue<>();

    @BeforeAll
    static void start() throws Exception {
        TestGateway.take(Way.CHAIN);
        server = new ScriptedServer("legacy");
        server.on("/write", (_, wire) -> {
            wire.bytes(5);
            wire.send("HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nwritten");
        });
        server.on("/wide/held", (_, wire) -> {
            HELD.add(wire);
            StreamsTest.hold(wire);
        });
        gateway = TestGateway.start(folder, """
                backends:
                  - {name: legacy, url: "%1$s", baseline: true, maxConnections: 1}
                  - {name: wide, url: "%1$s"}
                routes:
                  - {name: wide, matches: [{path: {value: /wide}}], candidate: wide, stage: complete}
                """.formatted(server.url()));
        HOLD.start();
        HOLD.log().setLevel(Level.DEBUG);
        HOLD.log().setAdditive(false);
        HOLD.log().addAppender(HOLD); // the start of a gateway takes those away that were there
    }

    @AfterAll
    static void stop() throws Exception {
        HOLD.log().setLevel(null);
        HOLD.log().setAdditive(true);
        HOLD.log().detachAppender(HOLD);
        gateway.close();
        server.close();
        TestGateway.take(Way.LEAN);
    }

    /** The head or the end of a reply is read while its client leaves; with the end, the connection goes to the next call. */
    @ParameterizedTest
    @ValueSource(strings = {"Received response", "Received last HTTP packet"})
    void aCallKeepsTheConnectionThatAnotherLeftBehind(String moment) throws Exception {
        for (int round = 0; ; round++) {
            assertThat(round)
                    .as("rounds without a connection that was used again")
                    .isLessThan(10);
            if (didWriteGoWell(moment)) {
                return;
            }
        }
    }

    /** False where the call that was left had a new connection, which is on the event loop of its client. */
    private static boolean didWriteGoWell(String moment) throws Exception {
        List<Wire> clients = new ArrayList<>();
        try {
            for (int i = 0; i < CLIENTS; i++) {
                clients.add(gateway.wire());
                assertThat(clients.getLast().send(GET).reply()).startsWith("HTTP/1.1 200");
                awaitInFlight(0);
            }
            Wire first = clients.getFirst();
            List<Wire> others = clients.subList(1, CLIENTS);
            HOLD.next(moment);
            first.send(GET);
            Thread loop = HOLD.held();
            // The one place at the backend is taken, so whoever is not on the loop that is held is refused at once.
            for (Wire each : others) {
                each.send(GET);
            }
            List<Wire> elsewhere = new ArrayList<>();
            TestGateway.await("three clients of another event loop", () -> {
                for (Wire each : others) {
                    if (!elsewhere.contains(each) && each.hasMore()) {
                        assertThat(each.reply()).startsWith("HTTP/1.1 503");
                        elsewhere.add(each);
                    }
                }
                return elsewhere.size() >= 3;
            });
            HOLD.letGo();
            assertThat(first.reply()).startsWith("HTTP/1.1 200");
            for (Wire each : others) {
                if (!elsewhere.contains(each)) {
                    each.reply();
                }
            }
            awaitInFlight(0);

            HOLD.next(moment);
            elsewhere.get(0).send(GET);
            if (HOLD.held() != loop) {
                HOLD.letGo();
                return false;
            }
            elsewhere.get(0).close();
            awaitInFlight(0);
            elsewhere.get(1).send("POST /write HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello");
            awaitInFlight(1);
            // Read behind the one before, so that one waits for the connection by now.
            assertThat(elsewhere.get(2).send(GET).reply()).startsWith("HTTP/1.1 503");
            HOLD.letGo();
            assertThat(elsewhere.get(1).reply()).startsWith("HTTP/1.1 200").endsWith("written");
            return true;
        } finally {
            HOLD.letGo();
            for (Wire each : clients) {
                each.close();
            }
        }
    }

    /** A pool that looks at none of those that wait tries two, and then says that there is none. */
    @Test
    void noCallIsGivenAConnectionThatHasEnded() throws Exception {
        List<Wire> clients = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            clients.add(gateway.wire().send("GET /wide/held HTTP/1.1\r\nHost: a\r\n\r\n"));
        }
        List<Wire> backends = new ArrayList<>();
        while (backends.size() < clients.size()) {
            backends.add(Objects.requireNonNull(HELD.poll(15, TimeUnit.SECONDS)));
        }
        for (Wire backend : backends) {
            backend.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        }
        for (Wire client : clients) {
            assertThat(client.reply()).endsWith("ok");
            client.close();
        }
        TestGateway.await("none in flight", () -> gateway.inFlight("wide") == 0);
        for (Wire backend : backends) {
            backend.socket().shutdownOutput();
        }
        for (Wire backend : backends) {
            assertThat(backend.ends()).isTrue();
            backend.close();
        }
        assertThat(gateway.ask("POST /wide/write HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n"))
                .startsWith("HTTP/1.1 200");
    }

    private static void awaitInFlight(int calls) throws Exception {
        TestGateway.await(calls + " in flight", () -> gateway.inFlight("legacy") == calls);
    }

    /** Holds the event loop of a backend's connection, once, where the client library says that it has got to something. */
    private static final class Hold extends UnsynchronizedAppenderBase<ILoggingEvent> {

        private volatile String moment = "";
        private volatile CountDownLatch end = new CountDownLatch(0);
        private volatile @Nullable Thread held;

        Logger log() {
            return (Logger) LoggerFactory.getLogger("reactor.netty.http.client.HttpClientOperations");
        }

        void next(String next) {
            held = null;
            end = new CountDownLatch(1);
            moment = next;
        }

        Thread held() throws Exception {
            TestGateway.await(moment, () -> held != null);
            return Objects.requireNonNull(held);
        }

        void letGo() {
            moment = "";
            end.countDown();
        }

        @Override
        protected void append(ILoggingEvent event) {
            if (!moment.isEmpty() && event.getFormattedMessage().contains(moment)) {
                moment = "";
                held = Thread.currentThread();
                try {
                    end.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
        }
    }
}
