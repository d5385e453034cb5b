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
    private static final Hold HOLD = new Hold("reactor.netty.http.client.HttpClientOperations");
    private static final Hold CLIENTS_LOOP = new Hold("reactor.netty.http.server.HttpServer");
    private static final Hold TOLD =
            new Hold("io.github.resilience4j.circuitbreaker.internal.CircuitBreakerStateMachine");
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
        server.on("/sick", (_, wire) -> wire.send("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n"));
        gateway = TestGateway.start(folder, """
                backends:
                  - {name: legacy, url: "%1$s", baseline: true, maxConnections: 1}
                  - {name: wide, url: "%1$s"}
                  - {name: sick, url: "%1$s", circuitBreaker: {windowCalls: 1000, minCalls: 1000}}
                routes:
                  - {name: wide, matches: [{path: {value: /wide}}], candidate: wide, stage: complete}
                  - {name: sick, matches: [{path: {value: /sick}}], candidate: sick, stage: live, weight: 100%%}
                """.formatted(server.url()));
        for (Hold each : List.of(HOLD, CLIENTS_LOOP, TOLD)) {
            each.begin(); // the start of a gateway takes appenders away that were there
        }
    }

    @AfterAll
    static void stop() throws Exception {
        for (Hold each : List.of(HOLD, CLIENTS_LOOP, TOLD)) {
            each.end();
        }
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

    /** What comes of it is told on the backend's event loop otherwise, and the place that it then takes at the baseline is nobody's to give back. */
    @Test
    void aClientThatLeavesWhileItsCallComesToNothingKeepsNoPlace() throws Exception {
        for (int round = 0; ; round++) {
            assertThat(round).as("rounds with one event loop alone").isLessThan(10);
            if (didLeaveBetweenTwoLoops()) {
                break;
            }
        }
        TestGateway.await("none in flight", () -> gateway.inFlight("sick") == 0 && gateway.inFlight("legacy") == 0);
    }

    private static boolean didLeaveBetweenTwoLoops() throws Exception {
        String sick = "GET /sick HTTP/1.1\r\nHost: a\r\n\r\n";
        try (Wire first = gateway.wire();
                Wire leaves = gateway.wire()) {
            assertThat(first.send(sick).reply()).startsWith("HTTP/1.1 503");
            awaitInFlight(0);
            CLIENTS_LOOP.next("Handler is being applied");
            HOLD.next("Received response");
            TOLD.next("recorded an exception");
            leaves.send(sick);
            Thread clients = CLIENTS_LOOP.held();
            CLIENTS_LOOP.letGo();
            Thread backends = HOLD.held();
            HOLD.letGo();
            if (clients == backends) {
                TOLD.letGo();
                leaves.reply();
                return false;
            }
            Thread told = TOLD.held();
            leaves.reset();
            TestGateway.await("its end, or its turn", () -> told == clients || gateway.inFlight("sick") == 0);
            TOLD.letGo();
            assertThat(first.send("GET /wide HTTP/1.1\r\nHost: a\r\n\r\n").reply())
                    .startsWith("HTTP/1.1 200"); // by the event loop of the backend's connection
            return true;
        } finally {
            for (Hold each : List.of(HOLD, CLIENTS_LOOP, TOLD)) {
                each.letGo();
            }
        }
    }

    private static void awaitInFlight(int calls) throws Exception {
        TestGateway.await(calls + " in flight", () -> gateway.inFlight("legacy") == calls);
    }

    /** Holds an event loop, once, where a library says that it has got to something. */
    private static final class Hold extends UnsynchronizedAppenderBase<ILoggingEvent> {

        private volatile String moment = "";
        private volatile CountDownLatch letGo = new CountDownLatch(0);
        private volatile @Nullable Thread held;
        private final Logger log;

        Hold(String name) {
            log = (Logger) LoggerFactory.getLogger(name);
        }

        void begin() {
            start();
            log.setLevel(Level.DEBUG);
            log.setAdditive(false);
            log.addAppender(this);
        }

        void end() {
            log.setLevel(null);
            log.setAdditive(true);
            log.detachAppender(this);
        }

        void next(String next) {
            held = null;
            letGo = new CountDownLatch(1);
            moment = next;
        }

        Thread held() throws Exception {
            TestGateway.await(moment, () -> held != null);
            return Objects.requireNonNull(held);
        }

        void letGo() {
            moment = "";
            letGo.countDown();
        }

        @Override
        protected void append(ILoggingEvent event) {
            if (!moment.isEmpty() && event.getFormattedMessage().contains(moment)) {
                moment = "";
                held = Thread.currentThread();
                try {
                    letGo.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
        }
    }
}
